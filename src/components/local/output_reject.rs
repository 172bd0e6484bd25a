//! `reject`: sends messages back to where they came from.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{Built, Connection, Context, Output, OutputBuild, OutputSpec, Spans};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, bare};
use crate::expr::Template;
use crate::message::Group;
use crate::telemetry::metrics::{self, Handle};
use crate::value::Str;

const REASON: Field<Str> = bare()
    .default("")
    .doc("Why messages are rejected; it may contain queries, which are filled in for the first message of a batch.");

pub const REJECT: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "reject")
        .categories(&["Utility"])
        .summary("Rejects every message, so that its input learns of a failure.")
        .description("What that means is up to the input: most send the message again.")
        .bare(&REASON)
        .examples(&[Example {
            title: "Reject with the error of the message",
            config: "reject: 'not processed: ${! error() }'\n",
        }]),
    build: OutputBuild::Output(|conf: &Conf, cx: &Context| -> Built<Arc<dyn Output>> {
        let reason = conf.get(&REASON)?;
        if reason.is_empty() {
            return Err(conf
                .error(&REASON, "a reason is needed, for whoever asks why messages come back")
                .into());
        }
        let reason = Template::compile(&reason).map_err(|errors| {
            conf.error(&REASON, errors.first().map(ToString::to_string).unwrap_or_default())
        })?;
        let connection = cx.connection();
        connection.up();
        let metrics: Handle<metrics::Output> = cx.metrics();
        metrics.connection_up.add(1);
        Ok(Arc::new(Reject { reason, metrics, connection, cx: cx.clone() }))
    }),
};

/// A whole output rather than a sink, as a rejection is no failure of the output that has to be told.
struct Reject {
    reason: Template,
    metrics: Handle<metrics::Output>,
    connection: Arc<Connection>,
    cx: Context,
}

#[async_trait]
impl Output for Reject {
    async fn send(&self, group: Group) {
        for transaction in group {
            let _spans =
                self.cx.tracer().map(|tracer| Spans::begin(tracer, "output_reject", &transaction.batch));
            let reason = self.reason.render(&transaction.batch, 0).unwrap_or_else(|error| {
                self.cx.log().error(format_args!("Reject message interpolation error: {error}"));
                format!("reject message interpolation error: {error}").into()
            });
            self.cx.log().debug(format_args!("Rejecting message: {reason}"));
            self.metrics.error.add(1);
            transaction.ack.fail(reason);
        }
    }

    async fn close(&self) {
        self.connection.closed();
    }
}
