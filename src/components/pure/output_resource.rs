//! `resource`: writes to an output that is defined as a resource.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::component::{Context, Output, OutputBuild, OutputSpec};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::message::Group;
use crate::value::Str;

const LABEL: Field<Str> = bare().default("").doc("The label of the resource.");

pub const RESOURCE: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "resource")
        .categories(&["Utility"])
        .summary("Writes to an output resource, by its label.")
        .description("While there is no such resource it is looked for every second.")
        .bare(&LABEL)
        .examples(&[Example { title: "By label", config: "resource: warehouse\n" }]),
    build: OutputBuild::Output(|conf, cx| {
        Ok(Arc::new(ResourceOutput { label: conf.get(&LABEL)?, cx: cx.clone() }))
    }),
};

struct ResourceOutput {
    label: Str,
    cx: Context,
}

// === impl ResourceOutput ===

impl ResourceOutput {
    fn current(&self) -> Option<Arc<dyn Output>> {
        self.cx.resources().outputs.get(&self.label).map(|handle| handle.current())
    }
}

#[async_trait]
impl Output for ResourceOutput {
    async fn send(&self, group: Group) {
        loop {
            if let Some(output) = self.current() {
                return output.send(group).await;
            }
            self.cx.log().error(format_args!("Output resource '{}' was not found", self.label));
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn flush(&self) {
        if let Some(output) = self.current() {
            output.flush().await;
        }
    }

    /// The resource stays for others; what was sent to it is only pushed on its way.
    async fn close(&self) {
        self.flush().await;
    }
}
