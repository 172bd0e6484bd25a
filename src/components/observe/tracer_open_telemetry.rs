//! `open_telemetry_collector`: traces to OpenTelemetry collectors.

use crate::component::{Built, TracerSpec};
use crate::config::{AnyField, ComponentSpec, Conf, ConfError, Field, FromConf, Kind, Status, field};
use crate::telemetry::trace::{Endpoint, Exporter, Otlp, Transport};
use crate::value::Str;

const HTTP: Field<Vec<Collector<HttpPort>>> =
    field("http").doc("Collectors that take spans over HTTP, as Protocol Buffers.");
const GRPC: Field<Vec<Collector<GrpcPort>>> = field("grpc").doc("Collectors that take spans over gRPC.");
const SERVICE: Field<Str> = field("service").default("benthos").doc("The name of this service in traces.");
const TAGS: Field<Vec<(Str, Str)>> =
    field("tags").default_map(&[]).advanced().doc("What else describes this process.");
const SAMPLING: Field<Sampling> = field("sampling").doc("Whether only some traces are kept.");

const ENABLED: Field<bool> = field("enabled").default(false).doc("Whether only some traces are kept.");
const RATIO: Field<Option<f64>> = field("ratio").doc("The share of traces that are kept, from 0 to 1.");

pub const OPEN_TELEMETRY_COLLECTOR: TracerSpec = TracerSpec {
    spec: ComponentSpec::new(Kind::Tracer, "open_telemetry_collector")
        .status(Status::Experimental)
        .summary("Sends traces to OpenTelemetry collectors.")
        .description("Every message has a trace from its input to its delivery, with a span for each processor and output that it passes.")
        .fields(&[&SERVICE, &HTTP, &GRPC, &TAGS, &SAMPLING]),
    build,
};

fn build(conf: &Conf) -> Built<Exporter> {
    let http = conf.get(&HTTP)?.into_iter().map(|it| it.endpoint(Transport::Http));
    let grpc = conf.get(&GRPC)?.into_iter().map(|it| it.endpoint(Transport::Grpc));
    let endpoints = http.chain(grpc).collect();
    let mut resource = conf.get(&TAGS)?;
    if !resource.iter().any(|(key, _)| key == "service.name") {
        resource.push(("service.name".into(), conf.get(&SERVICE)?));
        if !resource.iter().any(|(key, _)| key == "service.version") {
            resource.push(("service.version".into(), env!("CARGO_PKG_VERSION").into()));
        }
    }
    let ratio = conf.get(&SAMPLING)?.ratio;
    if !(0.0..=1.0).contains(&ratio) {
        return Err(conf.error(&SAMPLING, format!("the ratio {ratio} is not between 0 and 1")).into());
    }
    Ok(Exporter::Otlp(Otlp { endpoints, resource, ratio }))
}

struct Sampling {
    ratio: f64,
}

impl FromConf for Sampling {
    const FIELDS: &'static [&'static dyn AnyField] = &[&ENABLED, &RATIO];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        let ratio = conf.get(&RATIO)?.unwrap_or(1.0);
        Ok(Self { ratio: if conf.get(&ENABLED)? { ratio } else { 1.0 } })
    }
}

/// A collector; `P` knows where it listens by default.
struct Collector<P> {
    address: Str,
    secure: bool,
    port: std::marker::PhantomData<fn() -> P>,
}

/// Where a kind of collector listens.
trait Port: 'static {
    /// The old name of the address, whose default is where it listens.
    const URL: Field<Str>;
    const FIELDS: &'static [&'static dyn AnyField];
}

struct HttpPort;
struct GrpcPort;

const ADDRESS: Field<Option<Str>> = field("address").doc("The host and port of the collector.");
const SECRET_ADDRESS: Field<Option<Str>> = field("address").url().doc("The host and port of the collector.");
const HTTP_URL: Field<Str> =
    field("url").default("localhost:4318").deprecated().doc("The old name of `address`.");
const GRPC_URL: Field<Str> =
    field("url").default("localhost:4317").deprecated().url().doc("The old name of `address`.");
const SECURE: Field<bool> = field("secure").default(false).doc("Whether the connection uses TLS.");

impl Port for HttpPort {
    const URL: Field<Str> = HTTP_URL;
    const FIELDS: &'static [&'static dyn AnyField] = &[&ADDRESS, &HTTP_URL, &SECURE];
}

impl Port for GrpcPort {
    const URL: Field<Str> = GRPC_URL;
    const FIELDS: &'static [&'static dyn AnyField] = &[&SECRET_ADDRESS, &GRPC_URL, &SECURE];
}

impl<P: Port> FromConf for Collector<P> {
    const FIELDS: &'static [&'static dyn AnyField] = P::FIELDS;

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        let address = match conf.get(&ADDRESS)?.filter(|address| !address.is_empty()) {
            Some(address) => address,
            None => conf.get(&P::URL)?,
        };
        Ok(Self { address, secure: conf.get(&SECURE)?, port: std::marker::PhantomData })
    }
}

impl<P> Collector<P> {
    fn endpoint(self, transport: Transport) -> Endpoint {
        let scheme = if self.secure { "https" } else { "http" };
        let bare = self.address.split_once("://").map_or(self.address.as_str(), |(_, rest)| rest);
        Endpoint { transport, url: format!("{scheme}://{}", bare.trim_end_matches('/')) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn built(text: &str) -> Built<Exporter> {
        build(&Conf::new(parse(text.as_bytes()).expect("YAML"), "root.tracer.open_telemetry_collector"))
    }

    #[test]
    fn every_field_arrives() {
        let text = "{http: [{address: 'h:1'}, {}], grpc: [{url: 'g:2', secure: true}], service: s,\n\
                    tags: {a: b}, sampling: {enabled: true, ratio: 0.25}}";
        let Ok(Exporter::Otlp(otlp)) = built(text) else { panic!("not built") };
        let urls: Vec<_> = otlp.endpoints.iter().map(|endpoint| endpoint.url.as_str()).collect();
        assert_eq!(urls, ["http://h:1", "http://localhost:4318", "https://g:2"]);
        assert_eq!(otlp.endpoints[2].transport, Transport::Grpc);
        assert_eq!(otlp.resource[..2], [("a".into(), "b".into()), ("service.name".into(), "s".into())]);
        assert_eq!(otlp.ratio.to_bits(), 0.25_f64.to_bits());
        assert!(built("{sampling: {enabled: true, ratio: 2}}").is_err());
    }
}
