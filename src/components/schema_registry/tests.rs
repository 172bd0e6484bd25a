//! Both processors against a registry of a few lines.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::processor_decode::SCHEMA_REGISTRY_DECODE;
use super::processor_encode::SCHEMA_REGISTRY_ENCODE;
use crate::component::testing::{alone, show};
use crate::message::{Batch, Message};

const AVRO: &str = r#"{"id": 7, "schema": "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"n\", \"type\": \"long\"}, {\"name\": \"o\", \"type\": [\"null\", \"a.Other\"]}]}", "references": [{"name": "a.Other", "subject": "other", "version": 2}]}"#;
const OTHER: &str = r#"{"id": 8, "schema": "{\"type\": \"enum\", \"namespace\": \"a\", \"name\": \"Other\", \"symbols\": [\"X\"]}"}"#;
const JSON: &str =
    r#"{"id": 3, "schemaType": "JSON", "schema": "{\"type\": \"object\", \"required\": [\"n\"]}"}"#;

/// Answers every request for a path with a text; the address.
async fn registry(answers: &'static [(&'static str, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let size = connection.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..size]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            let found = answers.iter().find(|(known, _)| *known == path);
            let (status, body) = found.map_or(("404 Not Found", "{}"), |(_, body)| ("200 OK", body));
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    address
}

async fn through(spec: &crate::component::ProcessorSpec, config: &str, contents: &[&[u8]]) -> Vec<Message> {
    let processor = alone(spec, config).expect("built");
    let batch: Batch = contents.iter().map(|content| Message::from_bytes(content.to_vec())).collect();
    processor.process(batch).finish().await.expect("not rejected").into_iter().flatten().collect()
}

