//! Runs templates over documents, within bounds. What is missing is [`Value::Nothing`].

use super::ast::{Command, Node, Operand, Pipe};
use super::functions::{Call, Function, truth};
use super::parse::Templates;
use crate::message::Message;
use crate::value::{Str, Value, text};

/// How deep templates may call each other.
const MAX_DEPTH: usize = 200;

/// How many nodes and operands are run at most, and how many bytes are written.
const MAX_STEPS: usize = 5_000_000;
const MAX_OUTPUT: usize = 64 << 20;

/// Why a body does not go on.
enum Stop {
    Error(String),
    Break,
    Continue,
}

type Run<T> = Result<T, Stop>;

impl From<String> for Stop {
    fn from(error: String) -> Self {
        Stop::Error(error)
    }
}

struct Machine<'t> {
    templates: &'t Templates,
    functions: &'t [Function],
    message: &'t Message,
    variables: Vec<(Str, Value)>,
    out: String,
    steps: usize,
    depth: usize,
}

/// What the template `name` makes of the document of `message`.
pub fn run(
    templates: &Templates,
    functions: &[Function],
    name: &str,
    message: &Message,
) -> Result<String, String> {
    let document = message.structured().map_err(|error| error.to_string())?;
    let (variables, out) = Default::default();
    let mut machine = Machine { templates, functions, message, variables, out, steps: 0, depth: 0 };
    match machine.template(name, document) {
        Ok(()) => Ok(machine.out),
        Err(Stop::Error(error)) => Err(error),
        Err(Stop::Break | Stop::Continue) => Err("a loop was left that there is none of".to_owned()),
    }
}

