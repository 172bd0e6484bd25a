//! Programs and definitions that a component is given.

use super::check::Check;
use crate::config::{Conf, Finding};

/// A program stands in the config or in a file.
pub fn javascript(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let one = body.is_set("code") != body.is_set("file");
    body.wrong(!one, "one of code and file must be set, and only one");
}

/// Definitions come from folders, as this program asks no schema registry for them.
pub fn protobuf(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let (paths, modules) = (body.some("import_paths"), body.some("bsr"));
    body.wrong(paths && modules, "import_paths and bsr must not both be set");
    let message = "modules of a Buf schema registry cannot be read: export them to a folder for import_paths";
    body.wrong_field("bsr", modules && !paths, message);
}
