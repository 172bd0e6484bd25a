//! `subprocess`: the lines that a program prints.

use std::process::Stdio;

use async_trait::async_trait;
use tokio::process::{Child, Command};

use super::stderr::log_lines;
use crate::component::{
    Built, ConnectError, Context, Cut, InputBuild, InputSpec, ReadError, Reads, Scan, Scanner, Source,
    SourceSetup,
};
use crate::components::scan::Lines;
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::value::Str;

const NAME: Field<Str> = field("name").doc("The program.");
const ARGS: Field<Vec<Str>> = field("args").default_list(&[]).doc("Its arguments.");
const CODEC: Field<Str> =
    field("codec").default("lines").options(&["lines"]).doc("How its output is cut into messages.");
const RESTART_ON_EXIT: Field<bool> =
    field("restart_on_exit").default(false).doc("Whether the program is started again when it ends.");
const MAX_BUFFER: Field<usize> =
    field("max_buffer").default(65536).advanced().doc("How many bytes a line may have.");

pub const SUBPROCESS: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "subprocess")
        .status(Status::Beta)
        .categories(&["Utility"])
        .summary("Runs a program and makes a message of each line that it prints.")
        .description("What it prints to standard error is logged. The input ends with the program, whatever its exit code.")
        .fields(&[&NAME, &ARGS, &CODEC, &RESTART_ON_EXIT, &MAX_BUFFER])
        .examples(&[Example {
            title: "Follow the journal",
            config: "subprocess:\n  name: journalctl\n  args: [ --follow, --output=json ]\n  restart_on_exit: true\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let codec = conf.get(&CODEC)?;
        if codec != "lines" {
            return Err(conf.error(&CODEC, format!("the codec '{codec}' is not known")).into());
        }
        let source = Box::new(Subprocess {
            name: conf.get(&NAME)?,
            args: conf.get(&ARGS)?,
            restart: conf.get(&RESTART_ON_EXIT)?,
            lines: Lines::new("", conf.get(&MAX_BUFFER)?),
            running: None,
            cx: cx.clone(),
        });
        Ok(SourceSetup { source, auto_replay: true, batching: None })
    }),
};

struct Subprocess {
    name: Str,
    args: Vec<Str>,
    restart: bool,
    lines: Lines,
    running: Option<Running>,
    cx: Context,
}

/// A program that was started; it is killed when this is dropped.
struct Running {
    child: Child,
    stdout: Box<dyn Scan>,
}

// === impl Subprocess ===

impl Subprocess {
    fn start(&self) -> Result<Running, String> {
        let mut command = Command::new(self.name.as_str());
        command.args(self.args.iter().map(Str::as_str)).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", self.name))?;
        if let Some(stderr) = child.stderr.take() {
            self.cx.run(Box::pin(log_lines(Box::new(stderr), self.cx.clone())));
        }
        let stdout = child.stdout.take().ok_or_else(|| format!("{} has no standard output", self.name))?;
        Ok(Running { child, stdout: self.lines.open(Box::new(stdout), "")? })
    }
}

#[async_trait]
impl Source for Subprocess {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        self.running = Some(self.start().map_err(ConnectError::failed)?);
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(running) = &mut self.running else { return Err(ReadError::NotConnected) };
        match running.stdout.next(&mut Cut::new(out, None, &|_| {})).await {
            Err(ReadError::EndOfInput) => {}
            read => return read,
        }
        let ended = running.child.wait().await;
        self.running = None;
        match ended {
            Err(error) => Err(ReadError::Failed(error.to_string())),
            Ok(_) if self.restart => Err(ReadError::NotConnected),
            Ok(_) => Err(ReadError::EndOfInput),
        }
    }

    async fn close(&mut self) {
        if let Some(mut running) = self.running.take() {
            // It may have ended by itself.
            let _ = running.child.kill().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, input, read_all};

    #[tokio::test]
    async fn lines_become_messages_and_the_exit_code_does_not_matter() {
        let conf = "subprocess: { name: sh, args: [ -c, 'echo a; echo lost >&2; echo; printf b; exit 3' ] }";
        let read = read_all(&mut *input(&context(), conf)).await;
        assert_eq!(read.iter().map(|m| m.bytes().as_ref()).collect::<Vec<_>>(), [b"a".as_slice(), b"", b"b"]);
    }
}
