//! Parquet files.

use super::check::Check;
use crate::config::{Conf, Finding};

pub fn encode(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let none = !body.some("schema") && !body.is_set("schema_metadata");
    body.wrong(none, "schema or schema_metadata must be set");
}

/// The rule of the processor `parquet`.
pub fn old(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let none = !body.is_set("schema") && !body.is_set("schema_file");
    body.wrong(body.text("operator") == "from_json" && none, "from_json needs a schema or a schema_file");
}
