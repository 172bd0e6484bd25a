//! From syntax tree to program: names are resolved, calls are checked, constants are folded.

use std::collections::HashMap;

use super::ast::{self, Expr, ExprKind, Op};
use super::calls;
use super::depth::Depth;
use super::diagnostics::ParseError;
use super::eval::{Case, Ctx, Frame, Node, Run, This};
use super::parser::{self, line_and_column};
use super::program::{Block, Program, Statement, StatementKind};
use super::scope::{Environment, NoMessages};
use super::target::Target;
use crate::value::{Str, Value};

/// Imports may be nested this deep.
const MAX_IMPORTS: u32 = 32;

/// Compiles one text.
pub(super) struct Compiler<'a> {
    text: &'a str,
    pub environment: &'a Environment,
    /// The names that lambdas around the current place have captured, outermost first.
    captured: Vec<Str>,
    variables: HashMap<Str, usize>,
    errors: Vec<Mistake>,
    import_depth: u32,
}

/// Something wrong with the text.
struct Mistake {
    /// Up to where the text has to be read to see it; mistakes are told in this order.
    seen: u32,
    /// Where it is.
    at: u32,
    message: String,
}

/// Compiles the text of a mapping.
pub fn compile(text: &str, environment: &Environment) -> Result<Program, Vec<ParseError>> {
    compile_nested(text, environment, 0)
}

/// Compiles a single query; returns where in `text` it ends. Line breaks and comments may stand around it where `around`
/// is set.
pub fn compile_query(
    text: &str,
    around: bool,
    environment: &Environment,
) -> Result<(Node, usize), Vec<ParseError>> {
    let mut compiler = Compiler::new(text, environment, 0);
    let (expr, end) = match parser::parse_query_prefix(text, around) {
        Ok(parsed) => parsed,
        Err((fragments, failure)) => return Err(compiler.all_mistakes(&fragments, &failure)),
    };
    let node = compiler.expr(&expr);
    compiler.finish((node, end))
}

fn compile_nested(text: &str, environment: &Environment, depth: u32) -> Result<Program, Vec<ParseError>> {
    let (document, failure) = parser::parse_mapping(text);
    if let Some(from) = &document.from {
        return import_whole(text, from, environment, depth);
    }
    let mut compiler = Compiler::new(text, environment, depth);
    if let Some(failure) = failure {
        return Err(compiler.all_mistakes(&document.fragments, &failure));
    }
    let mut maps = HashMap::new();
    for import in &document.imports {
        compiler.import(import, &mut maps);
    }
    for map in &document.maps {
        let block = compiler.block(&map.statements);
        if maps.insert(map.name.clone(), block).is_some() {
            compiler.error(map.end, map.at, format!("map name collision: {}", map.name));
        }
    }
    let main = compiler.block(&document.statements);
    let host = environment.host.clone();
    let program = Program { main, maps, host };
    compiler.finish(program).map_err(|mut errors| {
        // Of a text that is neither a mapping nor a right expression the mistake further on is told first.
        let statements = document.no_statements.map(|failure| ParseError::from_failure(text, &failure));
        let place = |error: &ParseError| (error.line, error.column);
        if let Some(failed) = statements.filter(|failed| place(failed) > place(&errors[0])) {
            errors.insert(0, failed);
        }
        errors
    })
}

/// `from "file"`: that file is the mapping.
fn import_whole(
    text: &str,
    from: &ast::Import,
    environment: &Environment,
    depth: u32,
) -> Result<Program, Vec<ParseError>> {
    let failed = |message: String| vec![ParseError::at(text, from.at as usize, message)];
    let (path, content) = read_import(&from.file, environment, depth).map_err(failed)?;
    compile_nested(&content, &inside(environment, &path), depth + 1)
        .map_err(|errors| failed(import_failed(&from.file, &errors)))
}

fn read_import(file: &str, environment: &Environment, depth: u32) -> Result<(String, String), String> {
    if depth >= MAX_IMPORTS {
        return Err(format!("failed to read import: imports are nested deeper than {MAX_IMPORTS}"));
    }
    if environment.isolated {
        return Err("failed to read import: imports are not available here".to_owned());
    }
    let path = if file.starts_with('/') || environment.directory.is_empty() {
        file.to_owned()
    } else {
        format!("{}/{file}", environment.directory)
    };
    let content = environment.host.read_file(&path).map_err(|e| format!("failed to read import: {e}"))?;
    let content =
        String::from_utf8(content).map_err(|_| format!("failed to read import: {path} is not UTF-8"))?;
    Ok((path, content))
}

/// The environment of a file: what it imports is relative to it.
fn inside(environment: &Environment, path: &str) -> Environment {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    Environment { directory: directory.into(), ..environment.clone() }
}

fn import_failed(file: &str, errors: &[ParseError]) -> String {
    let first = errors.first().map(ToString::to_string).unwrap_or_default();
    format!("failed to parse import '{file}': {first}")
}

impl<'a> Compiler<'a> {
    fn new(text: &'a str, environment: &'a Environment, import_depth: u32) -> Self {
        Self {
            text,
            environment,
            captured: Vec::new(),
            variables: HashMap::new(),
            errors: Vec::new(),
            import_depth,
        }
    }

