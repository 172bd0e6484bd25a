//! `command`: runs a program for each message.

use std::process::{ExitStatus, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::expr::{Mapping, Template};
use crate::message::{Batch, Message, batches_of};
use crate::value::{Value, text};

const NAME: Field<Template> = field("name").doc("The program.");
const ARGS_MAPPING: Field<Option<Mapping>> =
    field("args_mapping").doc("A mapping that gives an array with the arguments.");

pub const COMMAND: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "command")
        .categories(&["Integration"])
        .version("4.21.0")
        .summary("Runs a program for each message: it reads the content and writes the new one.")
        .description("The metadata `exit_code` and, where the program wrote something there, `command_stderr` tell how it went. When it fails the message is flagged and its content stays.")
        .fields(&[&NAME, &ARGS_MAPPING])
        .examples(&[Example {
            title: "Count lines",
            config: "command:\n  name: wc\n  args_mapping: '[ \"-l\" ]'\n",
        }]),
    build: |conf, _| Ok(Box::new(Run { name: conf.get(&NAME)?, args: conf.get(&ARGS_MAPPING)? })),
    silent: false,
};

struct Run {
    name: Template,
    args: Option<Mapping>,
}

// === impl Run ===

impl Run {
    fn command(&self, batch: &Batch, index: usize) -> Result<Command, String> {
        let name = self.name.render(batch, index).map_err(|e| format!("name interpolation error: {e}"))?;
        let mut command = Command::new(name.as_str());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let Some(args) = &self.args else { return Ok(command) };
        match args.query(batch, index).map_err(|error| format!("args mapping error: {error}"))? {
            Value::Array(args) => command.args(args.iter().map(|arg| text::string(arg).into_owned())),
            other => {
                return Err(format!("args mapping result error: expected array, got {}", other.type_name()));
            }
        };
        Ok(command)
    }
}

/// Runs a program over the content of a message.
async fn run(mut command: Command, message: &mut Message) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("execution error: {error}: ");
    message.set_meta("exit_code", Value::Int(-1));
    let mut child = command.spawn().map_err(failed)?;
    let input = message.bytes().clone();
    let stdin = child.stdin.take();
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A program need not read all of its input.
            let _ = stdin.write_all(&input).await;
        }
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), feed);
    let output = output.map_err(failed)?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    message.set_meta("exit_code", Value::Int(output.status.code().map_or(-1, i64::from)));
    if !output.status.success() {
        return Err(format!("execution error: {}: {stderr}", described(output.status)));
    }
    message.set_bytes(output.stdout);
    if !stderr.is_empty() {
        message.set_meta("command_stderr", stderr);
    }
    Ok(())
}

fn described(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

impl Processor for Run {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        Step::later(async move {
            for i in 0..batch.len() {
                let result = match self.command(&batch, i) {
                    Ok(command) => run(command, &mut batch[i]).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = result {
                    batch[i].fail(error);
                }
            }
            Ok(batches_of(batch))
        })
    }
}
