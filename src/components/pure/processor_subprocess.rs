//! `subprocess`: a program that runs for long and answers one message after another.

use std::process::Stdio;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

use super::framing::{FRAMINGS, Framing};
use crate::component::{Built, Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, batches_of};
use crate::value::Str;

const NAME: Field<String> = field("name").doc("The program.");
const ARGS: Field<Vec<String>> = field("args").default_list(&[]).doc("Its arguments.");
const MAX_BUFFER: Field<usize> =
    field("max_buffer").default(65536).advanced().doc("How many bytes an answer may have.");
const CODEC_SEND: Field<Str> = field("codec_send")
    .default("lines")
    .options(FRAMINGS)
    .advanced()
    .version("3.37.0")
    .doc("How messages are told apart on their way to the program.");
const CODEC_RECV: Field<Str> = field("codec_recv")
    .default("lines")
    .options(FRAMINGS)
    .advanced()
    .version("3.37.0")
    .doc("How answers are told apart.");

pub const SUBPROCESS: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "subprocess")
        .categories(&["Integration"])
        .summary("Sends each message to a program that keeps running, and makes its answer the new content.")
        .description("The program has to answer every message before it gets the next one, and must not hold answers back. What it writes to its standard error is an error of the message. With `lines` the lines of a message are sent one by one. When the program ends it is started again.")
        .fields(&[&NAME, &ARGS, &MAX_BUFFER, &CODEC_SEND, &CODEC_RECV])
        .examples(&[Example {
            title: "Reverse lines",
            config: "subprocess:\n  name: rev\n",
        }]),
    build: |conf, cx| Ok(Box::new(Subprocess::new(conf, cx)?)),
    silent: false,
};

/// How long more of an error text may take.
const ERROR_PAUSE: Duration = Duration::from_millis(100);

struct Subprocess {
    name: String,
    args: Vec<String>,
    max_buffer: usize,
    send: Framing,
    receive: Framing,
    running: Mutex<Option<Running>>,
    cx: Context,
}

/// The program while it runs.
struct Running {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: ChildStderr,
    /// What was read and belongs to no answer yet.
    buffer: BytesMut,
}

/// Why there is no answer.
enum NoAnswer {
    /// The program says that the message is wrong.
    Refused(String),
    /// The program is gone, or not to be understood any more.
    Broken(String),
}

// === impl Subprocess ===

impl Subprocess {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let framing = |field: &Field<Str>| -> Built<Framing> {
            let name = conf.get(field)?;
            Ok(Framing::named(&name).ok_or_else(|| conf.error(field, format!("'{name}' is not known")))?)
        };
        let mut subprocess = Self {
            name: conf.get(&NAME)?,
            args: conf.get(&ARGS)?,
            max_buffer: conf.get(&MAX_BUFFER)?,
            send: framing(&CODEC_SEND)?,
            receive: framing(&CODEC_RECV)?,
            running: Mutex::new(None),
            cx: cx.clone(),
        };
        let running = subprocess.start().map_err(|error| conf.error(&NAME, error))?;
        subprocess.running = Mutex::new(Some(running));
        Ok(subprocess)
    }

    fn start(&self) -> Result<Running, String> {
        let mut command = Command::new(&self.name);
        command.args(&self.args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().map_err(|e| format!("{}: {e}", self.name))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(format!("{}: its pipes are missing", self.name));
        };
        self.cx.log().info(format_args!("Subprocess started"));
        Ok(Running { child, stdin, stdout, stderr, buffer: BytesMut::new() })
    }

    /// What the program makes of a content.
    async fn answer(&self, content: &Bytes) -> Result<Bytes, String> {
        if self.send != Framing::Lines {
            return self.ask(content).await;
        }
        let mut answers = Vec::new();
        let mut lines = content.split(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            let ends_with_break = line.is_empty() && lines.peek().is_none() && !answers.is_empty();
            answers.push(if ends_with_break { Bytes::new() } else { self.ask(line).await? });
        }
        Ok(answers.join(&b"\n"[..]).into())
    }

    async fn ask(&self, question: &[u8]) -> Result<Bytes, String> {
        let mut slot = self.running.lock().await;
        // Out of its place while it is asked: should the question be given up, nobody gets the wrong answer.
        let mut running = match slot.take() {
            Some(running) => running,
            None => self.start()?,
        };
        match running.ask(self.send.encode(question), self.receive, self.max_buffer).await {
            Ok(answer) => {
                *slot = Some(running);
                Ok(answer)
            }
            Err(NoAnswer::Refused(why)) => {
                *slot = Some(running);
                Err(why)
            }
            Err(NoAnswer::Broken(why)) => {
                self.cx.log().warn(format_args!("Subprocess exited: {why}"));
                Err(why)
            }
        }
    }
}

