//! `xml`: XML as documents.

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, Status, field};
use crate::message::Batch;
use crate::value::{Str, Value, xml};

const OPERATOR: Field<Str> =
    field("operator").default("").options(&["to_json"]).doc("What is done; it has to be given.");
const CAST: Field<bool> =
    field("cast").default(false).doc("Whether texts that are numbers or booleans become such.");

pub const XML: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "xml")
        .status(Status::Beta)
        .categories(&["Parsing"])
        .summary("Makes the object that an XML document is the new document of each message.")
        .description("Keys are the names of elements; attributes are keys with a `-` in front, and text beside them is `#text`. Elements that come again are a list. Comments and the like are left out.")
        .fields(&[&OPERATOR, &CAST])
        .examples(&[Example { title: "Numbers as numbers", config: "xml:\n  operator: to_json\n  cast: true\n" }]),
    build: |conf, _| match conf.get(&OPERATOR)?.as_str() {
        "to_json" => Ok(Box::new(Xml { cast: conf.get(&CAST)? })),
        other => Err(conf.error(&OPERATOR, format!("there is no operator '{other}'")).into()),
    },
    silent: false,
};

struct Xml {
    cast: bool,
}

impl Processor for Xml {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::each(batch, |message| {
            let document = xml::read(message.bytes(), self.cast).map_err(|error| error.to_string())?;
            Ok(message.with_document(Value::Object(document)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};

    #[tokio::test]
    async fn documents_become_objects() {
        let xml = alone(&XML, "{operator: to_json, cast: true}").expect("built");
        let objects = run_alone(&*xml, &["<r><a>1</a><n k=\"x\">true</n></r>", "oops"]).await;
        assert_eq!(objects[0], r##"{"r":{"a":1,"n":{"#text":true,"-k":"x"}}}"##);
        assert!(objects[1].starts_with("oops!"));
        assert!(alone(&XML, "{}").is_err());
    }
}
