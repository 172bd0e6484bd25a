//! Where an HTTP component is served: on the service's address, or on its own.

use std::path::Path;
use std::sync::Arc;

use super::own::{Lane, Own, Site};
use super::path::Pattern;
use crate::client::serve::{Cors, Front, Listen, acceptor, bind};
use crate::component::{Built, Context, Handler, Registration};
use crate::config::{Conf, CorsConf, Field, field};
use crate::value::Str;

pub const ADDRESS: Field<Str> =
    field("address").default("").doc("Where it listens; empty for the address of the service.");
pub const CERT_FILE: Field<Str> = field("cert_file")
    .default("")
    .advanced()
    .doc("A certificate, to serve HTTPS on an address of its own; needs `key_file`.");
pub const KEY_FILE: Field<Str> = field("key_file").default("").advanced().doc("The key of the certificate.");
pub const CORS: Field<CorsConf> = field("cors")
    .advanced()
    .version("3.63.0")
    .doc("Which web pages may call it, where it has an address of its own.");

/// Where an HTTP component is served.
pub struct Place {
    /// Empty: on the service's address.
    pub address: Str,
    cert_file: Str,
    key_file: Str,
    cors: CorsConf,
    listen: Listen,
}

/// A path and what answers there.
pub struct Route {
    /// Empty: it is not served.
    pub path: Str,
    pub description: &'static str,
    pub handler: Handler,
}

/// Served paths; they are not served any more when this is dropped.
#[derive(Default)]
pub struct Served {
    registrations: Vec<Registration>,
    own: Option<Own>,
}

// === impl Place ===

impl Place {
    pub fn read(conf: &Conf, listen: Listen) -> Built<Self> {
        Ok(Self {
            address: conf.get(&ADDRESS)?,
            cert_file: conf.get(&CERT_FILE)?,
            key_file: conf.get(&KEY_FILE)?,
            cors: conf.get(&CORS)?,
            listen,
        })
    }

    /// Begins to serve. Certificates and origins count only on an address of its own, and so does `lane`, which serves
    /// what needs neither of them.
    pub fn serve(&self, routes: Vec<Route>, lane: Option<Lane>, cx: &Context) -> Built<Served> {
        let routes = routes.into_iter().filter(|route| !route.path.is_empty());
        if !self.address.is_empty() {
            let routes = routes.map(|route| (Pattern::new(&route.path), route.handler)).collect();
            let (tls, cors) = (self.tls()?, self.cors()?);
            let lane = lane.filter(|_| tls.is_none() && cors.is_none());
            let front = Arc::new(Front::new(tls, cors));
            let listener = bind(&self.address, self.listen)?;
            let own = Own::start(listener, Site { routes, lane, front }, cx);
            return Ok(Served { own: Some(own), registrations: Vec::new() });
        }
        let Some(endpoints) = &cx.environment().endpoints else {
            cx.log().warn("There is no HTTP server, so the endpoints of this component cannot be reached");
            return Ok(Served::default());
        };
        let register =
            |route: Route| endpoints.register(cx.stream_id(), &route.path, route.description, route.handler);
        let registrations = routes.map(register).collect::<Result<_, _>>()?;
        Ok(Served { registrations, own: None })
    }

    /// The beginning of the URLs it is reached by, where it has an address of its own.
    pub fn url(&self) -> Option<String> {
        let scheme = if self.cert_file.is_empty() { "http" } else { "https" };
        (!self.address.is_empty()).then(|| format!("{scheme}://{}", self.address))
    }

    fn tls(&self) -> Built<Option<tokio_rustls::TlsAcceptor>> {
        match (self.cert_file.as_str(), self.key_file.as_str()) {
            ("", "") => Ok(None),
            ("", _) | (_, "") => Err("cert_file and key_file must be set together".into()),
            (cert, key) => Ok(Some(acceptor(Path::new(cert), Path::new(key))?)),
        }
    }

    fn cors(&self) -> Built<Option<Cors>> {
        let origins = || self.cors.allowed_origins.iter().map(|origin| origin.to_string()).collect();
        Ok(self.cors.enabled.then(|| Cors::new(origins())).transpose()?)
    }
}

// === impl Served ===

impl Served {
    /// Takes no more requests, and lets those under way finish for some seconds.
    pub async fn close(&mut self) {
        self.registrations.clear();
        if let Some(own) = self.own.take() {
            own.close().await;
        }
    }
}
