//! `msgpack`: MessagePack as documents, and documents as MessagePack.

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, Status, field};
use crate::message::{Batch, Message};
use crate::value::{Str, msgpack};

const OPERATOR: Field<Str> = field("operator")
    .options(&["from_json", "to_json"])
    .doc("Whether documents become MessagePack or the other way round.");

pub const MSGPACK: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "msgpack")
        .status(Status::Beta)
        .categories(&["Parsing"])
        .summary("Turns MessagePack into documents, and documents into MessagePack.")
        .fields(&[&OPERATOR])
        .examples(&[Example { title: "Smaller messages", config: "msgpack:\n  operator: from_json\n" }]),
    build: |conf, _| match conf.get(&OPERATOR)?.as_str() {
        "to_json" => Ok(Box::new(Msgpack(read))),
        "from_json" => Ok(Box::new(Msgpack(write))),
        other => Err(conf.error(&OPERATOR, format!("there is no operator '{other}'")).into()),
    },
    silent: false,
};

struct Msgpack(fn(&Message) -> Result<Message, String>);

fn read(message: &Message) -> Result<Message, String> {
    let document = msgpack::read(message.bytes()).map_err(|error| error.to_string())?;
    Ok(message.with_document(document))
}

fn write(message: &Message) -> Result<Message, String> {
    let mut out = Vec::new();
    let document = message.structured().map_err(|error| error.to_string())?;
    msgpack::write(document, &mut out).map_err(|error| error.to_string())?;
    Ok(message.with_bytes(out))
}

impl Processor for Msgpack {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::each(batch, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};

    #[tokio::test]
    async fn documents_go_both_ways() {
        let built = |operator: &str| alone(&MSGPACK, &format!("operator: {operator}"));
        let there = built("from_json").expect("built");
        let batch = [Message::from_bytes(r#"{"a":[1,"x",null]}"#)].into_iter().collect();
        let batches = there.process(batch).finish().await.expect("not rejected");
        let back = built("to_json")
            .expect("built")
            .process(batches[0].clone())
            .finish()
            .await
            .expect("not rejected");
        assert_eq!(&back[0][0].bytes()[..], br#"{"a":[1,"x",null]}"#);
        assert!(run_alone(&*built("to_json").expect("built"), &[""]).await[0].starts_with('!'));
    }
}
