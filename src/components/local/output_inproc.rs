//! `inproc`: hands messages to an `inproc` input of the same process.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::RwLock;

use crate::component::{Connection, Output, OutputBuild, OutputSpec, Writing};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::message::Group;
use crate::telemetry::metrics::{self, Handle};
use crate::value::Str;

const ID: Field<Str> = bare().default("").doc("The name of the pipe.");

pub const INPROC: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "inproc")
        .categories(&["Utility"])
        .summary("Hands messages to the `inproc` inputs of the same name, in this stream or any other of the process.")
        .description("A message is acked when the reading stream is done with it; without a reader the output waits. A second writer of the same name takes the pipe over.")
        .bare(&ID)
        .examples(&[Example { title: "Into a pipe", config: "inproc: orders\n" }]),
    build: OutputBuild::Output(|conf, cx| {
        let id = conf.get(&ID)?;
        let connection = cx.connection();
        connection.up();
        let writing = RwLock::new(Some(cx.environment().pipes.write(&id)));
        cx.log().info(format_args!("Sending inproc messages to ID: {id}"));
        Ok(Arc::new(Inproc { writing, connection, metrics: cx.metrics() }))
    }),
};

struct Inproc {
    /// The pipe; none once the output is closed.
    writing: RwLock<Option<Writing>>,
    connection: Arc<Connection>,
    metrics: Handle<metrics::Output>,
}

#[async_trait]
impl Output for Inproc {
    async fn send(&self, group: Group) {
        let (batches, messages) = (group.len(), group.iter().map(|t| t.batch.len()).sum::<usize>());
        let writing = self.writing.read().await;
        // A group that cannot be sent is nacked as it is dropped.
        let Some(writing) = &*writing else { return };
        if writing.sender.send(group).await.is_ok() {
            self.metrics.sent.add(messages as u64);
            self.metrics.batch_sent.add(batches as u64);
        }
    }

    async fn close(&self) {
        *self.writing.write().await = None;
        self.connection.closed();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, input, output, send};
    use crate::component::Pull;

    #[tokio::test(start_paused = true)]
    async fn what_is_written_is_read_and_acked_by_the_reader() {
        let cx = context();
        let mut reader = input(&cx, "inproc: pipe");
        let waits = tokio::time::timeout(std::time::Duration::from_secs(3), reader.pull());
        assert!(waits.await.is_err(), "nobody writes yet");
        let writer = output(&cx, "inproc: pipe");
        let read = async {
            let Pull::Group(group) = reader.pull().await else { panic!("a group") };
            let count = group.len();
            group.into_iter().for_each(|transaction| transaction.ack.fail("no"));
            count
        };
        let (outcomes, count) = tokio::join!(send(&*writer, &["a", "b"]), read);
        assert_eq!((outcomes.len(), count), (2, 2));
        assert!(outcomes.iter().all(Result::is_err));
        writer.close().await;
        cx.stop_token().cancel();
        assert!(matches!(reader.pull().await, Pull::End));
    }
}
