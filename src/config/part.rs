//! What a config file may hold: the whole config of `run`, one stream, resources, or the process alone.

use super::resources::{CACHES, INPUTS, OUTPUTS, PROCESSORS, RATE_LIMITS};
use super::service::{ERROR_HANDLING, HTTP, LOGGER, METRICS, SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT, TRACER};
use super::stream::{BUFFER, INPUT, OUTPUT, PIPELINE};
use super::{AnyField, Conf, Field, STREAM_FIELDS, cases, field};

/// A kind of config document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The config of `run`: everything.
    Run,
    /// A stream file of streams mode: a stream and its tests.
    StreamFile,
    /// The body of a stream in the API.
    StreamBody,
    /// A resource file: resources and their tests.
    Resources,
    /// The config of the process in streams mode: everything but a stream.
    Service,
}

const NO_TESTS: &[()] = &[];
/// The unit tests of a config, or of a file of its own.
pub const TESTS: Field<Option<Vec<Conf>>> =
    field("tests").default(NO_TESTS).advanced().fields(cases::CASE).doc("Unit tests of the processors.");
const PARALLEL: Field<bool> =
    field("parallel").default(true).advanced().deprecated().doc("Tests always run in parallel.");

const RUN: &[&dyn AnyField] = &[
    &HTTP,
    &INPUT,
    &BUFFER,
    &PIPELINE,
    &OUTPUT,
    &INPUTS,
    &PROCESSORS,
    &OUTPUTS,
    &CACHES,
    &RATE_LIMITS,
    &LOGGER,
    &METRICS,
    &TRACER,
    &SHUTDOWN_DELAY,
    &SHUTDOWN_TIMEOUT,
    &ERROR_HANDLING,
    &TESTS,
    &PARALLEL,
];

const STREAM_FILE: &[&dyn AnyField] = &[&INPUT, &BUFFER, &PIPELINE, &OUTPUT, &TESTS, &PARALLEL];

const RESOURCES: &[&dyn AnyField] =
    &[&INPUTS, &PROCESSORS, &OUTPUTS, &CACHES, &RATE_LIMITS, &TESTS, &PARALLEL];

const SERVICE: &[&dyn AnyField] = &[
    &HTTP,
    &INPUTS,
    &PROCESSORS,
    &OUTPUTS,
    &CACHES,
    &RATE_LIMITS,
    &LOGGER,
    &METRICS,
    &TRACER,
    &SHUTDOWN_DELAY,
    &SHUTDOWN_TIMEOUT,
    &ERROR_HANDLING,
    &TESTS,
    &PARALLEL,
];

impl Part {
    /// The fields in canonical order.
    pub fn fields(self) -> &'static [&'static dyn AnyField] {
        match self {
            Part::Run => RUN,
            Part::StreamFile => STREAM_FILE,
            Part::StreamBody => STREAM_FIELDS,
            Part::Resources => RESOURCES,
            Part::Service => SERVICE,
        }
    }
}
