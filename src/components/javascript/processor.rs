//! The `javascript` processor.

use super::vm::{Engine, Program};
use crate::component::{Built, Context, Processor, ProcessorSpec};
use crate::components::rules;
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, Status, field};

const CODE: Field<Option<String>> = field("code").doc("The program; either this or `file`.");
const FILE: Field<Option<String>> = field("file").doc("A file with the program; either this or `code`.");
const GLOBAL_FOLDERS: Field<Vec<String>> =
    field("global_folders").default_list(&[]).doc("Folders in which `require` looks for modules.");

pub const JAVASCRIPT: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "javascript")
        .status(Status::Experimental)
        .categories(&["Mapping"])
        .version("4.14.0")
        .summary("Runs a JavaScript program for each message.")
        .description(DESCRIPTION)
        .fields(&[&CODE, &FILE, &GLOBAL_FOLDERS])
        .rule(rules::javascript)
        .examples(&[Example {
            title: "How many keys a document has",
            config: "javascript:\n  code: |\n    (() => {\n      const document = benthos.v0_msg_as_structured();\n      document.keys = Object.keys(document).length;\n      benthos.v0_msg_set_structured(document);\n    })();\n",
        }]),
    build: new,
    silent: false,
};

const DESCRIPTION: &str = "\
The program runs as a script of its own for each message, in one of a few engines that are used again: what it puts into the global
scope may be there the next time, and a global `let` or `const` can only be declared once. Modern ECMAScript is understood.
`require` finds modules beside the program, in `node_modules` and in `global_folders`; `console` writes to the log.

The object `benthos` (also `bento`) has these functions. Where one fails it throws a string.

- `v0_msg_as_string()`, `v0_msg_as_structured()`: the content, as text or as a document; numbers are JavaScript's.
- `v0_msg_set_string(text)`, `v0_msg_set_structured(value)`: replace the content.
- `v0_msg_get_meta(name)`, `v0_msg_exists_meta(name)`, `v0_msg_set_meta(name, value)`: metadata; getting a key that is missing fails.
- `v0_fetch(url, headers, method, body)`: an HTTP request; returns `{status, body}`.

A program that throws, or runs for more than five seconds, flags its message, which stays as it was.";

fn new(conf: &Conf, cx: &Context) -> Built<Box<dyn Processor>> {
    let not_empty = |text: &String| !text.is_empty();
    let program = match (conf.get(&FILE)?.filter(not_empty), conf.get(&CODE)?.filter(not_empty)) {
        (Some(path), _) => {
            let code = std::fs::read_to_string(&path);
            let code =
                code.map_err(|error| conf.error(&FILE, format!("'{path}' cannot be read: {error}")))?;
            Program { name: path, code }
        }
        (None, Some(code)) => Program { name: "main.js".to_owned(), code },
        (None, None) => return Err(conf.error(&CODE, "there is no program").into()),
    };
    let engine = Engine::new(program, conf.get(&GLOBAL_FOLDERS)?, cx.log().clone());
    let engine =
        engine.map_err(|error| conf.error(&CODE, format!("the program cannot be compiled: {error}")))?;
    Ok(Box::new(engine))
}
