//! What `run` and `streams` have in common: log, metrics, HTTP server, resources, and an orderly end.

use std::fs::OpenOptions;
use std::io::{Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::VERSION;
use super::document::Document;
use super::export::{Pusher, Traces};
use super::signals::Signals;
use crate::api::{Api, BasicAuth, ComponentEndpoints, Guards, Router, Server, Surface};
use crate::client::serve::{self, Cors};
use crate::component::{Endpoints, Registry, relabel};
use crate::config::{self, HttpConf, LoggerConf, MetricsConf, Part, ResourcesConf, ServiceConf};
use crate::expr::Mapping;
use crate::manager::{Manager, Settings, Vars};
use crate::telemetry::Logger;
use crate::telemetry::log::{Format, Layout, Level, RotatingFile};
use crate::telemetry::metrics::{Exporter, Metrics, Relabel};

/// How long after the shutdown timeout the process waits before it gives up.
const GRACE: Duration = Duration::from_secs(1);

/// What differs between the commands.
pub struct Mode {
    pub registry: Arc<Registry>,
    pub streams: bool,
    pub streams_api: bool,
    pub prefixed: bool,
}

/// A running process.
pub struct Process {
    pub manager: Manager,
    pub log: Logger,
    service: ServiceConf,
    exporter: Exporter,
    metrics: Metrics,
    server: Option<(JoinHandle<()>, CancellationToken)>,
    pusher: Option<Pusher>,
    traces: Option<Traces>,
}

/// The threads that everything runs on.
pub fn runtime() -> Result<Runtime, String> {
    // Only fails where a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(crate::bloblang::STACK)
        .build()
        .map_err(|error| format!("failed to start threads: {error}"))
}

/// The logger that a config describes; `level` overrides its level, `to_stderr` its place if that is no file.
pub fn logger(conf: &LoggerConf, level: Option<&str>, to_stderr: bool) -> Result<Logger, String> {
    // A level that does not exist counts as INFO.
    let level = Level::parse(level.unwrap_or(&conf.level)).unwrap_or(Some(Level::Info));
    let format = match conf.format.to_ascii_lowercase().as_str() {
        "logfmt" => Format::Logfmt,
        "json" => Format::Json,
        other => return Err(format!("log format '{other}' is neither logfmt nor json")),
    };
    let layout = Layout {
        format,
        timestamp: conf.add_timestamp.then(|| conf.timestamp_name.clone()),
        level: conf.level_name.clone(),
        message: conf.message_name.clone(),
    };
    let path = Path::new(conf.file.path.as_str());
    let unusable = |error| format!("failed to open the log file {}: {error}", path.display());
    let sink: Box<dyn Write + Send> = if path.as_os_str().is_empty() {
        if to_stderr { Box::new(stderr()) } else { Box::new(stdout()) }
    } else if conf.file.rotate {
        Box::new(RotatingFile::open(path, conf.file.rotate_max_age_days).map_err(unusable)?)
    } else {
        Box::new(OpenOptions::new().create(true).append(true).open(path).map_err(unusable)?)
    };
    let fields = conf.static_fields.iter().map(|(key, text)| (key.clone(), text.clone().into()));
    Ok(Logger::new(level, layout, fields, sink))
}

// === impl Process ===

impl Process {
    /// Starts everything but streams.
    pub async fn start(
        service: ServiceConf,
        document: &Document,
        part: Part,
        resources: ResourcesConf,
        vars: Vars,
        log: Logger,
        mode: Mode,
    ) -> Result<Self, String> {
        let registry = mode.registry;
        let exporter = registry.exporter(&service.metrics).map_err(|error| error.to_string())?;
        let traced = registry.tracer(&service.tracer).map_err(|error| error.to_string())?;
        let (tracer, traces) = Traces::start(&traced, log.clone())?;
        let relabel = mapping(&service.metrics, &registry)?;
        let metrics = match exporter {
            Exporter::Statsd(_) => Metrics::recording(relabel),
            _ => Metrics::new(relabel),
        };
        let surface = Surface {
            streams_mode: mode.streams,
            streams_api: mode.streams_api,
            debug: service.http.debug_endpoints,
            metrics: matches!(exporter, Exporter::JsonApi | Exporter::Prometheus(_)),
        };
        let endpoints = ComponentEndpoints::new(mode.prefixed, surface.reserved());
        let served: Option<Arc<dyn Endpoints>> = match service.http.enabled {
            true => Some(endpoints.clone()),
            false => None,
        };
        let manager = Manager::new(Settings {
            registry: registry.clone(),
            endpoints: served,
            metrics: metrics.clone(),
            log: log.clone(),
            vars,
            strict: service.strict_errors,
            shutdown_timeout: service.shutdown_timeout.get(),
            tracer,
            streams_mode: mode.streams,
        });
        let pusher = Pusher::start(&exporter, metrics.clone(), log.clone())?;
        let mut process = Self { manager, log, service, exporter, metrics, server: None, pusher, traces };
        process.manager.create_resources(resources).map_err(|error| error.to_string())?;
        if process.service.http.enabled {
            let shown = config::normalise(part.fields(), &document.given, &*registry);
            let shown = shown.unwrap_or_else(|_| config::scrub(part.fields(), &document.given, &*registry));
            process.serve(&surface, endpoints, shown).await?;
        }
        Ok(process)
    }

    async fn serve(
        &mut self,
        surface: &Surface,
        endpoints: Arc<ComponentEndpoints>,
        config: config::Node,
    ) -> Result<(), String> {
        let http = &self.service.http;
        let guards = guards(http)?;
        let scheme = if guards.tls.is_some() { "https" } else { "http" };
        let (manager, exporter) = (self.manager.clone(), self.exporter.clone());
        let api = Api { manager, exporter, version: VERSION, config, endpoints };
        let service = Router::new(Arc::new(api), surface, &http.root_path).service();
        let server = Server::bind(&http.address, guards, service, self.log.clone()).await?;
        let address =
            server.address().map_or_else(|_| http.address.to_string(), |address| address.to_string());
        self.log.info(format_args!("Listening for HTTP requests at: {scheme}://{address}"));
        let stop = CancellationToken::new();
        self.server = Some((tokio::spawn(server.serve(stop.clone())), stop));
        Ok(())
    }

    /// Waits out the shutdown delay, stops everything, and says how the process ends. A signal cuts the delay short
    /// and, while streams stop, ends them by force.
    pub async fn stop(self, signals: &mut Signals) -> ExitCode {
        let delay = self.service.shutdown_delay;
        if !delay.get().is_zero() {
            self.log.info(format_args!("Shutdown delay is in effect for {delay}"));
            tokio::select! {
                () = tokio::time::sleep(delay.get()) => {}
                _ = signals.next() => {}
            }
        }
        let in_time = self.stop_streams(signals).await;
        if !in_time {
            self.log.warn("The service did not stop within its shutdown timeout");
        }
        self.finish().await;
        if in_time { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Returns whether everything has stopped within the shutdown timeout.
    async fn stop_streams(&self, signals: &mut Signals) -> bool {
        let timeout = self.service.shutdown_timeout.get();
        let stopped = tokio::time::timeout(timeout + GRACE, self.manager.shut_down(timeout));
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                result = &mut stopped => return result.is_ok(),
                name = signals.next() => {
                    self.log.warn(format_args!("Received {name} again, streams are ended by force"));
                    self.manager.kill();
                }
            }
        }
    }

    /// Hands out the last metrics, closes the HTTP server, writes the log to its end.
    async fn finish(self) {
        if let Exporter::Prometheus(prometheus) = &self.exporter
            && let Some(path) = &prometheus.file
            && let Err(error) = std::fs::write(path, prometheus.render(&self.metrics).concat())
        {
            self.log.error(format_args!("Failed to write metrics to {}: {error}", path.display()));
        }
        if let Some(pusher) = self.pusher {
            pusher.finish().await;
        }
        if let Some(traces) = self.traces {
            traces.finish().await;
        }
        if let Some((server, stop)) = self.server {
            stop.cancel();
            // The server bounds its own end; that it panicked would have been told by then.
            let _ = server.await;
        }
        self.log.flush();
    }
}

/// The renaming of metrics, if the config wants one.
fn mapping(metrics: &MetricsConf, registry: &Registry) -> Result<Option<Relabel>, String> {
    let text = metrics.resolve(registry).map_err(|error| error.to_string())?.mapping;
    if text.is_empty() {
        return Ok(None);
    }
    let mapping = Mapping::compile(&text).map_err(|errors| {
        errors.first().map_or_else(String::new, |error| format!("failed to parse metrics mapping: {error}"))
    })?;
    Ok(Some(relabel(mapping)))
}

/// TLS, password and other origins as the config wants them.
fn guards(http: &HttpConf) -> Result<Guards, String> {
    let tls = match (http.cert_file.as_str(), http.key_file.as_str()) {
        ("", "") => None,
        ("", _) | (_, "") => return Err("http: cert_file and key_file must be set together".to_owned()),
        (cert, key) => Some(serve::acceptor(Path::new(cert), Path::new(key))?),
    };
    let auth = &http.basic_auth;
    let auth = auth
        .enabled
        .then(|| {
            BasicAuth::new(&auth.realm, &auth.username, &auth.algorithm, &auth.password_hash, &auth.salt)
        })
        .transpose()?;
    let origins = || http.cors.allowed_origins.iter().map(|origin| origin.to_string()).collect();
    let cors = http.cors.enabled.then(|| Cors::new(origins())).transpose()?;
    Ok(Guards { tls, auth, cors })
}
