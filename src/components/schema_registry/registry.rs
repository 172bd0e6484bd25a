//! The client of a registry.

use std::time::Duration as Limit;

use reqwest::{Client, Method, Url};

use crate::client::{Signer, TLS};
use crate::component::Built;
use crate::config::{Conf, Duration, Field, field, without_effect};
use crate::value::{Str, Value, json};

pub const URL: Field<Str> = field("url").url().doc("Where the registry is.");
const DIAL_TIMEOUT: Field<Duration> =
    field("timeout").default("30s").advanced().version("1.13.0").doc("How long connecting may take.");
const KEEP_ALIVE: Field<Duration> = field("keep_alive")
    .default("30s")
    .advanced()
    .version("1.13.0")
    .doc("How often an idle connection is probed.");
const DIAL: Field<Option<Conf>> = field("dial_context")
    .advanced()
    .version("1.13.0")
    .fields(&[&DIAL_TIMEOUT, &KEEP_ALIVE])
    .doc("How connections are made.");
const HTTP2: Field<bool> =
    field("force_http2").default(true).advanced().version("1.13.0").doc("Whether HTTP/2 may be spoken.");
const MAX_IDLE: Field<usize> = field("max_idle_connections")
    .default(100)
    .advanced()
    .version("1.13.0")
    .doc("How many idle connections are kept.");
const IDLE: Field<Duration> = field("idle_connection_timeout")
    .default("90s")
    .advanced()
    .version("1.13.0")
    .doc("How long an idle connection is kept.");
const HANDSHAKE: Field<Duration> = field("tls_handshake_timeout")
    .default("10s")
    .advanced()
    .version("1.13.0")
    .doc("How long the TLS handshake may take on top of connecting.");
const CONTINUE: Field<Duration> = field("expect_continue_timeout")
    .default("1s")
    .advanced()
    .version("1.13.0")
    .rule(without_effect)
    .doc("Has no effect: no request is sent that waits for leave to go on.");
pub const TRANSPORT: Field<Conf> = field("transport")
    .advanced()
    .version("1.13.0")
    .fields(&[&DIAL, &HTTP2, &MAX_IDLE, &IDLE, &HANDSHAKE, &CONTINUE])
    .doc("Settings of the connections.");

/// How long a request may take.
const LIMIT: Limit = Limit::from_secs(5);

/// How many schemas one may refer to, directly and not.
const MAX_REFERENCES: usize = 500;

pub struct Registry {
    client: Client,
    url: Url,
    signer: Signer,
}

/// A schema as the registry has it.
#[derive(Debug)]
pub struct Registered {
    pub id: u32,
    pub kind: Kind,
    pub text: String,
    /// Those that it refers to, by the names that it calls them.
    pub others: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Avro,
    Json,
    Protobuf,
}

// === impl Registry ===

impl Registry {
    pub fn new(conf: &Conf) -> Built<Self> {
        let text = conf.get(&URL)?;
        let url =
            Url::parse(&text).map_err(|error| conf.error(&URL, format!("'{text}' is not a URL: {error}")))?;
        let tls = conf.get(&TLS)?.always().config().map_err(|error| conf.error(&TLS, error))?;
        let transport = conf.get(&TRANSPORT)?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .user_agent(concat!("nekton/", env!("CARGO_PKG_VERSION")))
            .timeout(LIMIT)
            .pool_max_idle_per_host(transport.get(&MAX_IDLE)?)
            .pool_idle_timeout(transport.get(&IDLE)?.get());
        let mut connecting = LIMIT;
        if let Some(dial) = transport.get(&DIAL)? {
            connecting = dial.get(&DIAL_TIMEOUT)?.get();
            builder = builder.tcp_keepalive(dial.get(&KEEP_ALIVE)?.get());
        }
        // Both are one step of the client.
        builder = builder.connect_timeout(connecting.saturating_add(transport.get(&HANDSHAKE)?.get()));
        if !transport.get(&HTTP2)? {
            builder = builder.http1_only();
        }
        let client = builder.build().map_err(|error| conf.error(&URL, error.to_string()))?;
        let signer = Signer::read(conf).map_err(|error| conf.error(&URL, error))?;
        Ok(Self { client, url, signer })
    }

    /// The schema with a number.
    pub async fn by_id(&self, id: u32) -> Result<Registered, String> {
        let found = self.get(&["schemas", "ids", &id.to_string()]).await?;
        self.registered(found, Some(id)).await
    }

