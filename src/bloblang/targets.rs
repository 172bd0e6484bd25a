//! What a mapping reads and what it assigns, as far as its text shows: enough to tell which of several mappings has
//! to run first.

use super::ast::{Call, Document, Expr, ExprKind, Statement, StatementKind};
use super::parser::parse_mapping;
use super::path;
use crate::value::{Str, Value};

/// A place that mappings read or assign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A path in the document; empty for the whole.
    Document(Vec<Str>),
    /// A key of the metadata; none for all of it.
    Metadata(Option<Str>),
}

/// Collects what expressions read.
struct Reads {
    found: Vec<Place>,
    /// The names that lambdas around the current place have captured.
    captured: Vec<Str>,
}

/// Where `this` stands: a path in the document, or somewhere unknown.
type Context = Option<Vec<Str>>;

/// Methods whose arguments see something else as `this` than the text around them.
const ELEMENTWISE: [&str; 10] =
    ["map_each", "map_each_key", "filter", "fold", "sort", "sort_by", "any", "all", "find_by", "unique"];

impl Place {
    /// Whether an assignment here changes what is read from `other`: from the same place or a part of it.
    pub fn covers(&self, other: &Place) -> bool {
        match (self, other) {
            (Place::Document(ours), Place::Document(theirs)) => theirs.starts_with(ours),
            (Place::Metadata(None), Place::Metadata(_)) => true,
            (Place::Metadata(ours), Place::Metadata(theirs)) => ours == theirs,
            _ => false,
        }
    }
}

/// The places that a mapping reads. A text that is no mapping reads nothing.
pub fn reads(text: &str) -> Vec<Place> {
    let document: Document = parse_mapping(text).0;
    let mut reads = Reads { found: Vec::new(), captured: Vec::new() };
    reads.statements(&document.statements);
    reads.found
}

/// The places that a mapping assigns.
pub fn assigns(text: &str) -> Vec<Place> {
    let mut found = Vec::new();
    assigned(&parse_mapping(text).0.statements, &mut found);
    found
}

fn assigned(statements: &[Statement], found: &mut Vec<Place>) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Let(..) => {}
            StatementKind::Meta(key, _) => found.push(Place::Metadata(key.clone())),
            StatementKind::Root(path, _) => found.push(Place::Document(path.clone())),
            StatementKind::If(branches) => branches.iter().for_each(|(_, inner)| assigned(inner, found)),
        }
    }
}

// === impl Reads ===

