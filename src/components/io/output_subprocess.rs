//! `subprocess`: messages as lines that a program reads.

use std::process::Stdio;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::Mutex;

use super::framing::Framing;
use super::gathered::{Gathered, lost_after};
use super::stderr::log_lines;
use crate::component::{Built, ConnectError, Context, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::message::{Batch, Message, Transaction};
use crate::value::Str;

const NAME: Field<Str> = field("name").doc("The program.");
const ARGS: Field<Vec<Str>> = field("args").default_list(&[]).doc("Its arguments.");
const CODEC: Field<Str> =
    field("codec").default("lines").options(&["lines"]).doc("How messages are set apart in its input.");

pub const SUBPROCESS: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "subprocess")
        .status(Status::Beta)
        .categories(&["Utility"])
        .summary("Runs a program and writes each message as a line to its standard input.")
        .description("A message is acked when it is written, whatever the program makes of it. What the program prints is left out, its errors are logged. When it ends it is started again for the next message; at the end of the stream it is waited for.")
        .fields(&[&NAME, &ARGS, &CODEC])
        .examples(&[Example {
            title: "Compress into a file",
            config: "subprocess:\n  name: sh\n  args: [ -c, 'gzip > out.gz' ]\n",
        }]),
    build: OutputBuild::Sink(|conf: &Conf, cx: &Context| -> Built<SinkSetup> {
        let codec = conf.get(&CODEC)?;
        if codec != "lines" {
            return Err(conf.error(&CODEC, format!("the codec '{codec}' is not known")).into());
        }
        let sink = Subprocess {
            name: conf.get(&NAME)?,
            args: conf.get(&ARGS)?,
            framing: Framing::Suffix(b"\n".as_slice().into()),
            running: Mutex::new(None),
            cx: cx.clone(),
        };
        Ok(SinkSetup { sink: Arc::new(sink), max_in_flight: 1, batching: None })
    }),
};

struct Subprocess {
    name: Str,
    args: Vec<Str>,
    framing: Framing,
    running: Mutex<Option<Running>>,
    cx: Context,
}

/// A program that was started; it is killed when this is dropped.
struct Running {
    child: Child,
    stdin: ChildStdin,
}

// === impl Subprocess ===

impl Subprocess {
    fn start(&self) -> Result<Running, String> {
        let mut command = Command::new(self.name.as_str());
        command.args(self.args.iter().map(Str::as_str)).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", self.name))?;
        if let Some(stderr) = child.stderr.take() {
            self.cx.run(Box::pin(log_lines(Box::new(stderr), self.cx.clone())));
        }
        let stdin = child.stdin.take().ok_or_else(|| format!("{} has no standard input", self.name))?;
        Ok(Running { child, stdin })
    }

    /// Writes messages in order; returns how many were written as a whole before the program ended.
    async fn send(&self, messages: impl Iterator<Item = &Message> + Send) -> usize {
        let mut running = self.running.lock().await;
        let Some(program) = &mut *running else { return 0 };
        let mut gathered = Gathered::default();
        messages.for_each(|message| gathered.add(message, &self.framing));
        let mut written = 0;
        while written < gathered.bytes.len() {
            match program.stdin.write(&gathered.bytes[written..]).await {
                Ok(n) if n > 0 => written += n,
                _ => {
                    *running = None;
                    break;
                }
            }
        }
        gathered.ends.iter().filter(|end| **end <= written).count()
    }
}

#[async_trait]
impl Sink for Subprocess {
    async fn connect(&self) -> Result<(), ConnectError> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            *running = Some(self.start().map_err(ConnectError::failed)?);
        }
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        if self.send(batch.iter()).await == batch.len() { Ok(()) } else { Err(WriteError::NotConnected) }
    }

    async fn write_group(&self, group: &[Transaction], results: &mut Vec<Result<(), WriteError>>) {
        let sent = self.send(group.iter().flat_map(|transaction| &transaction.batch)).await;
        results.extend(lost_after(sent, group));
    }

    async fn close(&self) {
        let Some(Running { mut child, stdin }) = self.running.lock().await.take() else { return };
        drop(stdin);
        if let Err(error) = child.wait().await {
            self.cx.log().error(format_args!("{}: {error}", self.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, output, send};

    #[tokio::test]
    async fn messages_become_lines_and_the_program_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("out");
        let conf = format!("subprocess: {{ name: sh, args: [ -c, 'sleep 0.1; cat > {}' ] }}", file.display());
        let output = output(&context(), &conf);
        assert!(send(&*output, &["a", "", "b\n"]).await.iter().all(Result::is_ok));
        output.close().await;
        assert_eq!(std::fs::read_to_string(file).expect("a file"), "a\n\nb\n");
    }
}
