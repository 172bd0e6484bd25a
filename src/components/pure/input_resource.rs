//! `resource`: reads from an input that is defined as a resource.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{Connection, Context, Handle, Input, InputBuild, InputSpec, Pull, SharedInput};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::value::Str;

const LABEL: Field<Str> = bare().default("").refers(Kind::Input).doc("The label of the resource.");

pub const RESOURCE: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "resource")
        .categories(&["Utility"])
        .summary("Reads from an input resource, by its label.")
        .description("Several readers of a resource share its messages.")
        .bare(&LABEL)
        .examples(&[Example { title: "By label", config: "resource: orders\n" }]),
    build: InputBuild::Input(|conf, cx| {
        let resource = cx.input_resource(&conf.get(&LABEL)?)?;
        Ok(Box::new(ResourceInput { resource, connection: up(cx), cx: cx.clone() }))
    }),
};

struct ResourceInput {
    resource: Handle<SharedInput>,
    connection: Arc<Connection>,
    cx: Context,
}

/// The resource connects by itself, and says so itself; this only makes the stream count as connected.
fn up(cx: &Context) -> Arc<Connection> {
    let connection = cx.connection();
    connection.up();
    connection
}

// === impl ResourceInput ===

impl ResourceInput {
    /// Reads on from the replacement when the resource was replaced.
    async fn next(&self) -> Pull {
        loop {
            let input = self.resource.current();
            match input.pull().await {
                Pull::End if !Arc::ptr_eq(&input, &self.resource.current()) => {}
                pull => return pull,
            }
        }
    }
}

#[async_trait]
impl Input for ResourceInput {
    async fn pull(&mut self) -> Pull {
        tokio::select! {
            biased;
            () = self.cx.stop_token().cancelled() => Pull::End,
            pull = self.next() => pull,
        }
    }

    /// The resource stays for others.
    async fn close(&mut self) {
        self.connection.closed();
    }
}
