//! `resource`: reads from an input that is defined as a resource.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{Context, Handle, Input, InputBuild, InputSpec, Pull, SharedInput};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::value::Str;

const LABEL: Field<Str> = bare().default("").doc("The label of the resource.");

pub const RESOURCE: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "resource")
        .categories(&["Utility"])
        .summary("Reads from an input resource, by its label.")
        .description("Several readers of a resource share its messages. When it is replaced they read on from the new one.")
        .bare(&LABEL)
        .examples(&[Example { title: "By label", config: "resource: orders\n" }]),
    build: InputBuild::Input(|conf, cx| {
        Ok(Box::new(ResourceInput { resource: cx.input_resource(&conf.get(&LABEL)?)?, cx: cx.clone() }))
    }),
};

struct ResourceInput {
    resource: Handle<SharedInput>,
    cx: Context,
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
        let stop = self.cx.stop_token().clone();
        tokio::select! {
            biased;
            () = stop.cancelled() => Pull::End,
            pull = self.next() => pull,
        }
    }

    /// The resource stays for others.
    async fn close(&mut self) {}
}
