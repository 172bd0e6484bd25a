//! What a query needs of the document of its message: where it only reads a few paths, the rest need not be built.

use super::args::Arg;
use super::eval::{ArgNode, ArgNodes, Call, Case, Method, Node};
use super::path;
use super::program::{Block, Program, Statement, StatementKind};
use crate::value::json::Wanted;

/// Gathers what is read.
struct Reader {
    wanted: Wanted,
}

/// What `this` is where a query stands.
#[derive(Clone, Copy, PartialEq)]
enum Here {
    /// The document of the message, or perhaps.
    Document,
    /// Certainly something else.
    Other,
}

/// What a mapping reads of the document of its message, where it is not the one that the mapping edits.
pub(super) fn of_program(program: &Program) -> Wanted {
    let mut reader = Reader { wanted: Wanted::nothing() };
    reader.block(&program.main, Here::Document);
    program.maps.values().for_each(|map| reader.block(map, Here::Other));
    reader.wanted
}

/// What a query reads of the document of its message.
pub(super) fn of_query(node: &Node) -> Wanted {
    let mut reader = Reader { wanted: Wanted::nothing() };
    reader.node(node, Here::Document);
    reader.wanted
}

/// Whether some statement at the top assigns to the root, so that the document is replaced.
pub(super) fn replaces_document(program: &Program) -> bool {
    program.main.statements.iter().any(|statement| matches!(statement.kind, StatementKind::Root(..)))
}

// === impl Reader ===

impl Reader {
    fn block(&mut self, block: &Block, here: Here) {
        block.statements.iter().for_each(|statement| self.statement(statement, here));
    }

    fn statement(&mut self, statement: &Statement, here: Here) {
        match &statement.kind {
            StatementKind::Variable(_, node)
            | StatementKind::Meta(_, node)
            | StatementKind::Root(_, node) => {
                self.node(node, here);
            }
            StatementKind::If(branches) => {
                for (condition, statements) in branches {
                    condition.iter().for_each(|node| self.node(node, here));
                    statements.iter().for_each(|statement| self.statement(statement, here));
                }
            }
        }
    }

    fn whole(&mut self, here: Here) {
        if here == Here::Document {
            self.wanted.add(&[]);
        }
    }

    fn node(&mut self, node: &Node, here: Here) {
        match node {
            Node::Constant(_) | Node::Known(..) | Node::Root | Node::Meta(_) => {}
            Node::Variable(..) | Node::Captured(..) => {}
            Node::This => self.whole(here),
            Node::ThisPath(segments) if here == Here::Document => self.wanted.add(segments),
            Node::ThisPath(_) => {}
            Node::Field(base, _) => self.node(base, here),
            Node::Not(operand) | Node::Negate(operand) => self.node(operand, here),
            Node::Binary(_, left, right) => [left, right].into_iter().for_each(|side| self.node(side, here)),
            Node::Map(base, query) => {
                self.node(base, here);
                self.node(query, Here::Other);
            }
            Node::Call(call) => self.call(call, here),
            Node::Method(method) => self.method(method, here),
            Node::Lambda(captures, body) => {
                if *captures {
                    self.whole(here);
                }
                self.lambda(body);
            }
            Node::If(branches, otherwise) => {
                for (condition, then) in branches {
                    self.node(condition, here);
                    self.node(then, here);
                }
                otherwise.iter().for_each(|node| self.node(node, here));
            }
            Node::Match(subject, cases) => self.matching(subject.as_deref(), cases, here),
            Node::Array(items) => items.iter().for_each(|item| self.node(item, here)),
            Node::Object(entries) => entries.iter().for_each(|(_, node)| self.node(node, here)),
            Node::DynamicObject(entries) => {
                for (key, value) in entries {
                    self.node(key, here);
                    self.node(value, here);
                }
            }
        }
    }

    /// The body of a lambda sees what `this` was outside, which may always be the document.
    fn lambda(&mut self, body: &Node) {
        self.node(body, Here::Document);
    }

    fn matching(&mut self, subject: Option<&Node>, cases: &[(Case, Node)], here: Here) {
        let inside = match subject {
            Some(subject) => {
                self.node(subject, here);
                Here::Other
            }
            None => here,
        };
        for (case, result) in cases {
            match case {
                Case::Any => {}
                Case::Equals(_) => self.whole(inside),
                Case::Holds(test) => self.node(test, inside),
            }
            self.node(result, inside);
        }
    }

    fn call(&mut self, call: &Call, here: Here) {
        if call.spec.name != "json" {
            return self.args(&call.args, here, false);
        }
        let args = call.args.constants();
        match args.as_deref() {
            Some([Arg::Value(dotted)]) => match dotted.as_str() {
                None | Some("") => self.wanted.add(&[]),
                Some(dotted) => self.wanted.add(&path::split(dotted)),
            },
            _ => self.wanted.add(&[]),
        }
    }

    fn method(&mut self, method: &Method, here: Here) {
        self.node(&method.target, here);
        // All methods but this one run a lambda with a value of their own.
        self.args(&method.args, here, method.spec.name != "or");
    }

    /// `gives`: whether a lambda gets a value other than the present `this`.
    fn args(&mut self, args: &ArgNodes, here: Here, gives: bool) {
        let ArgNodes::Dynamic(nodes) = args else {
            // Constant arguments may still be queries.
            for arg in args.constants().iter().flatten() {
                if let Arg::Query(query) = arg {
                    self.query(query, here, gives);
                }
            }
            return;
        };
        for (node, _) in nodes {
            match node {
                ArgNode::Value(node) => self.node(node, here),
                ArgNode::Query(query) => self.query(query, here, gives),
                ArgNode::Constant(_) | ArgNode::Absent => {}
            }
        }
    }

    fn query(&mut self, query: &Node, here: Here, gives: bool) {
        match query {
            Node::Lambda(_, body) if gives => self.lambda(body),
            query => self.node(query, here),
        }
    }
}
