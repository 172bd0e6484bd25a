//! `jq`: a jq program over each document.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jaq_core::compile::Filter;
use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Native, Vars, unwrap_valr};
use jaq_json::{Map, Num, Val};

use super::{jq_functions, jq_program};
use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message};
use crate::value::{Object, Value, json, text};

const QUERY: Field<String> = field("query")
    .usable(|query| compile(query).map(|_| ()))
    .doc("The program. `$metadata` is the metadata of the message.");
const RAW: Field<bool> =
    field("raw").default(false).advanced().doc("Whether the content is one string rather than a document.");
const OUTPUT_RAW: Field<bool> = field("output_raw")
    .default(false)
    .advanced()
    .doc("Whether results become the content as they are, one after another, strings without their quotes.");

pub const JQ: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "jq")
        .categories(&["Mapping"])
        .summary("Makes the result of a jq program the new document of each message.")
        .description("Several results become an array; without any the message is dropped. A message on which the program fails is flagged and stays. Programs have no access to the environment.")
        .fields(&[&QUERY, &RAW, &OUTPUT_RAW])
        .examples(&[Example {
            title: "Totals",
            config: "jq:\n  query: '{ id: .id, total: ([ .items[].price ] | add) }'\n",
        }]),
    build: |conf, _| Ok(Box::new(Jq::new(conf)?)),
    silent: false,
};

/// What programs run on.
pub(super) type Data = JustLut<Val>;

/// What reaches out of the program: to the process, its environment, its streams.
const UNSAFE: [&str; 9] =
    ["env", "halt", "halt_error", "input", "inputs", "stderr", "stderr_empty", "debug", "debug_empty"];

/// What `jq_functions` has in its own way.
const REPLACED: [&str; 6] = ["tojson", "tostring", "fromjson", "matches", "split_matches", "@text"];

/// What stands in for some of that, and formats that the standard library lacks.
const PRELUDE: &str = include_str!("prelude.jq");

struct Jq {
    program: Filter<Native<Data>>,
    raw: bool,
    output_raw: bool,
}

fn compile(code: &str) -> Result<Filter<Native<Data>>, String> {
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let prelude = jaq_core::load::parse(PRELUDE, |parser| parser.defs()).into_iter().flatten();
    let is_ours = |name: &str| UNSAFE.contains(&name) || REPLACED.contains(&name);
    let defs = defs.filter(|def| !is_ours(def.name)).chain(prelude);
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let funs = funs.filter(|(name, ..)| !is_ours(name)).chain(jq_functions::all());
    let code = jq_program::normal(code);
    let arena = Arena::default();
    let modules = Loader::new(defs).load(&arena, File { code: code.as_str(), path: () });
    let modules = modules.map_err(|errors| {
        let faults: Vec<_> = errors.iter().map(|(_, fault)| format!("{fault:?}")).collect();
        format!("the program cannot be parsed: {}", faults.join(", "))
    })?;
    let compiler = Compiler::default().with_funs(funs).with_global_vars(["$metadata", "$ENV"]);
    let program = compiler.compile(modules);
    program.map_err(|errors| {
        let faults = errors.iter().flat_map(|(_, faults)| faults);
        let faults: Vec<_> =
            faults.map(|(name, what)| format!("undefined {} {name}", what.as_str())).collect();
        faults.join(", ")
    })
}

// === impl Jq ===

impl Jq {
    fn new(conf: &Conf) -> Built<Self> {
        let program = compile(&conf.get(&QUERY)?).map_err(|error| conf.error(&QUERY, error))?;
        Ok(Self { program, raw: conf.get(&RAW)?, output_raw: conf.get(&OUTPUT_RAW)? })
    }

    /// What the program makes of a message; none if it makes nothing.
    fn run(&self, message: &Message) -> Result<Option<Message>, String> {
        let input = if self.raw {
            Val::utf8_str(message.bytes().clone())
        } else {
            val(message.structured().map_err(|error| error.to_string())?)
        };
        let metadata = val(&Value::Object(message.meta().clone()));
        let ctx = Ctx::<Data>::new(&self.program.lut, Vars::new([metadata, Val::obj(Map::default())]));
        let mut results = Vec::new();
        for result in self.program.id.run((ctx, input)).map(unwrap_valr) {
            results.push(value(&result.map_err(|error| error.to_string())?));
        }
        if results.is_empty() {
            return Ok(None);
        }
        if self.output_raw {
            let texts = results.iter().map(raw).collect::<Result<Vec<_>, _>>()?;
            return Ok(Some(message.with_bytes(texts.concat())));
        }
        let document = if results.len() == 1 { results.remove(0) } else { results.into() };
        Ok(Some(message.with_document(document)))
    }
}

/// A result as content: strings without quotes.
fn raw(value: &Value) -> Result<Vec<u8>, String> {
    match value {
        Value::String(text) => Ok(text.as_bytes().to_vec()),
        value => json::print(value).map_err(|error| error.to_string()),
    }
}

/// A document as programs see it.
pub(super) fn val(value: &Value) -> Val {
    match value {
        Value::Null | Value::Delete | Value::Nothing => Val::Null,
        Value::Bool(b) => Val::Bool(*b),
        Value::Int(i) => Val::Num(Num::from_integral(*i)),
        Value::Float(f) => Val::Num(Num::Float(*f)),
        Value::Sized(sized) => val(&sized.common()),
        Value::Number(text) => Val::Num(number(text)),
        Value::Array(items) => items.iter().map(val).collect(),
        Value::Object(object) => {
            let entries = object.iter().map(|(key, value)| (Val::utf8_str(key.to_string()), val(value)));
            Val::obj(entries.collect())
        }
        text => Val::utf8_str(text::string(text).into_owned()),
    }
}