impl Reads {
    fn statements(&mut self, statements: &[Statement]) {
        let whole = Some(Vec::new());
        for statement in statements {
            match &statement.kind {
                StatementKind::Let(_, value)
                | StatementKind::Meta(_, value)
                | StatementKind::Root(_, value) => self.expr(value, &whole),
                StatementKind::If(branches) => {
                    for (condition, inner) in branches {
                        condition.iter().for_each(|condition| self.expr(condition, &whole));
                        self.statements(inner);
                    }
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr, this: &Context) {
        if let Some(path) = self.path(expr, this) {
            return self.found.push(Place::Document(path));
        }
        match &expr.kind {
            ExprKind::Literal(_)
            | ExprKind::This
            | ExprKind::Root
            | ExprKind::Variable(_)
            | ExprKind::Name(_) => {}
            ExprKind::Meta(key) => self.found.push(Place::Metadata(key.clone())),
            ExprKind::Array(items) => items.iter().for_each(|item| self.expr(item, this)),
            ExprKind::Object(entries) => entries.iter().for_each(|(key, value)| {
                self.expr(key, this);
                self.expr(value, this);
            }),
            ExprKind::Field(base, _) | ExprKind::Not(base) | ExprKind::Negate(base) => self.expr(base, this),
            ExprKind::Map(base, query) => {
                self.expr(base, this);
                self.expr(query, &self.path(base, this));
            }
            ExprKind::Call(call) => self.function(call, this),
            ExprKind::Method(base, call) => self.method(base, call, this),
            ExprKind::Lambda(name, body) => {
                self.captured.push(name.clone());
                self.expr(body, this);
                self.captured.pop();
            }
            ExprKind::Binary(_, left, right) => {
                self.expr(left, this);
                self.expr(right, this);
            }
            ExprKind::If(branches, otherwise) => {
                for (condition, value) in branches {
                    self.expr(condition, this);
                    self.expr(value, this);
                }
                otherwise.iter().for_each(|value| self.expr(value, this));
            }
            ExprKind::Match(matched, cases) => {
                matched.iter().for_each(|matched| self.expr(matched, this));
                let inner = matched.as_ref().map_or(this.clone(), |matched| self.path(matched, this));
                for (case, value) in cases {
                    case.iter().for_each(|case| self.expr(case, &inner));
                    self.expr(value, &inner);
                }
            }
        }
    }

    fn function(&mut self, call: &Call, this: &Context) {
        let literal = call.args.first().and_then(|arg| match &arg.value.kind {
            ExprKind::Literal(Value::String(text)) => Some(text.clone()),
            _ => None,
        });
        match call.name.as_str() {
            "json" => self.found.push(Place::Document(literal.map_or(Vec::new(), |text| path::split(&text)))),
            "meta" | "metadata" | "root_meta" => self.found.push(Place::Metadata(literal)),
            _ => call.args.iter().for_each(|arg| self.expr(&arg.value, this)),
        }
    }

    fn method(&mut self, base: &Expr, call: &Call, this: &Context) {
        self.expr(base, this);
        for arg in &call.args {
            let lambda = matches!(arg.value.kind, ExprKind::Lambda(..));
            let inner = match call.name.as_str() {
                _ if lambda => this.clone(),
                "map" => self.path(base, this),
                name if ELEMENTWISE.contains(&name) => None,
                _ => this.clone(),
            };
            self.expr(&arg.value, &inner);
        }
    }

    /// The path in the document that an expression is, if it is one.
    fn path(&self, expr: &Expr, this: &Context) -> Context {
        match &expr.kind {
            ExprKind::This => this.clone(),
            ExprKind::Name(name) if self.captured.contains(name) => None,
            ExprKind::Name(name) => extended(this.clone()?, name),
            ExprKind::Field(base, name) => extended(self.path(base, this)?, name),
            _ => None,
        }
    }
}

fn extended(mut path: Vec<Str>, name: &Str) -> Context {
    path.push(name.clone());
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places as dot paths, metadata with an `@` in front.
    fn shown(places: Vec<Place>) -> Vec<String> {
        let show = |place| match place {
            Place::Document(path) => path.join("."),
            Place::Metadata(key) => format!("@{}", key.unwrap_or_default()),
        };
        places.into_iter().map(show).collect()
    }

    #[test]
    fn what_is_read() {
        for (text, want) in [
            ("root = this.a.b", &["a.b"][..]),
            ("root.x = a + this.b", &["a", "b"]),
            ("root = [this.a, {\"k\": @m}, meta(\"n\")]", &["a", "@m", "@n"]),
            ("root = json(\"a.b\").uppercase()", &["a.b"]),
            ("root = this.a.(b + this.c)", &["a", "a.b", "a.c"]),
            ("root = this.a.map_each(this.b)", &["a"]),
            ("root = this.a.map_each(x -> x.b + this.c)", &["a", "c"]),
            ("root = match this.a { this.b == 1 => this.c }", &["a", "a.b", "a.c"]),
            ("root = if this.a { this.b } else { this }", &["a", "b", ""]),
            ("let v = this.a\nroot = $v", &["a"]),
            ("root = \"fixed\"", &[]),
        ] {
            assert_eq!(shown(reads(text)), want, "{text}");
        }
    }

    #[test]
    fn what_is_assigned() {
        let text = "root.a.b = 1\nmeta k = 2\nif this.x { root.c = 3 }\nmeta = {}";
        assert_eq!(shown(assigns(text)), ["a.b", "@k", "c", "@"]);
    }

    #[test]
    fn an_assignment_covers_what_is_below_it() {
        let place = |path: &str| Place::Document(path.split('.').map(Str::from).collect());
        assert!(place("a").covers(&place("a.b")));
        assert!(!place("a.b").covers(&place("a")));
        assert!(Place::Metadata(None).covers(&Place::Metadata(Some("k".into()))));
        assert!(!Place::Metadata(None).covers(&place("a")));
    }
}
