//! Microsoft Azure.

use super::check::Check;
use crate::config::{Conf, Finding, Node};

pub fn account(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let connection = body.text("storage_connection_string");
    let named = connection.contains("AccountName=") || connection.contains("UseDevelopmentStorage=true;");
    body.wrong(
        !connection.is_empty() && !named && !body.is_set("storage_account"),
        "storage_account must be set where storage_connection_string has no AccountName",
    );
}

fn cosmos_address(body: &mut Check<'_>) {
    let (endpoint, connection) = (body.is_set("endpoint"), body.is_set("connection_string"));
    body.wrong(!endpoint && !connection, "endpoint or connection_string must be set");
    body.doubtful(endpoint && connection, "connection_string comes before endpoint: leave one of them out");
}

pub fn cosmos_query(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    cosmos_address(&mut body);
    let number = body.number("batch_count");
    let wrong = number.is_some_and(|count| count < -1.0 || count == 0.0 || count > f64::from(i32::MAX));
    body.wrong_field("batch_count", wrong, "this must be at least 1, or -1 for as many as there are");
}

pub fn cosmos_operation(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    cosmos_address(&mut body);
    let operation = body.text("operation");
    let by_id = matches!(operation, "Delete" | "Patch" | "Read" | "Replace");
    body.wrong(by_id && !body.is_set("item_id"), "this operation needs item_id");
    let (patch, patches) = (operation == "Patch", body.some("patch_operations"));
    body.wrong(patch && !patches, "Patch needs patch_operations");
    let condition = body.is_set("patch_condition");
    body.wrong(condition && !(patch && patches), "patch_condition is only for Patch with patch_operations");
    let text = |patch: &Node, name| patch.get(name).and_then(Node::as_text).unwrap_or("").to_owned();
    let unfit = |patch: &Node| (text(patch, "operation") == "Remove") != text(patch, "value_map").is_empty();
    let message = "every patch operation but Remove needs a value_map, and Remove takes none";
    body.wrong(patch && body.items("patch_operations").iter().any(unfit), message);
}
