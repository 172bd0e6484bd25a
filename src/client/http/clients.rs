//! The connections that requests are sent on.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Proxy, Url};

use super::super::tls::TLS;
use super::fields;
use crate::config::{Conf, ConfError};

/// Makes and keeps the clients of one component.
pub struct Clients {
    settings: Settings,
    client: Client,
    /// For this machine itself, which proxies of the environment are not meant for.
    local: OnceLock<Client>,
}

struct Settings {
    tls: rustls::ClientConfig,
    http1_only: bool,
    follow: bool,
    /// None: no limit.
    limit: Option<Duration>,
    proxy: Option<Proxy>,
    decompress: bool,
}

/// After so many redirects a request has failed.
const REDIRECTS: usize = 9;

// === impl Clients ===

impl Clients {
    /// Reads the fields of `conf` that concern connections. `timeout`: whether requests are limited in time; `encoded`:
    /// whether bodies are wanted as they were sent.
    pub fn read(conf: &Conf, timeout: bool, encoded: bool) -> Result<Self, String> {
        let read = |error: ConfError| error.to_string();
        let mut tls = (*conf.get(&TLS).map_err(read)?.config()?).clone();
        let http1_only = conf.get(&fields::DISABLE_HTTP2).map_err(read)?;
        tls.alpn_protocols = match http1_only {
            true => vec![b"http/1.1".to_vec()],
            false => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        let limit = conf.get(&fields::TIMEOUT).map_err(read)?.get();
        let proxy = conf.get(&fields::PROXY_URL).map_err(read)?.filter(|url| !url.is_empty());
        let proxy = proxy.map(|url| Proxy::all(url.as_str())).transpose();
        let settings = Settings {
            tls,
            http1_only,
            follow: conf.get(&fields::FOLLOW_REDIRECTS).map_err(read)?,
            limit: (timeout && !limit.is_zero()).then_some(limit),
            proxy: proxy.map_err(|error| conf.error(&fields::PROXY_URL, error.to_string()).to_string())?,
            decompress: !encoded,
        };
        let client = settings.builder().build();
        let client = client.map_err(|error| format!("{}: no HTTP client: {error}", conf.path()))?;
        Ok(Self { settings, client, local: OnceLock::new() })
    }

    /// As [`Self::of`], for the text of a URL.
    pub fn to(&self, url: &str) -> &Client {
        Url::parse(url).map_or(&self.client, |url| self.of(&url))
    }

    /// The client for requests to `url`.
    pub fn of(&self, url: &Url) -> &Client {
        if self.settings.proxy.is_some() || !is_local(url) {
            return &self.client;
        }
        // What could be built once can be built again.
        self.local.get_or_init(|| {
            self.settings.builder().no_proxy().build().unwrap_or_else(|_| self.client.clone())
        })
    }
}

// === impl Settings ===

impl Settings {
    fn builder(&self) -> ClientBuilder {
        let mut builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .user_agent(concat!("nekton/", env!("CARGO_PKG_VERSION")))
            .http1_title_case_headers()
            .redirect(if self.follow { Policy::limited(REDIRECTS) } else { Policy::none() })
            .gzip(self.decompress);
        if self.http1_only {
            builder = builder.http1_only();
        }
        if let Some(limit) = self.limit {
            builder = builder.timeout(limit);
        }
        match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None => builder,
        }
    }
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known() {
        for (url, local) in [
            ("http://localhost:80/x", true),
            ("http://127.9.0.1", true),
            ("http://[::1]:80", true),
            ("http://localhost.example", false),
            ("http://10.0.0.1", false),
            ("data:x", false),
        ] {
            assert_eq!(is_local(&Url::parse(url).expect(url)), local, "{url}");
        }
    }
}
