//! `template`: texts out of documents by Go templates.

mod ast;
mod exec;
mod functions;
mod lexer;
mod parse;

use functions::Function;
use parse::{Templates, parse};

use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{
    AnyField, ComponentSpec, Conf, ConfError, Example, Field, FromConf, Kind, Status, field,
};
use crate::expr::Mapping;
use crate::message::Batch;
use crate::value::{Str, Value};

const TEXT: Field<String> = field("text").default("").doc("The template, or the file that it is in.");
const FROM_FILE: Field<bool> =
    field("from_file").default(false).doc("Whether the text is the path of a file.");
const FUNCTIONS: Field<Option<Vec<(Str, String)>>> = field("functions")
    .doc("Functions of your own, by name: mappings of their one argument, which is `this`.");
const SUB_TEXT: Field<String> = field("text").doc("The template, or the file that it is in.");
const SUB_TEMPLATES: Field<Option<Vec<(Str, Sub)>>> =
    field("sub_templates").doc("Templates that can be called, by name.");

pub const TEMPLATE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "template")
        .status(Status::Experimental)
        .categories(&["Mapping"])
        .summary("Makes texts out of documents by Go templates.")
        .description(DESCRIPTION)
        .fields(&[&TEXT, &FROM_FILE, &FUNCTIONS, &SUB_TEMPLATES])
        .examples(&[Example {
            title: "A letter",
            config: "template:\n  text: |\n    Dear {{ .name | title }},{{ range .items }}\n    - {{ .count }} of {{ .name }}{{ end }}\n    {{ meta \"signature\" }}\n",
        }]),
    build: |conf, _| Ok(Box::new(TemplateProcessor::new(conf)?)),
    silent: false,
};

const DESCRIPTION: &str = "\
The language is that of Go's `text/template`, with its functions and those of Sprig for texts, numbers, lists, objects, times and
encodings; what would reach out of the template is not there. `meta \"key\"` is a metadata value. Numbers of a document are texts to
comparisons: `int` makes them numbers.

A template that fails flags its message, which stays as it was; so does one that does too much.";

/// What stands for the whole template.
const MAIN: &str = "main";

/// A template that others call.
struct Sub {
    text: String,
    from_file: bool,
}

impl FromConf for Sub {
    const FIELDS: &'static [&'static dyn AnyField] = &[&SUB_TEXT, &FROM_FILE];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self { text: conf.get(&SUB_TEXT)?, from_file: conf.get(&FROM_FILE)? })
    }
}

/// Names that a function cannot have, besides those of others.
const WORDS: &[&str] = &[
    "if", "end", "else", "range", "break", "continue", "template", "block", "define", "with", "call", "nil",
    "true", "false",
];

struct TemplateProcessor {
    templates: Templates,
    functions: Vec<Function>,
}

// === impl TemplateProcessor ===

impl TemplateProcessor {
    fn new(conf: &Conf) -> Built<Self> {
        let mut functions = functions::all();
        for (name, mapping) in conf.get(&FUNCTIONS)?.unwrap_or_default() {
            if WORDS.contains(&name.as_str()) || functions.iter().any(|known| known.name == name) {
                return Err(conf.error(&FUNCTIONS, format!("there is already a function '{name}'")).into());
            }
            let mapping = Mapping::compile(&mapping).map_err(|errors| {
                let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
                conf.error(&FUNCTIONS, format!("the function '{name}': {}", errors.join("; ")))
            })?;
            functions.push(Function::mapping(name, mapping));
        }
        let mut templates = Templates::new();
        let find = |name: &str| functions.iter().position(|function| function.name == name);
        let mut add = |name: &str, text: &str, from_file: bool| {
            let read;
            let text = if from_file {
                read = std::fs::read_to_string(text)
                    .map_err(|error| format!("'{text}' cannot be read: {error}"))?;
                &read
            } else {
                text
            };
            parse(name, text, &find, &mut templates)
        };
        let main = add(MAIN, &conf.get(&TEXT)?, conf.get(&FROM_FILE)?);
        main.map_err(|error| conf.error(&TEXT, error))?;
        for (name, sub) in conf.get(&SUB_TEMPLATES)?.unwrap_or_default() {
            let added = add(&name, &sub.text, sub.from_file);
            added.map_err(|error| conf.error(&SUB_TEMPLATES, format!("'{name}': {error}")))?;
        }
        Ok(Self { templates, functions })
    }
}

/// A document whose numbers are computed ones, for what makes documents inside of a template.
fn numbers(value: Value) -> Value {
    match value {
        Value::Number(text) => text.parse().map_or(Value::Number(text), Value::Float),
        Value::Array(items) => Value::Array(items.into_iter().map(numbers).collect()),
        Value::Object(object) => {
            Value::Object(object.into_iter().map(|(key, value)| (key, numbers(value))).collect())
        }
        other => other,
    }
}