#[tokio::test]
async fn avro_goes_both_ways() {
    let url = registry(&[
        ("/subjects/s/versions/latest", AVRO),
        ("/schemas/ids/7", AVRO),
        ("/subjects/other/versions/2", OTHER),
    ])
    .await;
    let encoded = through(
        &SCHEMA_REGISTRY_ENCODE,
        &format!("{{url: '{url}', subject: s}}"),
        &[br#"{"n":5,"o":"X"}"#, br#"{"n":"x"}"#],
    )
    .await;
    assert_eq!(&encoded[0].bytes()[..], [0, 0, 0, 0, 7, 10, 2, 0]);
    assert!(show(&encoded[1]).starts_with(r#"{"n":"x"}!"#));
    let decoded = through(
        &SCHEMA_REGISTRY_DECODE,
        &format!("url: '{url}'"),
        &[encoded[0].bytes(), &[1, 2], &[0, 0, 0, 0, 9, 0]],
    )
    .await;
    assert_eq!(show(&decoded[0]), r#"{"n":5,"o":{"a.Other":"X"}}"#);
    assert!(matches!(decoded[0].meta().get("schema_id"), Some(crate::value::Value::Int(7))));
    assert!(decoded[1].is_failed() && decoded[2].is_failed());
}

#[tokio::test]
async fn json_is_checked() {
    let url = registry(&[("/schemas/ids/3", JSON)]).await;
    let config = format!("{{url: '{url}', default_schema_id: 3}}");
    let decoded = through(
        &SCHEMA_REGISTRY_DECODE,
        &config,
        &[b"\0\0\0\0\x03{\"n\":1}", b"{\"n\":2}", b"\0\0\0\0\x03{}"],
    )
    .await;
    assert_eq!((show(&decoded[0]), show(&decoded[1])), ("{\"n\":1}".to_owned(), "{\"n\":2}".to_owned()));
    assert!(show(&decoded[2]).starts_with("{}!"));
}

const SPACED: &str = r#"{"id": 4, "schema": "{\"type\": \"record\", \"namespace\": \"a-b\", \"name\": \"R\", \"fields\": [{\"name\": \"n\", \"type\": \"int\"}]}"}"#;

#[tokio::test]
async fn namespaces_are_mended_where_that_is_asked_for() {
    let url = registry(&[("/schemas/ids/4", SPACED)]).await;
    for (sanitize, expected) in [(true, r#"{"n":1}"#), (false, "'a-b.R' is not a name")] {
        let config = format!("{{url: '{url}', sanitize_namespace_names: {sanitize}}}");
        let decoded = through(&SCHEMA_REGISTRY_DECODE, &config, &[&[0, 0, 0, 0, 4, 2]]).await;
        assert!(show(&decoded[0]).contains(expected), "{}", show(&decoded[0]));
    }
}

const AMBIGUOUS: &str = r#"{"id": 5, "schema": "[{\"type\": \"map\", \"values\": \"string\"}, \"string\"]"}"#;

#[tokio::test]
async fn what_may_be_a_tag_is_none_in_raw_json() {
    let url = registry(&[("/subjects/s/versions/latest", AMBIGUOUS)]).await;
    for (raw, branch) in [("{}", 2), ("{raw_json: true}", 0)] {
        let config = format!("{{url: '{url}', subject: s, avro: {raw}}}");
        let encoded = through(&SCHEMA_REGISTRY_ENCODE, &config, &[br#"{"string":"x"}"#]).await;
        assert_eq!(encoded[0].bytes()[5], branch, "{raw}");
    }
}

const CONNECT: &str = r#"{"id": 6, "schema": "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"y\", \"type\": {\"type\": \"int\", \"connect.name\": \"io.debezium.time.Year\"}}, {\"name\": \"t\", \"type\": [\"null\", {\"type\": \"long\", \"connect.name\": \"io.debezium.time.MicroTimestamp\"}]}, {\"name\": \"z\", \"type\": {\"type\": \"string\", \"connect.name\": \"io.debezium.time.ZonedTimestamp\"}}, {\"name\": \"d\", \"type\": {\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": 4, \"scale\": 2}}]}"}"#;

#[tokio::test]
async fn names_of_kafka_connect_mean_something_where_that_is_asked_for() {
    let url = registry(&[("/schemas/ids/6", CONNECT)]).await;
    let data = [&[0, 0, 0, 0, 6, 0xd0, 0x1f, 2, 0x80, 0x89, 0x7a, 40][..], b"2020-01-02T03:04:05Z", &[2, 33]]
        .concat();
    for (settings, expected) in [
        (
            "preserve_logical_types: true",
            r#"{"d":0.33,"t":{"long":1000000},"y":2024,"z":"2020-01-02T03:04:05Z"}"#,
        ),
        (
            "preserve_logical_types: true, translate_kafka_connect_types: true",
            r#"{"d":0.33,"t":{"long":"1970-01-01T00:00:01Z"},"y":"2024-01-01T00:00:00Z","z":"2020-01-02T03:04:05Z"}"#,
        ),
    ] {
        let config = format!("{{url: '{url}', avro: {{{settings}}}}}");
        let decoded = through(&SCHEMA_REGISTRY_DECODE, &config, &[&data]).await;
        assert_eq!(show(&decoded[0]), expected);
    }
}

#[tokio::test]
async fn what_documents_are_like_travels_as_metadata() {
    let url = registry(&[
        ("/schemas/ids/4", PLAIN),
        ("/subjects/s-1/versions?normalize=true", r#"{"id": 9}"#),
        ("/subjects/s-1/versions", r#"{"id": 8}"#),
    ])
    .await;
    let config = format!("{{url: '{url}', avro: {{raw_unions: true, store_schema_metadata: shape}}}}");
    let decoded = through(&SCHEMA_REGISTRY_DECODE, &config, &[&[0, 0, 0, 0, 4, 2, 2, b'x']]).await;
    for (settings, expected) in [
        ("format: avro, avro: {raw_json: true}", &[0, 0, 0, 0, 9, 2, 2, b'x'][..]),
        ("format: json_schema, normalize: false", b"\0\0\0\0\x08{\"n\":1,\"o\":\"x\"}"),
    ] {
        let config = format!("{{url: '{url}', subject: s-1, schema_metadata: shape, {settings}}}");
        let encode = alone(&SCHEMA_REGISTRY_ENCODE, &config).expect("built");
        let batch: Batch = decoded.iter().cloned().collect();
        let encoded = encode.process(batch).finish().await.expect("not rejected");
        assert_eq!(&encoded[0][0].bytes()[..], expected, "{}", show(&encoded[0][0]));
    }
    let missing = format!("{{url: '{url}', subject: s, schema_metadata: shape}}");
    assert!(alone(&SCHEMA_REGISTRY_ENCODE, &missing).is_err());
}

const PLAIN: &str = r#"{"id": 4, "schema": "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"n\", \"type\": \"int\"}, {\"name\": \"o\", \"type\": \"string\"}]}"}"#;
