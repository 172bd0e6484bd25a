//! Which parts of a document are wanted: who reads a few fields need not have all of it built.

use super::super::Str;

/// Paths are told apart up to this depth; what is deeper is wanted whole.
const MAX_DEPTH: usize = 32;

/// What is wanted of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted(Part);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Whole,
    /// Of an object what these keys have, in order; anything else is wanted whole.
    Keys(Vec<(Str, Wanted)>),
}

impl Wanted {
    /// Nothing of an object.
    pub fn nothing() -> Self {
        Self(Part::Keys(Vec::new()))
    }

    /// Whether it is something, but not all.
    pub fn is_part(&self) -> bool {
        matches!(&self.0, Part::Keys(keys) if !keys.is_empty())
    }

    /// Adds what `path` leads to; all of it where the path is empty.
    pub fn add(&mut self, path: &[Str]) {
        self.add_below(path, 0);
    }

    /// Adds all that `other` wants.
    pub fn merge(&mut self, other: &Wanted) {
        let Part::Keys(theirs) = &other.0 else {
            self.0 = Part::Whole;
            return;
        };
        let Part::Keys(ours) = &mut self.0 else { return };
        for (key, wanted) in theirs {
            match ours.binary_search_by(|(ours, _)| ours.cmp(key)) {
                Ok(at) => ours[at].1.merge(wanted),
                Err(at) => ours.insert(at, (key.clone(), wanted.clone())),
            }
        }
    }

    fn add_below(&mut self, path: &[Str], depth: usize) {
        let Part::Keys(keys) = &mut self.0 else { return };
        let (Some((first, rest)), true) = (path.split_first(), depth < MAX_DEPTH) else {
            self.0 = Part::Whole;
            return;
        };
        let at = keys.binary_search_by(|(key, _)| key.cmp(first)).unwrap_or_else(|at| {
            keys.insert(at, (first.clone(), Self::nothing()));
            at
        });
        keys[at].1.add_below(rest, depth + 1);
    }

    /// The keys, unless all is wanted.
    pub(super) fn keys(&self) -> Option<&[(Str, Wanted)]> {
        match &self.0 {
            Part::Whole => None,
            Part::Keys(keys) => Some(keys),
        }
    }

    /// Where `key` is among the keys.
    #[inline]
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.keys()?.iter().position(|(wanted, _)| wanted == key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{parse, parse_part, print};
    use super::*;

    fn wanted(paths: &[&str]) -> Wanted {
        let mut wanted = Wanted::nothing();
        for path in paths {
            wanted.add(&path.split('.').map(Str::from).collect::<Vec<_>>());
        }
        wanted
    }

    #[test]
    fn only_what_is_wanted_is_kept() {
        let text = br#" {"z":[{"b":1,"a":2}],"a":{"x":"1","y":{"deep":[1,{}]},"\u007a":5},"n":1.50,"a b":null,"n":2.50} "#;
        for (paths, expected) in [
            (&["n"][..], r#"{"n":2.50}"#),
            (&["a.y", "a.z"], r#"{"a":{"y":{"deep":[1,{}]},"z":5}}"#),
            (&["a.y.deep.1", "a"], r#"{"a":{"x":"1","y":{"deep":[1,{}]},"z":5}}"#),
            (&["z.0.a", "missing.x"], r#"{"z":[{"a":2,"b":1}]}"#),
            (&["n.x.y"], r#"{"n":2.50}"#),
            (&[], "{}"),
        ] {
            let part = parse_part(text, &wanted(paths)).expect("JSON");
            assert_eq!(String::from_utf8_lossy(&print(&part).expect("finite")), expected, "{paths:?}");
        }
        assert_eq!(print(&parse_part(b"[1]", &wanted(&["a"])).expect("JSON")), Ok(b"[1]".to_vec()));
    }

    #[test]
    fn wants_are_merged() {
        let merged = |one: &[&str], other: &[&str]| {
            let mut merged = wanted(one);
            merged.merge(&wanted(other));
            merged
        };
        assert_eq!(merged(&["a.b", "c"], &["b", "a.c", "c.d"]), wanted(&["a.b", "a.c", "b", "c"]));
        assert_eq!(merged(&["a.b"], &["a"]), wanted(&["a"]));
        let mut whole = wanted(&["a"]);
        whole.add(&[]);
        let mut merged = wanted(&["a"]);
        merged.merge(&whole);
        assert!(!merged.is_part() && merged == whole);
    }

    #[test]
    fn what_is_passed_over_has_to_be_right_too() {
        let deep = format!(r#"{{"a":{}}}"#, "[".repeat(10_000) + &"]".repeat(10_000));
        for text in [
            "",
            "{",
            r#"{"a"}"#,
            r#"{"a":1,}"#,
            r#"{"a":01}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":{"b":tru}}"#,
            r#"{"a":1 "b":2}"#,
            r#"{"a":1} {"b":2}"#,
            r#"{a:1}"#,
            "{\"a\":\"\n\"}",
            &deep,
        ] {
            let (whole, part) = (parse(text.as_bytes()), parse_part(text.as_bytes(), &wanted(&["b"])));
            assert_eq!(part.expect_err(text).to_string(), whole.expect_err(text).to_string(), "{text}");
        }
    }
}
