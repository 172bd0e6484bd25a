//! The `protobuf` processor.

use super::codec::{Codec, Operator};
use crate::component::{Built, Processor, ProcessorSpec};
use crate::components::rules;
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::value::Str;
use crate::value::protobuf::{self, Style};

const OPERATOR: Field<Str> = field("operator").options(&["to_json", "from_json", "decode"]).doc(
    "`to_json`: messages become JSON as Protocol Buffers define it; `decode`: documents with numbers, times and bytes of their own; `from_json`: the other way round.",
);
const MESSAGE: Field<Str> = field("message").doc("The full name of the message type.");
const DISCARD_UNKNOWN: Field<bool> = field("discard_unknown")
    .default(false)
    .doc("Whether `from_json` leaves out fields that the type does not have.");
const USE_PROTO_NAMES: Field<bool> = field("use_proto_names")
    .default(false)
    .doc("Whether fields keep their names rather than `lowerCamelCase`.");
const EMIT_UNPOPULATED: Field<bool> = field("emit_unpopulated")
    .default(false)
    .doc("Whether fields that are not set are written with their defaults.");
const IMPORT_PATHS: Field<Vec<String>> = field("import_paths")
    .default_list(&[])
    .doc("Folders with definitions; every `.proto` file below them is read, and imported relative to them.");
const MODULE: Field<Str> = field("module").doc("The module.");
const URL: Field<Str> = field("url").default("").advanced().doc("Where the registry is.");
const API_KEY: Field<Str> = field("api_key").default("").secret().doc("The key for it.");
const VERSION: Field<Str> = field("version").default("").advanced().doc("Which version of the module.");
const BSR: Field<Vec<Conf>> = field("bsr")
    .default_list(&[])
    .fields(&[&MODULE, &URL, &API_KEY, &VERSION])
    .doc("Modules of a Buf schema registry, which this program cannot read.");
const USE_ENUM_NUMBERS: Field<bool> =
    field("use_enum_numbers").default(false).doc("Whether values of enums are written as numbers.");

pub const PROTOBUF: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "protobuf")
        .categories(&["Parsing"])
        .summary("Turns Protocol Buffers messages into documents, and documents into messages.")
        .description("Definitions are read once, when the stream starts. Well-known types have the JSON forms that the specification gives them.")
        .fields(&[
            &OPERATOR,
            &MESSAGE,
            &DISCARD_UNKNOWN,
            &USE_PROTO_NAMES,
            &EMIT_UNPOPULATED,
            &IMPORT_PATHS,
            &BSR,
            &USE_ENUM_NUMBERS,
        ])
        .rule(rules::protobuf)
        .examples(&[Example {
            title: "Definitions on disk",
            config: "protobuf:\n  operator: to_json\n  message: shop.Order\n  import_paths: [./schemas]\n",
        }]),
    build: |conf, _| new(conf),
    silent: false,
};

fn new(conf: &Conf) -> Built<Box<dyn Processor>> {
    if !conf.get(&BSR)?.is_empty() {
        return Err(conf.error(&BSR, "the Buf schema registry cannot be read").into());
    }
    let operator = match conf.get(&OPERATOR)?.as_str() {
        "to_json" => Operator::ToJson,
        "from_json" => Operator::FromJson,
        "decode" => Operator::Decode,
        other => return Err(conf.error(&OPERATOR, format!("there is no operator '{other}'")).into()),
    };
    let pool = protobuf::load(&conf.get(&IMPORT_PATHS)?).map_err(|error| conf.error(&IMPORT_PATHS, error))?;
    let name = conf.get(&MESSAGE)?;
    let message = pool.get_message_by_name(&name);
    let message =
        message.ok_or_else(|| conf.error(&MESSAGE, format!("there is no message type '{name}'")))?;
    let style = Style {
        proto_names: conf.get(&USE_PROTO_NAMES)?,
        unpopulated: conf.get(&EMIT_UNPOPULATED)?,
        enum_numbers: conf.get(&USE_ENUM_NUMBERS)?,
    };
    Ok(Box::new(Codec { operator, of: message, style, discard_unknown: conf.get(&DISCARD_UNKNOWN)? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};

    const DEFINITION: &str = r#"
        syntax = "proto3";
        package shop;
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/duration.proto";
        enum Kind { NONE = 0; BOX = 1; }
        message Order {
            int64 order_id = 1; Kind kind = 2; repeated string tags = 3; map<string, double> prices = 4;
            google.protobuf.Timestamp at = 5; bytes seal = 6; google.protobuf.Duration took = 7; float ratio = 8;
        }"#;

    #[tokio::test]
    async fn messages_go_both_ways() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("sub")).expect("a folder");
        std::fs::write(folder.path().join("shop.proto"), DEFINITION).expect("written");
        let old = r#"syntax = "proto2"; import "shop.proto"; message Old { required shop.Order order = 1; }"#;
        std::fs::write(folder.path().join("sub/old.proto"), old).expect("written");
        let built = |operator: &str, message: &str, more: &str| {
            let config = format!(
                "{{operator: {operator}, message: {message}, import_paths: ['{}']{more}}}",
                folder.path().display()
            );
            alone(&PROTOBUF, &config)
        };
        let there = built("from_json", "shop.Order", "").expect("built");
        let document = r#"{"at":"2024-01-01T00:00:00Z","kind":"BOX","orderId":"9007199254740993","prices":{"a":1.5},"ratio":0.5,"seal":"AAE=","tags":["x"],"took":"1.500s"}"#;
        let bytes = there
            .process([crate::message::Message::from_bytes(document)].into_iter().collect())
            .finish()
            .await;
        let bytes: crate::message::Batch = bytes.expect("not rejected").into_iter().flatten().collect();
        for (operator, more, want) in [
            ("to_json", "", document.to_owned()),
            (
                "to_json",
                ", use_proto_names: true, use_enum_numbers: true",
                document.replace("orderId", "order_id").replace("\"BOX\"", "1"),
            ),
            ("decode", "", document.replace("\"9007199254740993\"", "9007199254740993")),
        ] {
            let back = built(operator, "shop.Order", more)
                .expect("built")
                .process(bytes.clone())
                .finish()
                .await
                .expect("not rejected");
            let value = back[0][0].structured().expect("a document").clone();
            let text = String::from_utf8(crate::value::json::print(&value).expect("JSON")).expect("text");
            let sorted = crate::value::json::parse(want.as_bytes()).expect("JSON");
            assert_eq!(
                text.as_bytes(),
                crate::value::json::print(&sorted).expect("JSON"),
                "{operator}{more}"
            );
        }
        assert!(run_alone(&*there, &[r#"{"nope":1}"#]).await[0].starts_with(r#"{"nope":1}!"#));
        let lax = built("from_json", "shop.Order", ", discard_unknown: true").expect("built");
        assert_eq!(run_alone(&*lax, &[r#"{"nope":1}"#]).await, [""]);
        let required = built("from_json", "Old", "").expect("built");
        assert!(run_alone(&*required, &["{}"]).await[0].starts_with("{}!"));
        assert!(built("to_json", "shop.None", "").is_err());
    }
}