    /// Notes a mistake at `at` that shows once the text is read up to `seen`.
    pub(super) fn error(&mut self, seen: u32, at: u32, message: impl Into<String>) {
        self.errors.push(Mistake { seen, at, message: message.into() });
    }

    fn finish<T>(mut self, result: T) -> Result<T, Vec<ParseError>> {
        if self.errors.is_empty() {
            return Ok(result);
        }
        // A call ends where the operation ends that it is the last operand of, but shows first.
        self.errors.sort_by_key(|mistake| (mistake.seen, std::cmp::Reverse(mistake.at)));
        let told = |mistake: Mistake| ParseError::at(self.text, mistake.at as usize, mistake.message);
        Err(self.errors.into_iter().map(told).collect())
    }

    /// What is wrong with a text that cannot be read to its end: what shows in the parts that were read, and then why
    /// it cannot be read on.
    fn all_mistakes(mut self, fragments: &[Expr], failure: &parser::Failure) -> Vec<ParseError> {
        let failed = ParseError::from_failure(self.text, failure);
        for fragment in fragments {
            self.expr(fragment);
        }
        let mut errors = self.finish(()).err().unwrap_or_default();
        errors.push(failed);
        errors.dedup();
        errors
    }

    fn import(&mut self, import: &ast::Import, maps: &mut HashMap<Str, Block>) {
        let read = read_import(&import.file, self.environment, self.import_depth);
        let (path, content) = match read {
            Ok(read) => read,
            Err(message) => return self.error(import.end, import.at, message),
        };
        match compile_nested(&content, &inside(self.environment, &path), self.import_depth + 1) {
            Err(errors) => self.error(import.end, import.at, import_failed(&import.file, &errors)),
            Ok(program) if program.maps.is_empty() => {
                self.error(import.end, import.at, format!("no maps to import from '{}'", import.file));
            }
            Ok(program) => {
                for (name, block) in program.maps {
                    if maps.insert(name.clone(), block).is_some() {
                        let file = &import.file;
                        self.error(
                            import.end,
                            import.at,
                            format!("map name collisions from import '{file}': [{name}]"),
                        );
                    }
                }
            }
        }
    }

    /// Statements with variables of their own.
    fn block(&mut self, statements: &[ast::Statement]) -> Block {
        self.variables.clear();
        let statements = self.statements(statements);
        Block { statements, variables: std::mem::take(&mut self.variables) }
    }

    fn statements(&mut self, statements: &[ast::Statement]) -> Vec<Statement> {
        statements.iter().map(|s| self.statement(s)).collect()
    }

    fn statement(&mut self, statement: &ast::Statement) -> Statement {
        let line = line_and_column(self.text, statement.at as usize).0;
        let kind = match &statement.kind {
            ast::StatementKind::Let(name, expr) => {
                let node = self.expr(expr);
                StatementKind::Variable(self.slot(name), node)
            }
            ast::StatementKind::Meta(key, expr) => StatementKind::Meta(key.clone(), self.expr(expr)),
            ast::StatementKind::Root(path, expr) => StatementKind::Root(path.clone().into(), self.expr(expr)),
            ast::StatementKind::If(branches) => {
                let compiled = branches.iter().map(|(condition, statements)| {
                    let condition = condition.as_ref().map(|c| self.expr(c));
                    (condition, self.statements(statements))
                });
                StatementKind::If(compiled.collect())
            }
        };
        Statement { line, kind }
    }

