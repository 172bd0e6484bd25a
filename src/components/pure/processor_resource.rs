//! `resource`: runs a processor that is defined as a resource.

use crate::component::{Chain, Handle, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::message::Batch;
use crate::value::Str;

const LABEL: Field<Str> = bare().default("").refers(Kind::Processor).doc("The label of the resource.");

pub const RESOURCE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "resource")
        .categories(&["Utility"])
        .summary("Runs a processor resource, by its label.")
        .description("All who name it share one instance, and its metrics are those of the resource.")
        .bare(&LABEL)
        .examples(&[Example { title: "By label", config: "resource: clean_up\n" }]),
    build: |conf, cx| Ok(Box::new(Resource(cx.processor_resource(&conf.get(&LABEL)?)?))),
    silent: true,
};

struct Resource(Handle<Chain>);

impl Processor for Resource {
    fn process(&self, batch: Batch) -> Step<'_> {
        let chain = self.0.current();
        Step::later(async move { chain.process(batch).finish().await })
    }
}
