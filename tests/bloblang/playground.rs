//! `blobl server`: what it answers, and the page in a browser where one is installed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A server of its own, which ends with this.
struct Playground {
    process: Child,
    address: String,
}

impl Playground {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_nekton"))
            .args(["blobl", "server", "--no-open", "--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("Serving at: http://").expect("an address").to_owned();
        Self { process, address }
    }

    /// Sends a request and returns the answer with its head.
    fn ask(&self, request: &str, content_type: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let length = body.len();
        let head = format!(
            "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: {content_type}"
        );
        write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn requests_are_answered() {
    let playground = Playground::start(&[]);
    let page = playground.ask("GET /", "text/plain", "");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<textarea id=\"mapping\""), "{page}");
    let elsewhere = ["src=", "href=", "://", "@import"].into_iter().find(|part| page.contains(part));
    assert_eq!(elsewhere, None, "the page needs nothing from elsewhere");
    assert!(playground.ask("GET /reference", "text/plain", "").contains("\"name\":\"uppercase\""));
    let edited = r#"{"mapping":"root.b = this.a + 1","input":"{\"a\":1}"}"#;
    let answer = playground.ask("POST /execute", "application/json", edited);
    assert!(answer.contains(r#""result":"{\n  \"b\": 2\n}""#), "{answer}");
    let answer = playground.ask("POST /execute", "text/plain", edited);
    assert!(answer.starts_with("HTTP/1.1 415"), "other origins may not ask: {answer}");
    let answer = playground.ask("POST /format", "application/json", r#"{"mapping":"root  =  1"}"#);
    assert!(answer.contains(r#""formatted":"root = 1\n""#), "{answer}");
    assert!(playground.ask("GET /nothing", "text/plain", "").starts_with("HTTP/1.1 404"));
}

#[test]
fn the_page_shows_results_and_mistakes() {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok());
    let Some(browser) = browser else {
        // A bare machine has none; what the page asks the server is tested above all the same.
        println!("skipped: there is no browser");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wrong.blobl");
    std::fs::write(&file, "root.a = this.name.uppercas()\nroot.b = bar()\n").expect("a file");
    for (arguments, expected) in [
        (&[][..], &["KRILL", "<summary>.uppercase()</summary>"][..]),
        (
            &["-m", file.to_str().expect("a path")][..],
            &["<li>1:30 unrecognised method", "did you mean 'uppercase'?", "<li>2:15", "<mark>"][..],
        ),
    ] {
        let playground = Playground::start(arguments);
        let profile = format!("--user-data-dir={}", folder.path().display());
        let page = Command::new(browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--virtual-time-budget=10000",
                "--dump-dom",
                &profile,
            ])
            .arg(format!("http://{}/", playground.address))
            .output()
            .expect("the browser runs");
        let page = String::from_utf8_lossy(&page.stdout);
        for part in expected {
            assert!(page.contains(part), "{part} is not in the page:\n{page}");
        }
    }
}