    /// The slot of a variable, a new one if it has none.
    fn slot(&mut self, name: &Str) -> usize {
        let next = self.variables.len();
        *self.variables.entry(name.clone()).or_insert(next)
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Node {
        match &expr.kind {
            ExprKind::Literal(value) => Node::Constant(value.clone()),
            ExprKind::This => Node::This,
            ExprKind::Root => Node::Root,
            ExprKind::Meta(key) => Node::Meta(key.clone()),
            ExprKind::Variable(name) => Node::Variable(self.slot(name), name.clone()),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Field(base, segment) => field(self.expr(base), segment),
            ExprKind::Map(base, query) => Node::Map(Box::new(self.expr(base)), Box::new(self.expr(query))),
            ExprKind::Call(call) => calls::function(self, call),
            ExprKind::Method(base, call) => {
                let target = self.expr(base);
                calls::method(self, target, call)
            }
            ExprKind::Lambda(name, body) => self.lambda(name, body),
            ExprKind::Not(operand) => {
                let operand = self.expr(operand);
                let known = operand.known().is_some();
                self.known_if(known, Node::Not(Box::new(operand)))
            }
            ExprKind::Negate(operand) => {
                let operand = self.expr(operand);
                let constant = operand.constant().is_some();
                self.folded_if(constant, expr, Node::Negate(Box::new(operand)))
            }
            ExprKind::Binary(op, left, right) => self.binary(expr, *op, left, right),
            ExprKind::If(branches, otherwise) => {
                let branches = branches.iter().map(|(c, then)| (self.expr(c), self.expr(then))).collect();
                Node::If(branches, otherwise.as_ref().map(|o| Box::new(self.expr(o))))
            }
            ExprKind::Match(subject, cases) => {
                let subject = subject.as_ref().map(|s| Box::new(self.expr(s)));
                let cases = cases.iter().map(|(test, result)| {
                    let case = match test.as_ref().map(|t| self.expr(t)) {
                        None => Case::Any,
                        Some(Node::Constant(value)) => Case::Equals(value),
                        Some(node) => Case::Holds(node),
                    };
                    (case, self.expr(result))
                });
                Node::Match(subject, cases.collect())
            }
            ExprKind::Array(items) => {
                let items: Vec<Node> = items.iter().map(|item| self.expr(item)).collect();
                let constant = items.iter().all(|item| item.constant().is_some());
                self.folded_if(constant, expr, Node::Array(items))
            }
            ExprKind::Object(entries) => self.object(expr, entries),
        }
    }

    /// A name at the start of a path: what a lambda captured, or a field of `this`.
    fn name(&mut self, name: &Str) -> Node {
        match self.captured.iter().rev().position(|captured| captured == name) {
            Some(index) => Node::Captured(index, name.clone()),
            None => Node::ThisPath(Box::new([name.clone()])),
        }
    }

    fn lambda(&mut self, name: &Str, body: &Expr) -> Node {
        if name == "_" {
            return Node::Lambda(false, Box::new(self.expr(body)));
        }
        self.captured.push(name.clone());
        let body = self.expr(body);
        self.captured.pop();
        Node::Lambda(true, Box::new(body))
    }

    fn binary(&mut self, expr: &Expr, op: Op, left: &Expr, right: &Expr) -> Node {
        let (left, right) = (self.expr(left), self.expr(right));
        let constant = left.constant().is_some() && right.constant().is_some();
        let known = left.known().is_some() && right.known().is_some();
        let node = Node::Binary(op, Box::new(left), Box::new(right));
        match op {
            Op::And | Op::Or | Op::Coalesce => self.known_if(known, node),
            _ if constant => self.folded_if(constant, expr, node),
            _ => self.known_if(known, node),
        }
    }

    fn object(&mut self, expr: &Expr, entries: &[(Expr, Expr)]) -> Node {
        let mut entries: Vec<(Node, Node)> =
            entries.iter().map(|(key, value)| (self.expr(key), self.expr(value))).collect();
        let constant = entries.iter().all(|(k, v)| k.constant().is_some() && v.constant().is_some());
        let keys: Option<Vec<Str>> =
            entries.iter().map(|(key, _)| key.constant().and_then(Value::as_str).map(Str::from)).collect();
        let Some(keys) = keys else {
            return self.folded_if(constant, expr, Node::DynamicObject(entries));
        };
        let mut named: Vec<(Str, Node)> =
            keys.into_iter().zip(entries.drain(..).map(|(_, value)| value)).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        self.folded_if(constant, expr, Node::Object(named))
    }

    fn folded_if(&mut self, constant: bool, expr: &Expr, node: Node) -> Node {
        if constant { self.folded(expr.end, expr.at, node) } else { node }
    }

    /// The value of a node whose parts are constants; a failure is a mistake in the text.
    pub(super) fn folded(&mut self, seen: u32, at: u32, node: Node) -> Node {
        match evaluate(&node, self.environment) {
            Ok(value) => Node::Constant(value),
            Err(error) => {
                self.error(seen, at, error.to_string());
                node
            }
        }
    }

    /// Evaluates a node that depends on nothing. A failure is one of the run: the mapping may catch it.
    pub(super) fn known_if(&mut self, known: bool, node: Node) -> Node {
        if !known {
            return node;
        }
        match evaluate(&node, self.environment) {
            Ok(value) => Node::Known(value, Box::new(node)),
            Err(_) => node,
        }
    }
}

/// Evaluates a query that depends on nothing.
fn evaluate(node: &Node, environment: &Environment) -> super::spec::Result<Value> {
    let null = Value::Null;
    let frame = Frame { this: This::Value(&null), outer: None };
    let host = environment.host.clone();
    let program = Program { main: Block::default(), maps: HashMap::new(), host: host.clone() };
    let target = Target::fresh(0);
    let run = Run {
        scope: &NoMessages,
        program: &program,
        block: &program.main,
        variables: &[],
        target: None,
        message: &target,
        depth: Depth::outside(),
    };
    let ctx = Ctx { run: &run, index: 0, frame: &frame, captured: None };
    node.eval(&ctx).map(std::borrow::Cow::into_owned)
}

/// A field of a value; fields of fields are one path.
fn field(base: Node, segment: &Str) -> Node {
    let extended = |segments: Box<[Str]>| -> Box<[Str]> {
        let mut segments = segments.into_vec();
        segments.push(segment.clone());
        segments.into()
    };
    match base {
        Node::This => Node::ThisPath(Box::new([segment.clone()])),
        Node::ThisPath(segments) => Node::ThisPath(extended(segments)),
        Node::Field(base, segments) => Node::Field(base, extended(segments)),
        base => Node::Field(Box::new(base), Box::new([segment.clone()])),
    }
}
