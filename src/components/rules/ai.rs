//! Language models and vectors.

use super::check::Check;
use crate::config::{Conf, Finding};

/// Where answers follow a JSON schema, it comes from one place.
pub fn json_schema(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let (own, registry) = (body.has("json_schema"), body.has("schema_registry"));
    body.wrong(own && registry, "json_schema and schema_registry must not both be set");
    let wanted = body.text("response_format") == "json_schema";
    let message = "the response format json_schema needs json_schema or schema_registry";
    body.wrong(wanted && !own && !registry, message);
}

pub fn pinecone_host(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let url = body.text("host").starts_with("https://");
    body.wrong_field("host", url, "a host is a name, not a URL: leave out https://");
}
