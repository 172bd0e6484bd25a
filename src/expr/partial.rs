//! A query that builds of a document only what it reads.

use super::ExprError;
use super::scope::{BatchScope, PartScope};
use crate::bloblang::{Query, Scope};
use crate::message::Batch;
use crate::value::Value;
use crate::value::json::Wanted;

/// A query, and what it reads of the document of its message.
pub(super) struct Partial {
    query: Query,
    pub reads: Wanted,
}

/// A batch, of which one message is looked at.
pub(super) enum View<'a> {
    Whole(BatchScope<'a>),
    Part(PartScope<'a>),
}

// === impl Partial ===

impl From<Query> for Partial {
    fn from(query: Query) -> Self {
        Self { reads: query.reads(), query }
    }
}

impl Partial {
    /// What the query yields for message `index`.
    pub fn eval(&self, batch: &Batch, index: usize) -> Result<Value, ExprError> {
        self.eval_in(&View::new(batch, index, &self.reads), index)
    }

    /// The same in a view that shows what the query reads.
    pub fn eval_in(&self, view: &View<'_>, index: usize) -> Result<Value, ExprError> {
        let scope: &dyn Scope = match view {
            View::Whole(scope) => scope,
            View::Part(scope) => scope,
        };
        self.query.eval(scope, index)
    }
}

// === impl View ===

impl<'a> View<'a> {
    /// Shows what is `wanted` of the document of message `index`, and all of the others.
    pub fn new(batch: &'a Batch, index: usize, wanted: &'a Wanted) -> Self {
        match wanted.is_part() {
            true => Self::Part(PartScope::new(batch, index, wanted)),
            false => Self::Whole(BatchScope(batch)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::environment;
    use crate::bloblang::{Query, compile};
    use crate::value::json::Wanted;

    fn paths(paths: &[&str]) -> Option<Wanted> {
        let mut wanted = Wanted::nothing();
        for path in paths {
            wanted.add(&path.split('.').map(Into::into).collect::<Vec<_>>());
        }
        Some(wanted)
    }

    #[test]
    fn paths_are_found_and_what_is_not_a_path_is_all() {
        for (text, expected) in [
            ("this.a.b > 5 && c == 1", paths(&["a.b", "c"])),
            ("json(\"a.b\") + this.x.(this.y | y)", paths(&["a.b", "x"])),
            ("this.l.map_each(x -> x + this.n)", paths(&["l", "n"])),
            ("this.l.map_each(this + 1)", None),
            ("match this.a { this > 5 => this, _ => this.b }", paths(&["a"])),
            ("match { this.a > 5 => this.b, _ => 1 }", paths(&["a", "b"])),
            ("match { 5 => 1, _ => this.a }", None),
            (
                "if this.a == 1 { [this.b, {\"k\": this.c}] } else { -this.d.e.number() }",
                paths(&["a", "b", "c", "d.e"]),
            ),
            ("this.a.or(this)", None),
            ("this.a.or(x -> x)", None),
            ("this.a.catch(err -> err + this.b)", paths(&["a", "b"])),
            ("json(this.a)", None),
            ("json()", None),
            ("this", None),
            ("5", None),
            ("content()", None),
        ] {
            let query = Query::compile(text, &environment()).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            assert_eq!(Some(query.reads()).filter(Wanted::is_part), expected, "{text}");
        }
    }

    #[test]
    fn mappings_that_keep_the_document_read_all_of_it() {
        for (text, expected) in [
            ("let v = this.a\nroot.x = $v\nif this.b == 1 { meta m = this.c }", paths(&["a", "b", "c"])),
            ("meta m = this.c", None),
            ("root = this\nroot.x = this.a", None),
            ("map m { root = this.in + json(\"k\") }\nroot = this.a.apply(\"m\")", paths(&["a", "k"])),
        ] {
            let program = compile(text, &environment()).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            assert_eq!(program.reads_part(), expected, "{text}");
        }
    }
}
