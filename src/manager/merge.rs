//! How a PATCH changes a config.

use crate::value::Value;

/// Merges `patch` into `config`: objects member by member, everything else is replaced; null stays null.
pub(super) fn merge(config: &mut Value, patch: Value) {
    match (config, patch) {
        (Value::Object(config), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(config.entry(&key), value);
            }
        }
        (config, patch) => *config = patch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json::{parse, print};

    #[test]
    fn objects_merge_and_the_rest_is_replaced() {
        for (config, patch, expected) in [
            (
                r#"{"a":{"b":1,"c":[1,2]}}"#,
                r#"{"a":{"c":[3]},"d":null}"#,
                r#"{"a":{"b":1,"c":[3]},"d":null}"#,
            ),
            (r#"{"a":1}"#, r#"{"a":{"b":{"c":2}}}"#, r#"{"a":{"b":{"c":2}}}"#),
            (r#"{"a":{"b":1}}"#, r#"{"a":null}"#, r#"{"a":null}"#),
            (r#"{"a":1}"#, "{}", r#"{"a":1}"#),
        ] {
            let mut value = parse(config.as_bytes()).expect("JSON");
            merge(&mut value, parse(patch.as_bytes()).expect("JSON"));
            assert_eq!(String::from_utf8_lossy(&print(&value).expect("finite")), expected);
        }
    }
}
