//! The fields of HTTP clients.

use super::super::auth::{BASIC_AUTH, JWT, OAUTH, OAUTH2};
use super::super::metadata::MetadataFilter;
use super::super::tls::TLS;
use crate::config::{AnyField, Duration, Field, Kind, field};
use crate::expr::Template;
use crate::value::Str;

pub const URL: Field<Template> = field("url").url().doc("Where requests go.");

/// The field `verb` with the default of a component.
pub const fn verb(default: &'static str) -> Field<Str> {
    field("verb").default(default).doc("The method of requests, such as `POST`.")
}

pub const HEADERS: Field<Vec<(Str, Template)>> =
    field("headers").default_map(&[]).doc("Headers of requests; `Host` sets the host that is asked for.");
pub const METADATA: Field<Option<MetadataFilter>> =
    field("metadata").advanced().doc("Which metadata of a message becomes headers of its request.");
pub const DUMP: Field<Str> = field("dump_request_log_level")
    .default("")
    .advanced()
    .options(&["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", ""])
    .version("4.12.0")
    .doc("The level at which requests and responses are logged with their bodies; empty for not at all.");
pub const EXTRACT_HEADERS: Field<MetadataFilter> = field("extract_headers")
    .advanced()
    .doc("Which headers of a response become metadata; their names are in lower case.");
pub const RATE_LIMIT: Field<Option<Str>> =
    field("rate_limit").refers(Kind::RateLimit).doc("A rate limit resource that every request waits for.");
pub const TIMEOUT: Field<Duration> =
    field("timeout").default("5s").doc("How long a request may take; 0s is no limit.");
pub const RETRY_PERIOD: Field<Duration> =
    field("retry_period").default("1s").advanced().doc("The pause before a failed request is tried again.");
pub const MAX_RETRY_BACKOFF: Field<Duration> = field("max_retry_backoff")
    .default("300s")
    .advanced()
    .doc("The longest pause, where it doubles from try to try.");
pub const RETRIES: Field<i64> =
    field("retries").default(3).advanced().doc("How often a failed request is tried again.");
pub const FOLLOW_REDIRECTS: Field<bool> = field("follow_redirects")
    .default(true)
    .advanced()
    .doc("Whether redirects are followed; if not, they count as successful responses.");
pub const BACKOFF_ON: Field<Vec<i64>> = field("backoff_on")
    .default_list(&[429])
    .advanced()
    .doc("Status codes after which the pause doubles from try to try.");
pub const DROP_ON: Field<Vec<i64>> =
    field("drop_on").default_list(&[]).advanced().doc("Status codes that fail without another try.");
pub const SUCCESSFUL_ON: Field<Vec<i64>> = field("successful_on")
    .default_list(&[])
    .advanced()
    .doc("Status codes that count as success besides 2xx.");
pub const PROXY_URL: Field<Option<Str>> =
    field("proxy_url").advanced().doc("A proxy through which requests go.");
pub const DISABLE_HTTP2: Field<bool> = field("disable_http2")
    .default(false)
    .advanced()
    .version("4.44.0")
    .doc("Whether only HTTP/1.1 is spoken.");

/// The common fields behind `url` and `verb`.
pub const COMMON: &[&dyn AnyField] = &[
    &HEADERS,
    &METADATA,
    &DUMP,
    &OAUTH,
    &OAUTH2,
    &BASIC_AUTH,
    &JWT,
    &TLS,
    &EXTRACT_HEADERS,
    &RATE_LIMIT,
    &TIMEOUT,
    &RETRY_PERIOD,
    &MAX_RETRY_BACKOFF,
    &RETRIES,
    &FOLLOW_REDIRECTS,
    &BACKOFF_ON,
    &DROP_ON,
    &SUCCESSFUL_ON,
    &PROXY_URL,
    &DISABLE_HTTP2,
];

/// How many fields a component has in all: `url`, `verb`, the common ones and `own`.
pub const fn field_count(own: &[&'static dyn AnyField]) -> usize {
    2 + COMMON.len() + own.len()
}

/// The fields of a component: `url`, its `verb`, the common ones, its `own`. `N` is their [`field_count`].
pub const fn fields<const N: usize>(
    verb: &'static dyn AnyField,
    own: &[&'static dyn AnyField],
) -> [&'static dyn AnyField; N] {
    let mut all: [&'static dyn AnyField; N] = [&URL; N];
    all[1] = verb;
    let mut i = 0;
    while i < COMMON.len() {
        all[2 + i] = COMMON[i];
        i += 1;
    }
    i = 0;
    while i < own.len() {
        all[2 + COMMON.len() + i] = own[i];
        i += 1;
    }
    all
}
