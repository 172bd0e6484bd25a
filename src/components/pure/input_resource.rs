//! `resource`: reads from an input that is defined as a resource.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::component::{Context, Handle, Input, InputBuild, InputSpec, Pull, SharedInput};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::value::Str;

const LABEL: Field<Str> = bare().default("").doc("The label of the resource.");

pub const RESOURCE: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "resource")
        .categories(&["Utility"])
        .summary("Reads from an input resource, by its label.")
        .description("Several readers of a resource share its messages. While there is no such resource it is looked for every second.")
        .bare(&LABEL)
        .examples(&[Example { title: "By label", config: "resource: orders\n" }]),
    build: InputBuild::Input(|conf, cx| {
        Ok(Box::new(ResourceInput { label: conf.get(&LABEL)?, found: None, cx: cx.clone() }))
    }),
};

struct ResourceInput {
    label: Str,
    found: Option<Handle<SharedInput>>,
    cx: Context,
}

// === impl ResourceInput ===

impl ResourceInput {
    async fn find(&mut self) -> Handle<SharedInput> {
        loop {
            if let Some(found) = &self.found {
                return found.clone();
            }
            self.found = self.cx.resources().inputs.get(&self.label);
            if self.found.is_none() {
                self.cx.log().error(format_args!("Input resource '{}' was not found", self.label));
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }

    /// Reads on from the replacement when the resource was replaced.
    async fn next(&mut self) -> Pull {
        let handle = self.find().await;
        loop {
            let input = handle.current();
            match input.pull().await {
                Pull::End if !Arc::ptr_eq(&input, &handle.current()) => {}
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