/// Numbers keep their digits; whole ones can be of any size.
fn number(text: &str) -> Num {
    let whole = Num::from_str_radix(text, 10).filter(|_| text != "-0");
    whole.unwrap_or_else(|| Num::Dec(text.to_owned().into()))
}

/// A result as a document; numbers that no one touched keep their digits.
pub(super) fn value(val: &Val) -> Value {
    match val {
        Val::Null => Value::Null,
        Val::Bool(b) => Value::Bool(*b),
        Val::Num(Num::Int(i)) => Value::Int(*i as i64),
        Val::Num(Num::BigInt(i)) => Value::Number(i.to_string().into()),
        Val::Num(Num::Float(f)) => Value::Float(*f),
        Val::Num(Num::Dec(text)) => Value::Number(text.to_string().into()),
        Val::BStr(text) | Val::TStr(text) => Value::from(&*json::go_lossy(text)),
        Val::Arr(items) => Value::Array(items.iter().map(value).collect()),
        Val::Obj(entries) => {
            let entries =
                entries.iter().map(|(key, entry)| (text::string(&value(key)).as_ref().into(), value(entry)));
            Value::Object(entries.collect::<Object>())
        }
    }
}

impl Processor for Jq {
    fn process(&self, batch: Batch) -> Step<'_> {
        let mut done = Batch::new();
        for mut message in batch {
            // The library may panic where a program asks for more than there is, such as a text of terabytes.
            let result = catch_unwind(AssertUnwindSafe(|| self.run(&message)));
            match result.unwrap_or_else(|_| Err("the program could not go on".to_owned())) {
                Ok(result) => done.extend(result),
                Err(error) => {
                    message.fail(error);
                    done.push(message);
                }
            }
        }
        Step::non_empty(done)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, processor, run};

    #[tokio::test]
    async fn a_program_that_asks_for_too_much_fails_alone() {
        let chain = processor(&context(), r#"jq: {query: '"abc" * .n'}"#);
        let made = run(&chain, &[r#"{"n":9000000000000000000}"#, r#"{"n":2}"#]).await;
        assert_eq!(made, [[r#"{"n":9000000000000000000}!the program could not go on"#, r#""abcabc""#]]);
    }

    #[tokio::test]
    async fn results_become_documents() {
        for (query, input, want) in [
            (".a", r#"{"a":12345678901234567890123}"#, "12345678901234567890123"),
            (".a, .b", r#"{"a":1,"b":"x"}"#, r#"[1,"x"]"#),
            ("[1e3, 3.0, 1/3]", "null", "[1000,3,0.3333333333333333]"),
            ("@csv, @tsv", r#"["a\"b\t",1,null]"#, r#"["\"a\"\"b\t\",1,","a\"b\\t\t1\t"]"#),
            ("$ENV.HOME, env.HOME", "null", "[null,null]"),
            (
                r#"[.a * 2, .a * 3 | tostring, "\(.)"], .b, 2.50"#,
                r#"{"a":1.5,"b":1.10}"#,
                r#"[["3","3","4.5","4.5"],1.10,2.5]"#,
            ),
            ("tojson", r#"{"b":1.0,"a":[1e3]}"#, r#""{\"a\":[1e3],\"b\":1.0}""#),
            (r#"capture("(?<x>o)(?<y>z)?(\\p{L})")"#, r#""four""#, r#"{"x":"o","y":null}"#),
            (r#"[scan("([a-z])([0-9])?")]"#, r#""ab1""#, r#"[["a",null],["b","1"]]"#),
            (r#"gsub("(?<x>[ab])"; "<\(.x)>")"#, r#""abc""#, r#""<a><b>c""#),
            ("[range(1; 2; 0)], [range(3; 0; -2)], [range(2)]", "null", "[[],[3,1],[0,1]]"),
            (r#"(.[:2] | join("-")), (.[2:] | flatten), first"#, "[null,1,[2]]", r#"["-1",[2],null]"#),
            ("fromstream(tostream), todate", "1.5", r#"[1.5,"1970-01-01T00:00:01Z"]"#),
            ("[.[] | IN(1, 3)], [tostream]", "[1,[2]]", "[[true,false],[[[0],1],[[1,0],2],[[1,0]],[[1]]]]"),
        ] {
            let chain = processor(&context(), &format!("jq: {{query: '{query}'}}"));
            assert_eq!(run(&chain, &[input]).await, [[want]], "{query}");
        }
        let chain = processor(&context(), "jq: {query: 'select(.n > 1)'}");
        assert_eq!(run(&chain, &[r#"{"n":1}"#, r#"{"n":2}"#]).await, [[r#"{"n":2}"#]]);
        for query in [
            ".a.b",
            "[range(.)]",
            r#""" | fromjson"#,
            "1e17 | todate",
            "nan | todate",
            "from_entries?, ([{}] | from_entries)",
        ] {
            let chain = processor(&context(), &format!("jq: {{query: '{query}'}}"));
            assert!(run(&chain, &[r#"{"a":5}"#]).await[0][0].starts_with(r#"{"a":5}!"#), "{query}");
        }
    }
}