impl Processor for TemplateProcessor {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::each(batch, |message| {
            let text = exec::run(&self.templates, &self.functions, MAIN, message)?;
            Ok(message.with_bytes(text))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};

    async fn text(template: &str, document: &str) -> String {
        let config = format!(
            "text: |-\n  {template}\nfunctions: {{twice: 'root = this * 2'}}\nsub_templates: {{row: {{text: '<{{{{ .v }}}}>'}}}}\n"
        );
        let built = alone(&TEMPLATE, &config);
        match built {
            Ok(built) => run_alone(&*built, &[document]).await.concat(),
            Err(error) => format!("! {error}"),
        }
    }

    #[tokio::test]
    async fn templates_make_texts() {
        for (template, document, want) in [
            (
                "{{ if .on }}yes{{ else if .maybe }}perhaps{{ else }}no{{ end }}",
                r#"{"maybe":[1]}"#,
                "perhaps",
            ),
            (
                "{{ .missing }}|{{ .a.b }}|{{ .n }}|{{ .nul }}|{{ .l }}|{{ .o }}",
                r#"{"a":{"b":"x"},"n":5,"nul":null,"l":[1,"q"],"o":{"z":1,"a":2}}"#,
                "<no value>|x|5|<no value>|[1 q]|map[a:2 z:1]",
            ),
            (
                "{{ .s | upper | trunc 3 }} {{ .s | title }} {{ default \"none\" .gone }} {{ .s | b64enc }}",
                r#"{"s":"hello"}"#,
                "HEL Hello none aGVsbG8=",
            ),
            (
                "{{ template \"row\" . }}{{ define \"x\" }}[{{ . }}]{{ end }}{{ template \"x\" .v }}{{ block \"y\" 1 }}{{ . }}{{ end }}",
                r#"{"v":"x"}"#,
                "<x>[x]1",
            ),
            ("{{- with .o -}} {{ .k }} {{- else -}} none {{- end }}", r#"{"o":{"k":"v"}}"#, "v"),
            (
                "{{ $t := 0 }}{{ range $i, $e := .l }}{{ if eq $i 2 }}{{ break }}{{ end }}{{ $t = add $t $e }}{{ end }}{{ $t }}",
                r#"{"l":[1,2,9]}"#,
                "3",
            ),
            (
                "{{ range $k, $v := .o }}{{ $k }}={{ $v }};{{ else }}none{{ end }}{{ range 3 }}{{ . }}{{ end }}",
                r#"{"o":{"b":1,"a":2}}"#,
                "a=2;b=1;012",
            ),
            (
                "{{/* gone */}}{{ html \"<a b='c'>\" }} {{ urlquery \"<a b>\" }} {{ printf \"%05.1f|%q\" 3.14159 \"q\" }}",
                "{}",
                "&lt;a b=&#39;c&#39;&gt; %3Ca+b%3E 003.1|\"q\"",
            ),
            (
                "{{ twice (int .n) }} {{ len .l }} {{ index .l 1 }} {{ (index .l 0).x }} {{ and 1 0 }} {{ or 0 \"a\" }} {{ not true }}",
                r#"{"n":4,"l":[{"x":"y"},2]}"#,
                "8 2 2 y 0 a false",
            ),
            (
                "{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" 2 }}{{ toJson $d }} {{ join \",\" (list 1 2 | reverse) }} {{ until 3 }}",
                "{}",
                r#"{"a":1,"b":2} 2,1 [0 1 2]"#,
            ),
            (
                "{{ snakecase \"FirstName\" }} {{ camelcase \"http_server\" }} {{ \"a,b\" | splitList \",\" | last }} {{ regexReplaceAll \"a(b)\" \"ab\" \"${1}c\" }}",
                "{}",
                "first_name HttpServer b bc",
            ),
            (
                "{{ lt 1 2 }} {{ ge \"b\" \"a\" }} {{ eq 1 2 1 }} {{ ternary \"y\" \"n\" true }} {{ date \"2006-01-02\" 0 }} {{ 'a' }} {{ 0x10 }}",
                "{}",
                "true true true y 1970-01-01 97 16",
            ),
        ] {
            assert_eq!(text(template, document).await, want, "{template}");
        }
    }

    #[tokio::test]
    async fn failures_are_told() {
        for (template, document, want) in [
            ("{{ nofunc .a }}", "{}", "there is no function 'nofunc'"),
            ("{{ .a.b.c }}", r#"{"a":"str"}"#, r#"{"a":"str"}!can't evaluate field b in type string"#),
            ("{{ .v }}", "5", "5!"),
            ("{{ if }}{{ end }}", "{}", "a command is missing"),
            ("{{ if 1 }}", "{}", "an action has no end"),
            ("{{ $x }}", "{}", "undefined variable '$x'"),
            (
                "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}",
                "{}",
                "{}!templates call each other",
            ),
            (
                "{{ range until 900000 }}{{ range until 900000 }}{{ end }}{{ end }}",
                "{}",
                "{}!the template does too much",
            ),
            ("{{ fail \"no\" }}", "{}", "{}!no"),
        ] {
            assert!(
                text(template, document).await.contains(want),
                "{template}: {}",
                text(template, document).await
            );
        }
        assert!(alone(&TEMPLATE, "{functions: {upper: 'root = this'}}").is_err());
    }
}
