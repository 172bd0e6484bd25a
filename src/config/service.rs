//! The config of the process itself: HTTP server, logger, metrics, tracer, shutdown, error handling.

use super::{
    AnyField, Conf, ConfError, Duration, Field, FieldType, FromConf, Kind, MetricsConf, Node, Specs,
    TracerConf, field,
};
use crate::value::Str;

/// Everything about the process that is not a stream or a resource.
#[derive(Clone, Debug)]
pub struct ServiceConf {
    pub http: HttpConf,
    pub logger: LoggerConf,
    pub metrics: MetricsConf,
    pub tracer: TracerConf,
    /// How long the process stays up after its streams have ended.
    pub shutdown_delay: Duration,
    /// How long stopping may take.
    pub shutdown_timeout: Duration,
    /// Whether a failed message skips the rest of its pipeline and is rejected by the output.
    pub strict_errors: bool,
}

/// The HTTP server of the process.
#[derive(Clone, Debug)]
pub struct HttpConf {
    pub enabled: bool,
    pub address: Str,
    /// The prefix under which every endpoint is served as well.
    pub root_path: Str,
    pub debug_endpoints: bool,
    /// Empty for plain HTTP.
    pub cert_file: Str,
    /// Empty for plain HTTP.
    pub key_file: Str,
    pub cors: CorsConf,
    pub basic_auth: BasicAuthConf,
}

#[derive(Clone, Debug)]
pub struct CorsConf {
    pub enabled: bool,
    pub allowed_origins: Vec<Str>,
}

#[derive(Clone, Debug)]
pub struct BasicAuthConf {
    pub enabled: bool,
    pub realm: Str,
    pub username: Str,
    /// Base64 of the digest.
    pub password_hash: Str,
    /// `md5`, `sha256`, `bcrypt` or `scrypt`.
    pub algorithm: Str,
    /// Base64; only for scrypt.
    pub salt: Str,
}

#[derive(Clone, Debug)]
pub struct LoggerConf {
    pub level: Str,
    /// `logfmt` or `json`, in any case.
    pub format: Str,
    pub add_timestamp: bool,
    pub level_name: Str,
    pub timestamp_name: Str,
    pub message_name: Str,
    pub static_fields: Vec<(Str, Str)>,
    pub file: LogFileConf,
}

#[derive(Clone, Debug)]
pub struct LogFileConf {
    /// Empty for none.
    pub path: Str,
    pub rotate: bool,
    /// 0 keeps rotated files for ever.
    pub rotate_max_age_days: u64,
}

pub(super) const HTTP: Field<HttpConf> = field("http").doc("The HTTP server of the process.");
pub(super) const LOGGER: Field<LoggerConf> = field("logger").doc("How the process logs.");
pub(super) const METRICS: Field<MetricsConf> =
    field("metrics").default("none").doc("Where metrics are exported.");
pub(super) const TRACER: Field<TracerConf> =
    field("tracer").default("none").doc("Where traces are exported.");
pub(super) const SHUTDOWN_DELAY: Field<Duration> = field("shutdown_delay")
    .default("0s")
    .doc("How long the process stays up after its streams have ended, so that metrics can be collected.");
pub(super) const SHUTDOWN_TIMEOUT: Field<Duration> =
    field("shutdown_timeout").default("20s").doc("How long stopping may take before it is forced.");
pub(super) const ERROR_HANDLING: Field<Conf> =
    field("error_handling").advanced().fields(&[&STRICT]).doc("How failed messages are treated everywhere.");
pub(super) const STRICT: Field<bool> = field("strict")
    .default(false)
    .doc("Whether a failed message skips the rest of its pipeline and is rejected by the output.");

impl ServiceConf {
    /// Reads the process's part of the config `root`; `specs` decides on the default exporter.
    pub fn read(root: &Node, specs: &dyn Specs) -> Result<Self, ConfError> {
        let conf = Conf::new(root.clone(), "root");
        let mut metrics = conf.get(&METRICS)?;
        if !conf.has(&METRICS) && specs.find(Kind::Metrics, "prometheus").is_some() {
            let prometheus = MetricsConf::default_value("prometheus");
            metrics = MetricsConf::new(Node::from(&prometheus), metrics.path.clone());
        }
        Ok(Self {
            http: conf.get(&HTTP)?,
            logger: conf.get(&LOGGER)?,
            metrics,
            tracer: conf.get(&TRACER)?,
            shutdown_delay: conf.get(&SHUTDOWN_DELAY)?,
            shutdown_timeout: conf.get(&SHUTDOWN_TIMEOUT)?,
            strict_errors: conf.get(&ERROR_HANDLING)?.get(&STRICT)?,
        })
    }
}

const ENABLED: Field<bool> = field("enabled").default(true).doc("Whether the server listens.");
const ADDRESS: Field<Str> = field("address").default("0.0.0.0:4195").doc("Where it listens.");
const ROOT_PATH: Field<Str> =
    field("root_path").default("/benthos").doc("A prefix under which every endpoint is served as well.");
const DEBUG_ENDPOINTS: Field<bool> =
    field("debug_endpoints").default(false).doc("Whether endpoints under `/debug` are served.");
const CERT_FILE: Field<Str> =
    field("cert_file").default("").advanced().doc("A certificate, to serve HTTPS; needs `key_file`.");
const KEY_FILE: Field<Str> = field("key_file").default("").advanced().doc("The key of the certificate.");
const CORS: Field<CorsConf> =
    field("cors").advanced().version("3.63.0").doc("Which web pages may call the endpoints.");