impl Machine<'_> {
    fn template(&mut self, name: &str, dot: &Value) -> Run<()> {
        let templates = self.templates;
        let body = templates.get(name).ok_or_else(|| format!("there is no template '{name}'"))?;
        if self.depth == MAX_DEPTH {
            return Err(format!("templates call each other more than {MAX_DEPTH} times").into());
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.variables, vec![("".into(), dot.clone())]);
        let done = self.body(body, dot);
        self.variables = outer;
        self.depth -= 1;
        done
    }

    fn body(&mut self, nodes: &[Node], dot: &Value) -> Run<()> {
        let known = self.variables.len();
        let done = nodes.iter().try_for_each(|node| self.node(node, dot));
        self.variables.truncate(known);
        done
    }

    fn step(&mut self) -> Run<()> {
        self.steps += 1;
        let too_much = self.steps > MAX_STEPS || self.out.len() > MAX_OUTPUT;
        if too_much { Err("the template does too much".to_owned().into()) } else { Ok(()) }
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Run<()> {
        self.step()?;
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Print(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    print(&value, &mut self.out);
                }
            }
            Node::If { check, then, otherwise } => {
                let known = self.variables.len();
                let check = self.pipe(check, dot)?;
                let done = self.body(if truth(&check) { then } else { otherwise }, dot);
                self.variables.truncate(known);
                done?;
            }
            Node::With { value, then, otherwise } => {
                let known = self.variables.len();
                let value = self.pipe(value, dot)?;
                let done = if truth(&value) { self.body(then, &value) } else { self.body(otherwise, dot) };
                self.variables.truncate(known);
                done?;
            }
            Node::Range { items, body, otherwise } => {
                let known = self.variables.len();
                let done = self.range(items, body, otherwise, dot);
                self.variables.truncate(known);
                done?;
            }
            Node::Template { name, value } => {
                let value = value.as_ref().map_or(Ok(Value::Nothing), |value| self.pipe(value, dot))?;
                self.template(name, &value)?;
            }
            Node::Break => return Err(Stop::Break),
            Node::Continue => return Err(Stop::Continue),
        }
        Ok(())
    }

    fn range(&mut self, items: &Pipe, body: &[Node], otherwise: &[Node], dot: &Value) -> Run<()> {
        let value = self.commands(items, dot)?;
        let pairs: Vec<(Value, Value)> = match &value {
            Value::Array(items) => {
                items.iter().enumerate().map(|(i, item)| (Value::Int(i as i64), item.clone())).collect()
            }
            Value::Object(object) => {
                object.iter().map(|(key, value)| (key.clone().into(), value.clone())).collect()
            }
            Value::Int(n) => {
                (0..(*n).clamp(0, MAX_STEPS as i64)).map(|i| (Value::Int(i), Value::Int(i))).collect()
            }
            Value::Null | Value::Nothing => Vec::new(),
            other => {
                return Err(format!("range can't iterate over a value of type {}", other.type_name()).into());
            }
        };
        if pairs.is_empty() {
            return self.body(otherwise, dot);
        }
        let known = self.variables.len();
        for (key, item) in pairs {
            self.step()?;
            match items.variables.as_slice() {
                [] => {}
                [element] => self.bind(element, item.clone(), items.declares)?,
                [index, element, ..] => {
                    self.bind(index, key, items.declares)?;
                    self.bind(element, item.clone(), items.declares)?;
                }
            }
            let done = self.body(body, &item);
            self.variables.truncate(known);
            match done {
                Ok(()) | Err(Stop::Continue) => {}
                Err(Stop::Break) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn bind(&mut self, name: &Str, value: Value, declares: bool) -> Run<()> {
        if declares {
            self.variables.push((name.clone(), value));
            return Ok(());
        }
        let known = self.variables.iter_mut().rev().find(|(known, _)| known == name);
        known.ok_or_else(|| format!("undefined variable '${name}'"))?.1 = value;
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Run<Value> {
        let value = self.commands(pipe, dot)?;
        for name in &pipe.variables {
            self.bind(name, value.clone(), pipe.declares)?;
        }
        Ok(value)
    }

    fn commands(&mut self, pipe: &Pipe, dot: &Value) -> Run<Value> {
        let mut last = None;
        for command in &pipe.commands {
            last = Some(self.command(command, dot, last)?);
        }
        Ok(last.unwrap_or(Value::Nothing))
    }

    fn command(&mut self, command: &Command, dot: &Value, last: Option<Value>) -> Run<Value> {
        self.step()?;
        let Some((first, rest)) = command.0.split_first() else { return Ok(Value::Nothing) };
        let Operand::Function(function) = first else {
            if !rest.is_empty() || last.is_some() {
                return Err("only functions take arguments".to_owned().into());
            }
            return self.operand(first, dot);
        };
        self.call(*function, rest, dot, last)
    }

    fn call(&mut self, function: usize, rest: &[Operand], dot: &Value, last: Option<Value>) -> Run<Value> {
        let functions = self.functions;
        let function = &functions[function];
        let mut args = Vec::with_capacity(rest.len() + 1);
        let count = rest.len() + usize::from(last.is_some());
        function.accepts(count)?;
        for (i, operand) in rest.iter().enumerate() {
            let value = self.operand(operand, dot)?;
            // `and` and `or` stop where their result is known.
            if function.stops_at.is_some_and(|stop| truth(&value) == stop) && i + 1 < count {
                return Ok(value);
            }
            args.push(value);
        }
        args.extend(last);
        let value = match &function.call {
            Call::Plain(call) => call(&args)?,
            Call::Meta => {
                let key = args.first().map(|key| text::string(key).into_owned()).unwrap_or_default();
                self.message.meta().get(&key).cloned().unwrap_or(Value::Nothing)
            }
            Call::Mapping(program) => {
                super::functions::mapped(program, args.first().unwrap_or(&Value::Null))?
            }
        };
        // Objects are values here, so that what changes one changes the variable that holds it.
        if function.changes
            && let Some(Operand::Variable(name)) = rest.first()
        {
            self.bind(name, value.clone(), false)?;
        }
        Ok(value)
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Run<Value> {
        self.step()?;
        match operand {
            Operand::Dot => Ok(dot.clone()),
            Operand::Nil => Ok(Value::Null),
            Operand::Literal(value) => Ok(value.clone()),
            Operand::Variable(name) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                Ok(known.ok_or_else(|| format!("undefined variable '${name}'"))?.1.clone())
            }
            Operand::Function(function) => self.call(*function, &[], dot, None),
            Operand::Pipe(pipe) => self.pipe(pipe, dot),
            Operand::Field(of, name) => match self.operand(of, dot)? {
                Value::Object(object) => Ok(object.get(name).cloned().unwrap_or(Value::Nothing)),
                Value::Nothing => Ok(Value::Nothing),
                Value::Null => Err(format!("nil has no field {name}").into()),
                other => Err(format!("can't evaluate field {name} in type {}", other.type_name()).into()),
            },
        }
    }
}

fn print(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Nothing => out.push_str("<no value>"),
        value => text::write_go(value, out),
    }
}
