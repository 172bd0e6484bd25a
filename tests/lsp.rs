//! The language server, driven by a scripted editor over standard input and output.

use std::io::BufReader;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

const URI: &str = "file:///config.yaml";

const CONFIG: &str = "\
input:
  generate:
    count: 1
    maping: root = 1
pipeline:
  processors:
    - mapping: |
        root.a = this.b.uppercase()
    - cache:
        resource: seen
        operator: get
        key: a
    - resource: tidy
processor_resources:
  - label: tidy
    noop: {}
cache_resources:
  - label: seen
    memory: {}
";

/// An editor; dropping it ends the server.
struct Editor {
    server: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    requests: i32,
}

// === impl Editor ===

impl Editor {
    fn start() -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_nekton"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let (to, from) = (server.stdin.take().expect("stdin"), server.stdout.take().expect("stdout"));
        let mut editor = Self { server, to, from: BufReader::new(from), requests: 0 };
        let answer = editor.ask("initialize", json!({"capabilities": {}}));
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", json!({}));
        editor
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        self.send(Request { id: id.clone(), method: method.to_owned(), params }.into());
        match self.next() {
            // A result of null is read as none.
            Message::Response(Response { id: of, result, error: None }) if of == id => {
                result.unwrap_or(Value::Null)
            }
            other => panic!("{method}: {other:?}"),
        }
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params }.into());
    }

    /// Opens the document, or changes it, and returns the findings as `line: message`.
    fn write(&mut self, text: &str, first: bool) -> Vec<String> {
        match first {
            true => self.tell(
                "textDocument/didOpen",
                json!({"textDocument": {"uri": URI, "languageId": "yaml", "version": 1, "text": text}}),
            ),
            false => self.tell(
                "textDocument/didChange",
                json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"text": text}]}),
            ),
        }
        let Message::Notification(Notification { method, params }) = self.next() else {
            panic!("no notification")
        };
        assert_eq!(method, "textDocument/publishDiagnostics");
        let found = params["diagnostics"].as_array().cloned().unwrap_or_default();
        let shown = |it: &Value| {
            format!("{}: {}", it["range"]["start"]["line"], it["message"].as_str().unwrap_or_default())
        };
        found.iter().map(shown).collect()
    }

    /// Asks about the place in the text where `mark` ends.
    fn ask_at(&mut self, method: &str, text: &str, mark: &str) -> Value {
        let end = text.find(mark).expect("the mark") + mark.len();
        let line = text[..end].matches('\n').count();
        let character = end - text[..end].rfind('\n').map_or(0, |at| at + 1);
        self.ask(
            method,
            json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}}),
        )
    }

    /// The labels of what may be written where `mark` ends.
    fn completions(&mut self, text: &str, mark: &str) -> Vec<String> {
        let answer = self.ask_at("textDocument/completion", text, mark);
        let items = answer.as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["label"].as_str().map(str::to_owned)).collect()
    }

    fn hover(&mut self, mark: &str) -> String {
        let answer = self.ask_at("textDocument/hover", CONFIG, mark);
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    fn send(&mut self, message: Message) {
        message.write(&mut self.to).expect("the server listens");
    }

    fn next(&mut self) -> Message {
        Message::read(&mut self.from).expect("a message").expect("the server is there")
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn findings_come_as_one_types() {
    let mut editor = Editor::start();
    let found = editor.write(CONFIG, true);
    assert!(found.iter().any(|it| it.starts_with("3: field maping not recognised")), "{found:?}");
    let mended = CONFIG.replace("maping", "mapping");
    assert_eq!(editor.write(&mended, false), Vec::<String>::new());
    let found = editor.write(&mended.replace("uppercase()", "uppercas()"), false);
    assert!(found.iter().any(|it| it.starts_with("7: ")), "{found:?}");
    let found = editor.write("input:\n  stdin: {\noutput: [\n", false);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn what_may_be_written_is_offered() {
    let mut editor = Editor::start();
    editor.write(CONFIG, true);
    let has = |all: &[String], wanted: &str| all.iter().any(|label| label == wanted);
    for (text, mark, wanted, unwanted) in [
        ("inp", "inp", "pipeline", "stdin"),
        ("input:\n  ", "input:\n  ", "generate", "mapping"),
        ("input:\n  generate:\n    ", "    ", "interval", "stdin"),
        ("pipeline:\n  processors:\n    - ", "- ", "mapping", "generate"),
        ("pipeline:\n  processors:\n    - mapping: root = this.", "this.", "uppercase", "uuid_v4"),
        ("pipeline:\n  processors:\n    - mapping: |\n        root = u", "= u", "uuid_v4", "uppercase"),
        ("pipeline:\n  processors:\n    - log:\n        message: ${! u", "! u", "uuid_v4", "uppercase"),
        ("http:\n  enabled: ", "enabled: ", "true", "http"),
    ] {
        editor.write(text, false);
        let all = editor.completions(text, mark);
        assert!(has(&all, wanted) && !has(&all, unwanted), "{text:?}: {all:?}");
    }
    editor.write(CONFIG, false);
    assert_eq!(editor.completions(CONFIG, "resource: s"), ["seen"]);
}

#[test]
fn docs_are_shown_and_resources_found() {
    let mut editor = Editor::start();
    editor.write(CONFIG, true);
    assert!(editor.hover("gener").starts_with("**generate** input"));
    assert!(editor.hover("coun").starts_with("**count** `int`"));
    assert!(editor.hover("upperc").starts_with("**.uppercase()**"));
    let found = editor.ask_at("textDocument/definition", CONFIG, "resource: ti");
    assert_eq!((&found["uri"], &found["range"]["start"]["line"]), (&json!(URI), &json!(14)));
    assert_eq!(editor.ask_at("textDocument/definition", CONFIG, "inp"), Value::Null);
}

#[test]
fn the_server_leaves_when_it_is_asked_to() {
    let mut editor = Editor::start();
    assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
    editor.tell("exit", Value::Null);
    assert!(editor.server.wait().expect("an end").success());
}
