//! `inproc`: reads what an `inproc` output of the same process writes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::component::{Connection, Context, Input, InputBuild, InputSpec, Pull, Reading};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::message::Group;
use crate::telemetry::metrics::{self, Handle};
use crate::value::Str;

const ID: Field<Str> = bare().default("").doc("The name of the pipe, as the output has it.");

pub const INPROC: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "inproc")
        .categories(&["Utility"])
        .summary("Reads from the `inproc` output of the same name, in this stream or any other of the process.")
        .description("Several readers of one pipe share its messages. While nobody writes to the pipe the input waits.")
        .bare(&ID)
        .examples(&[Example { title: "The other end of a pipe", config: "inproc: orders\n" }]),
    build: InputBuild::Input(|conf, cx| {
        let connection = cx.connection();
        connection.up();
        let id = conf.get(&ID)?;
        Ok(Box::new(Inproc { id, reading: None, connection, metrics: cx.metrics(), cx: cx.clone() }))
    }),
};

/// How often a pipe is looked for that nobody writes to.
const RETRY: Duration = Duration::from_secs(1);

struct Inproc {
    id: Str,
    reading: Option<Reading>,
    connection: Arc<Connection>,
    metrics: Handle<metrics::Input>,
    cx: Context,
}

// === impl Inproc ===

impl Inproc {
    /// The next group; none: there is nobody to read from.
    async fn read(&mut self) -> Option<Group> {
        let pipes = &self.cx.environment().pipes;
        if self.reading.is_none() {
            self.reading = pipes.read(&self.id);
            if self.reading.is_some() {
                self.cx.log().info(format_args!("Receiving inproc messages from ID: {}", self.id));
            }
        }
        let group = self.reading.as_ref()?.lock().await.recv().await;
        if group.is_none() {
            self.reading = None;
        }
        group
    }
}

#[async_trait]
impl Input for Inproc {
    async fn pull(&mut self) -> Pull {
        let stop = self.cx.stop_token().clone();
        loop {
            let group = tokio::select! {
                biased;
                () = stop.cancelled() => return Pull::End,
                group = self.read() => group,
            };
            if let Some(group) = group {
                self.metrics.received.add(group.iter().map(|t| t.batch.len() as u64).sum());
                return Pull::Group(group);
            }
            self.cx
                .log()
                .error(format_args!("Failed to connect to inproc output '{}': nobody writes to it", self.id));
            tokio::select! {
                () = stop.cancelled() => return Pull::End,
                () = tokio::time::sleep(RETRY) => {}
            }
        }
    }

    async fn close(&mut self) {
        self.connection.closed();
        self.reading = None;
    }
}
