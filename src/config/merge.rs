//! Merging one config tree into another, as PATCH does.

use super::{Entry, Node, NodeKind};

/// `base` with `patch` merged in: objects key by key, everything else replaced, nulls kept as nulls.
pub fn merge(base: &Node, patch: &Node) -> Node {
    let (NodeKind::Map(_), NodeKind::Map(_)) = (&base.value, &patch.value) else { return patch.clone() };
    let mut entries: Vec<Entry> = base
        .pairs()
        .into_iter()
        .map(|(key, value)| Entry { key: key.clone(), value: value.clone() })
        .collect();
    for (key, value) in patch.pairs() {
        match entries.iter_mut().find(|entry| entry.key.text == key.text) {
            Some(entry) => entry.value = merge(&entry.value, value),
            None => entries.push(Entry { key: key.clone(), value: value.clone() }),
        }
    }
    base.with(NodeKind::Map(entries.into()))
}

#[cfg(test)]
mod tests {
    use super::super::{merge, parse, to_json};

    #[test]
    fn objects_merge_and_the_rest_is_replaced() {
        let cases = [
            ("{a: {b: 1, c: 2}}", "{a: {c: 3, d: 4}}", r#"{"a":{"b":1,"c":3,"d":4}}"#),
            ("{a: [1, 2]}", "{a: [3]}", r#"{"a":[3]}"#),
            ("{a: {b: 1}}", "{a: null}", r#"{"a":null}"#),
            ("{a: 1}", "{a: {b: 1}}", r#"{"a":{"b":1}}"#),
            ("{x: &x {a: 1}, y: *x}", "{y: {a: 2}}", r#"{"x":{"a":1},"y":{"a":2}}"#),
        ];
        for (base, patch, want) in cases {
            let merged = merge(&parse(base.as_bytes()).unwrap(), &parse(patch.as_bytes()).unwrap());
            assert_eq!(to_json(&merged), want, "{base} with {patch}");
        }
    }
}
