//! `jmespath`: a JMESPath query over each document.

use jmespath::{Expression, Rcvar, Variable, compile};
use serde_json::Number;

use super::floats::floats;
use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message};
use crate::value::{Object, Value};

const QUERY: Field<String> = field("query")
    .usable(|query| compile(query).map(|_| ()).map_err(|error| error.reason.to_string()))
    .doc("The query.");

pub const JMESPATH: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "jmespath")
        .categories(&["Mapping"])
        .summary("Makes the result of a JMESPath query the new document of each message.")
        .description("Numbers become floats. A message on which the query fails is flagged and stays.")
        .fields(&[&QUERY])
        .examples(&[Example {
            title: "Names of adults",
            config: "jmespath:\n  query: 'people[?age > `17`].name'\n",
        }]),
    build: |conf, _| Ok(Box::new(Jmespath::new(conf)?)),
    silent: false,
};

struct Jmespath(Expression<'static>);

// === impl Jmespath ===

impl Jmespath {
    fn new(conf: &Conf) -> Built<Self> {
        let query = conf.get(&QUERY)?;
        let compiled = compile(&query).map_err(|error| conf.error(&QUERY, error.to_string()))?;
        Ok(Self(compiled))
    }

    fn search(&self, message: &Message) -> Result<Value, String> {
        let document = message.structured().map_err(|error| error.to_string())?;
        let found = self.0.search(variable(floats(document.clone())));
        found.map(|found| value(&found)).map_err(|error| error.to_string())
    }
}

/// A document as the query sees it; its numbers are floats.
fn variable(value: Value) -> Variable {
    match value {
        Value::Bool(b) => Variable::Bool(b),
        Value::Float(f) => number(f).map_or(Variable::Null, Variable::Number),
        Value::Array(items) => {
            Variable::Array(items.into_iter().map(|item| Rcvar::new(variable(item))).collect())
        }
        Value::Object(object) => Variable::Object(
            object.into_iter().map(|(key, value)| (key.into(), Rcvar::new(variable(value)))).collect(),
        ),
        Value::Null | Value::Delete | Value::Nothing => Variable::Null,
        text => Variable::String(crate::value::text::string(&text).into_owned()),
    }
}

/// Whole numbers are integers, as floats are printed with a fraction.
fn number(f: f64) -> Option<Number> {
    let whole = f as i64;
    let is_whole =
        whole as f64 == f && whole.unsigned_abs() <= 1 << 53 && !(f == 0.0 && f.is_sign_negative());
    if is_whole { Some(whole.into()) } else { Number::from_f64(f) }
}

fn value(variable: &Variable) -> Value {
    match variable {
        Variable::Null | Variable::Expref(_) => Value::Null,
        Variable::String(text) => text.as_str().into(),
        Variable::Bool(b) => Value::Bool(*b),
        Variable::Number(number) => number.as_f64().map_or(Value::Null, Value::Float),
        Variable::Array(items) => Value::Array(items.iter().map(|item| value(item)).collect()),
        Variable::Object(entries) => {
            let entries = entries.iter().map(|(key, entry)| (key.as_str().into(), value(entry)));
            Value::Object(entries.collect::<Object>())
        }
    }
}

impl Processor for Jmespath {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        for message in &mut batch {
            match self.search(message) {
                Ok(found) => *message = message.with_document(found),
                Err(error) => {
                    message.reprint();
                    message.fail(error);
                }
            }
        }
        Step::one(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, processor, run};

    #[tokio::test]
    async fn results_are_documents_and_failures_flag() {
        let chain = processor(&context(), "jmespath: {query: 'a[?n >= `1`] | reverse(@)'}");
        let results = run(&chain, &[r#"{"a":[{"n":1},{"n":2.50}]}"#, r#"{"a":"text"}"#]).await;
        assert_eq!(results[0][0], r#"[{"n":2.5},{"n":1}]"#);
        assert!(results[0][1].starts_with(r#"{"a":"text"}!"#), "{results:?}");
    }
}