const BASIC_AUTH: Field<BasicAuthConf> = field("basic_auth").advanced().doc("A password for every endpoint.");

impl FromConf for HttpConf {
    const FIELDS: &'static [&'static dyn AnyField] =
        &[&ENABLED, &ADDRESS, &ROOT_PATH, &DEBUG_ENDPOINTS, &CERT_FILE, &KEY_FILE, &CORS, &BASIC_AUTH];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            enabled: conf.get(&ENABLED)?,
            address: conf.get(&ADDRESS)?,
            root_path: conf.get(&ROOT_PATH)?,
            debug_endpoints: conf.get(&DEBUG_ENDPOINTS)?,
            cert_file: conf.get(&CERT_FILE)?,
            key_file: conf.get(&KEY_FILE)?,
            cors: conf.get(&CORS)?,
            basic_auth: conf.get(&BASIC_AUTH)?,
        })
    }
}

const CORS_ENABLED: Field<bool> = field("enabled").default(false).doc("Whether other origins are allowed.");
const ALLOWED_ORIGINS: Field<Vec<Str>> =
    field("allowed_origins").default_list(&[]).doc("The origins that are allowed; `*` allows all.");

impl FromConf for CorsConf {
    const FIELDS: &'static [&'static dyn AnyField] = &[&CORS_ENABLED, &ALLOWED_ORIGINS];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self { enabled: conf.get(&CORS_ENABLED)?, allowed_origins: conf.get(&ALLOWED_ORIGINS)? })
    }
}

const AUTH_ENABLED: Field<bool> = field("enabled").default(false).doc("Whether a password is asked for.");
const REALM: Field<Str> =
    field("realm").default("restricted").doc("What the password is for, as browsers show it.");
const USERNAME: Field<Str> = field("username").default("").doc("The name to log in with.");
const PASSWORD_HASH: Field<Str> =
    field("password_hash").default("").doc("The digest of the password in base64.");
const ALGORITHM: Field<Str> = field("algorithm")
    .default("sha256")
    .doc("How the digest is made: `md5`, `sha256`, `bcrypt` or `scrypt`.");
const SALT: Field<Str> = field("salt").default("").doc("The salt in base64; scrypt needs one.");

impl FromConf for BasicAuthConf {
    const FIELDS: &'static [&'static dyn AnyField] =
        &[&AUTH_ENABLED, &REALM, &USERNAME, &PASSWORD_HASH, &ALGORITHM, &SALT];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            enabled: conf.get(&AUTH_ENABLED)?,
            realm: conf.get(&REALM)?,
            username: conf.get(&USERNAME)?,
            password_hash: conf.get(&PASSWORD_HASH)?,
            algorithm: conf.get(&ALGORITHM)?,
            salt: conf.get(&SALT)?,
        })
    }
}

const LEVEL: Field<Str> = field("level")
    .default("INFO")
    .suggestions(&["OFF", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL", "NONE"])
    .doc("The least severe level that is logged.");
const FORMAT: Field<Str> =
    field("format").default("logfmt").options(&["json", "logfmt"]).doc("What a log line looks like.");
const ADD_TIMESTAMP: Field<bool> = field("add_timestamp").default(true).doc("Whether lines carry the time.");
const LEVEL_NAME: Field<Str> = field("level_name").default("level").advanced().doc("The key of the level.");
const TIMESTAMP_NAME: Field<Str> =
    field("timestamp_name").default("time").advanced().doc("The key of the time.");
const MESSAGE_NAME: Field<Str> = field("message_name").default("msg").advanced().doc("The key of the text.");
const STATIC_FIELDS: Field<Vec<(Str, Str)>> = field("static_fields")
    .default_map(&[("@service", "benthos")])
    .doc("Keys and values that every line carries.");
const FILE: Field<LogFileConf> = field("file").advanced().doc("A file that is logged to.");

impl FromConf for LoggerConf {
    const FIELDS: &'static [&'static dyn AnyField] = &[
        &LEVEL,
        &FORMAT,
        &ADD_TIMESTAMP,
        &LEVEL_NAME,
        &TIMESTAMP_NAME,
        &MESSAGE_NAME,
        &STATIC_FIELDS,
        &FILE,
    ];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            level: conf.get(&LEVEL)?,
            format: conf.get(&FORMAT)?,
            add_timestamp: conf.get(&ADD_TIMESTAMP)?,
            level_name: conf.get(&LEVEL_NAME)?,
            timestamp_name: conf.get(&TIMESTAMP_NAME)?,
            message_name: conf.get(&MESSAGE_NAME)?,
            static_fields: conf.get(&STATIC_FIELDS)?,
            file: conf.get(&FILE)?,
        })
    }
}

const FILE_PATH: Field<Str> = field("path").default("").doc("Where the file is; empty for none.");
const ROTATE: Field<bool> =
    field("rotate").default(false).doc("Whether the file is put aside when it has grown large.");
const MAX_AGE: Field<u64> = field("rotate_max_age_days")
    .default(0)
    .doc("After how many days files put aside are deleted; 0 keeps them.");

impl FromConf for LogFileConf {
    const FIELDS: &'static [&'static dyn AnyField] = &[&FILE_PATH, &ROTATE, &MAX_AGE];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            path: conf.get(&FILE_PATH)?,
            rotate: conf.get(&ROTATE)?,
            rotate_max_age_days: conf.get(&MAX_AGE)?,
        })
    }
}