// === impl Running ===

impl Running {
    async fn ask(&mut self, question: Bytes, framing: Framing, limit: usize) -> Result<Bytes, NoAnswer> {
        let Self { stdin, stdout, stderr, buffer, .. } = self;
        // A program that has ended shows in its output, so the failure to write is not told.
        let write = async {
            if stdin.write_all(&question).await.is_ok() {
                let _ = stdin.flush().await;
            }
        };
        let ((), answer) = tokio::join!(write, async {
            tokio::select! {
                biased;
                answer = read(stdout, buffer, framing, limit) => answer,
                refusal = refusal(stderr, limit) => Err(refusal),
            }
        });
        answer
    }
}

/// The next answer.
async fn read(
    stdout: &mut ChildStdout,
    buffer: &mut BytesMut,
    framing: Framing,
    limit: usize,
) -> Result<Bytes, NoAnswer> {
    loop {
        if let Some(answer) = framing.decode(buffer).map_err(NoAnswer::Broken)? {
            return Ok(answer);
        }
        if buffer.len() > limit {
            return Err(NoAnswer::Broken(format!("an answer is longer than {limit} bytes")));
        }
        match stdout.read_buf(buffer).await {
            Ok(0) => return Err(NoAnswer::Broken("the program has ended".to_owned())),
            Ok(_) => {}
            Err(error) => return Err(NoAnswer::Broken(error.to_string())),
        }
    }
}

/// What the program writes to its standard error, until it pauses.
async fn refusal(stderr: &mut ChildStderr, limit: usize) -> NoAnswer {
    let mut text = BytesMut::new();
    let mut read = stderr.read_buf(&mut text).await;
    while matches!(read, Ok(n) if n > 0) && text.len() <= limit {
        match tokio::time::timeout(ERROR_PAUSE, stderr.read_buf(&mut text)).await {
            Ok(more) => read = more,
            Err(_) => break,
        }
    }
    if text.is_empty() {
        // Closed without a word: only the output tells what becomes of the program.
        return std::future::pending().await;
    }
    NoAnswer::Refused(String::from_utf8_lossy(&text).trim_end().to_owned())
}

impl Processor for Subprocess {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        Step::later(async move {
            for message in &mut batch {
                match self.answer(&message.bytes().clone()).await {
                    Ok(answer) => message.set_bytes(answer),
                    Err(error) => message.fail(error),
                }
            }
            Ok(batches_of(batch))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if let Some(mut running) = self.running.lock().await.take()
                && let Err(error) = running.child.kill().await
            {
                self.cx.log().warn(format_args!("Failed to end the subprocess: {error}"));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, processor, run};

    #[tokio::test]
    async fn answers_line_by_line_and_comes_back_after_its_end() {
        let chain = processor(&context(), "subprocess: {name: cat}");
        assert_eq!(run(&chain, &["one", "two\nlines\n", ""]).await, [["one", "two\nlines\n", ""]]);
        chain.close().await;
        let once = "subprocess: {name: sh, args: [-c, 'read -r l; echo \"got $l\"']}";
        let chain = processor(&context(), once);
        assert_eq!(run(&chain, &["a"]).await, [["got a"]]);
        let failed = run(&chain, &["b"]).await;
        assert!(failed[0][0].starts_with("b!"), "{failed:?}");
        assert_eq!(run(&chain, &["c"]).await, [["got c"]]);
        chain.close().await;
    }
}