    /// The newest schema of a subject.
    pub async fn latest(&self, subject: &str) -> Result<Registered, String> {
        let found = self.get(&["subjects", subject, "versions", "latest"]).await?;
        self.registered(found, None).await
    }

    async fn registered(&self, found: Value, id: Option<u32>) -> Result<Registered, String> {
        let text = |name| found.get(name).and_then(Value::as_str);
        let kind = match text("schemaType") {
            None | Some("" | "AVRO") => Kind::Avro,
            Some("JSON") => Kind::Json,
            Some("PROTOBUF") => Kind::Protobuf,
            Some(other) => return Err(format!("the schema is of the unknown type {other}")),
        };
        let given =
            found.get("id").and_then(|id| crate::value::number::Num::of(id)?.to_i64().try_into().ok());
        let others = self.references(&found).await?;
        Ok(Registered {
            id: id.or(given).ok_or("the schema has no number")?,
            kind,
            text: text("schema").ok_or("the registry has sent no schema")?.to_owned(),
            others,
        })
    }

    /// What a schema refers to, and what that refers to.
    async fn references(&self, found: &Value) -> Result<Vec<(String, String)>, String> {
        let mut open: Vec<Value> = listed(found);
        let mut others: Vec<(String, String)> = Vec::new();
        while let Some(reference) = open.pop() {
            let text = |name| reference.get(name).and_then(Value::as_str);
            let (Some(name), Some(subject)) = (text("name"), text("subject")) else {
                return Err("a reference of the schema has no name and subject".to_owned());
            };
            if others.iter().any(|(known, _)| known == name) {
                continue;
            }
            if others.len() == MAX_REFERENCES {
                return Err(format!("the schema refers to more than {MAX_REFERENCES} others"));
            }
            let version =
                reference.get("version").map_or_else(|| "latest".into(), crate::value::text::string);
            let other = self.get(&["subjects", subject, "versions", &version]).await?;
            let schema =
                other.get("schema").and_then(Value::as_str).ok_or("the registry has sent no schema")?;
            others.push((name.to_owned(), schema.to_owned()));
            open.extend(listed(&other));
        }
        Ok(others)
    }

    /// Makes a schema known for a subject; its number, also if it was known before.
    pub async fn register(
        &self,
        subject: &str,
        kind: Kind,
        text: &str,
        normalize: bool,
    ) -> Result<u32, String> {
        let mut schema = vec![("schema", Value::from(text))];
        if kind == Kind::Json {
            schema.push(("schemaType", "JSON".into()));
        }
        let schema = schema.into_iter().map(|(key, value)| (key.into(), value)).collect();
        let body = json::print(&Value::Object(schema)).map_err(|_| "the schema has no JSON".to_owned())?;
        let query = if normalize { Some("normalize=true") } else { None };
        let answer = self.ask(&["subjects", subject, "versions"], query, Some(body)).await?;
        let id = answer.get("id").and_then(crate::value::number::Num::of);
        id.and_then(|id| id.to_i64().try_into().ok()).ok_or_else(|| "the schema has no number".to_owned())
    }

    async fn get(&self, path: &[&str]) -> Result<Value, String> {
        self.ask(path, None, None).await
    }

    async fn ask(&self, path: &[&str], query: Option<&str>, body: Option<Vec<u8>>) -> Result<Value, String> {
        const FORM: &str = "application/vnd.schemaregistry.v1+json";
        let mut url = self.url.clone();
        let mut segments = url.path_segments_mut().map_err(|()| "the URL has no path".to_owned())?;
        segments.pop_if_empty().extend(path);
        drop(segments);
        if query.is_some() {
            url.set_query(query);
        }
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let authorization = self.signer.authorization(method.as_str(), &url);
        let mut request = self.client.request(method, url).header("Accept", FORM);
        if let Some(body) = body {
            request = request.header("Content-Type", FORM).body(body);
        }
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        let place = path.join("/");
        let response =
            request.send().await.map_err(|error| format!("asking for {place}: {}", error.without_url()))?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("asking for {place}: the registry answered {status}"));
        }
        let body =
            response.bytes().await.map_err(|error| format!("asking for {place}: {}", error.without_url()))?;
        json::parse(&body).map_err(|error| format!("asking for {place}: the answer is no JSON: {error}"))
    }
}

fn listed(found: &Value) -> Vec<Value> {
    match found.get("references") {
        Some(Value::Array(references)) => references.to_vec(),
        _ => Vec::new(),
    }
}
