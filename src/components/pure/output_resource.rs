//! `resource`: writes to an output that is defined as a resource.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{Connection, Context, Handle, Output, OutputBuild, OutputSpec};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::message::Group;
use crate::value::Str;

const LABEL: Field<Str> = bare().default("").refers(Kind::Output).doc("The label of the resource.");

pub const RESOURCE: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "resource")
        .categories(&["Utility"])
        .summary("Writes to an output resource, by its label.")
        .description("All who write to a resource share it.")
        .bare(&LABEL)
        .examples(&[Example { title: "By label", config: "resource: warehouse\n" }]),
    build: OutputBuild::Output(|conf, cx| {
        let resource = cx.output_resource(&conf.get(&LABEL)?)?;
        Ok(Arc::new(ResourceOutput { resource, connection: up(cx), cx: cx.clone() }))
    }),
};

struct ResourceOutput {
    resource: Handle<dyn Output>,
    connection: Arc<Connection>,
    cx: Context,
}

/// The resource connects by itself, and says so itself; this only makes the stream count as connected.
fn up(cx: &Context) -> Arc<Connection> {
    let connection = cx.connection();
    connection.up();
    connection
}

// === impl ResourceOutput ===

#[async_trait]
impl Output for ResourceOutput {
    async fn send(&self, group: Group) {
        let output = self.resource.current();
        output.send(group).await;
        if let Some(reason) = output.broken() {
            self.cx.environment().tasks.broke(reason.to_owned());
        }
    }

    async fn flush(&self) {
        self.resource.current().flush().await;
    }

    /// The resource stays for others; what was sent to it is only pushed on its way.
    async fn close(&self) {
        self.flush().await;
        self.connection.closed();
    }
}
