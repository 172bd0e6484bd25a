//! Calls over gRPC, and tokens for them.

use super::check::Check;
use crate::client::lists_of_texts;
use crate::config::{Conf, Finding};

/// Where the definitions of the service come from.
fn definitions(body: &mut Check<'_>) {
    let (reflection, files) = (body.flag("reflection", false), body.some("proto_files"));
    body.wrong(!reflection && !files, "reflection must be true, or proto_files name the definitions");
    body.wrong(reflection && files, "reflection and proto_files must not both be set");
}

pub fn input(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    definitions(&mut body);
    let sends = matches!(body.text("rpc_type"), "" | "unary" | "client_stream" | "server_stream");
    body.wrong(sends && !body.has("payload"), "calls of this rpc_type need a payload");
    own_oauth2(conf, found);
}

pub fn output(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    definitions(&mut body);
    let responds = body.text("rpc_type") == "bidi" && body.flag("propagate_response", false);
    body.wrong(responds, "a bidi call has no response to propagate");
    own_oauth2(conf, found);
}

fn oauth2(body: &mut Check<'_>) {
    body.within("oauth2", |oauth2| oauth2.field("endpoint_params", lists_of_texts));
}

pub fn own_oauth2(conf: &Conf, found: &mut Vec<Finding>) {
    oauth2(&mut Check::new(conf, found));
}

pub fn registry_oauth2(conf: &Conf, found: &mut Vec<Finding>) {
    Check::new(conf, found).within("schema_registry", oauth2);
}
