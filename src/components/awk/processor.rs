//! The `awk` processor.

use super::ast::Program;
use super::functions::{self, Surroundings};
use super::{parser, run};
use crate::component::{Built, Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message};
use crate::telemetry::log::Logger;
use crate::value::{Str, Value, text};

const CODEC: Field<Str> = field("codec").options(&["none", "text", "json"]).doc(
    "What the program sees of a message without asking: nothing, its content as records and its metadata as variables, or its document and metadata as variables.",
);
const PROGRAM: Field<String> = field("program").doc("The program.");

pub const AWK: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "awk")
        .categories(&["Mapping"])
        .summary("Runs an AWK program for each message.")
        .description(DESCRIPTION)
        .fields(&[&CODEC, &PROGRAM])
        .examples(&[
            Example {
                title: "Columns in another order",
                config: "awk:\n  codec: text\n  program: '{ print $2, $1 }'\n",
            },
            Example {
                title: "Arithmetic over a document",
                config: "awk:\n  codec: none\n  program: '{ json_set_float(\"total\", json_get(\"price\") * json_get(\"count\")) }'\n",
            },
        ]),
    build: |conf, cx| Ok(Box::new(Awk::new(conf, cx)?)),
    silent: false,
};

const DESCRIPTION: &str = "\
What the program prints becomes the content, without its last line end; if it prints nothing the message stays, but for what its
functions changed. With `none` and `json` there is one record, a blank. With `json` the values of the document are variables whose
names are the keys on the way to them, joined by `_`; of an array it is the last element. In names of variables whatever is not a
letter, a digit or `_` is replaced by `_`.

Besides the functions of the language there are these:

- `json_get(path)`, `json_type(path)`, `json_length(path)`, `json_delete(path)`: of the document.
- `json_set(path, value)`, `json_set_int`, `json_set_float`, `json_set_bool`, and the same with `json_append`.
- `create_json_object(key, value, ...)`, `create_json_array(value, ...)`: texts.
- `metadata_get(key)`, `metadata_set(key, value)`.
- `timestamp_unix(text, layout)`, `timestamp_unix_nano`, `timestamp_format(seconds, layout)`, `timestamp_format_nano`: the layout is
  Go's and may be left out.
- `base64_encode(text)`, `base64_decode(text)`, `print_log(text, level)`.

Programs cannot reach files or other programs: writing to them fails, reading finds nothing. One that does not end, or takes too much
memory, is stopped. A program that fails, prints to `/dev/stderr` or ends with a code other than 0 flags its message.";

struct Awk {
    codec: Codec,
    program: Program,
    log: Logger,
}

#[derive(Clone, Copy)]
enum Codec {
    None,
    Text,
    Json,
}

// === impl Awk ===

impl Awk {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let codec = match conf.get(&CODEC)?.as_str() {
            "none" => Codec::None,
            "text" => Codec::Text,
            "json" => Codec::Json,
            other => return Err(conf.error(&CODEC, format!("there is no codec '{other}'")).into()),
        };
        let program = parser::parse(&conf.get(&PROGRAM)?, &functions::signatures());
        let program = program.map_err(|error| conf.error(&PROGRAM, error))?;
        Ok(Self { codec, program, log: cx.log().clone() })
    }

    fn run(&self, message: &Message) -> Result<Message, String> {
        let content;
        let mut variables = Vec::new();
        let input = match self.codec {
            Codec::None => " ",
            Codec::Json => {
                flatten("", message.structured().map_err(|error| error.to_string())?, &mut variables);
                " "
            }
            Codec::Text => {
                content = String::from_utf8_lossy(message.bytes());
                &*content
            }
        };
        if !matches!(self.codec, Codec::None) {
            let metadata =
                message.meta().iter().map(|(key, value)| (key.clone(), text::string(value).as_ref().into()));
            variables.extend(metadata);
        }
        for (name, _) in &mut variables {
            *name = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        }
        let mut surroundings = Surroundings::new(message.clone(), self.log.clone());
        let printed = run::run(&self.program, input, &variables, &mut surroundings)?;
        let message = surroundings.into_message();
        if printed.is_empty() {
            return Ok(message);
        }
        Ok(message.with_bytes(printed.strip_suffix('\n').map_or(printed.clone(), str::to_owned)))
    }
}

/// The values of a document by their paths.
fn flatten(path: &str, value: &Value, variables: &mut Vec<(Str, Str)>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                flatten(&path, value, variables);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flatten(path, item, variables)),
        value => {
            let mut text = String::new();
            text::write_go(value, &mut text);
            variables.push((path.into(), text.into()));
        }
    }
}

impl Processor for Awk {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::each(batch, |message| self.run(message))
    }
}
