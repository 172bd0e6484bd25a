//! Components for the tests of the engine, steered and watched through a [`Probe`] that they find by its name.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::component::{
    Buffer, BufferSpec, Built, ConnectError, Context, InputBuild, InputSpec, Listing, OutputBuild,
    OutputSpec, Processor, ProcessorSpec, ReadError, Reads, Registry, Sink, SinkSetup, Source, SourceSetup,
    Step, WriteError,
};
use crate::config::{ComponentSpec, Conf, Field, Kind, field};
use crate::message::{Batch, Message, batch_of};
use crate::value::Str;

/// What one test sees and steers.
#[derive(Default)]
pub struct Probe {
    /// What the source still has to give; it ends after that.
    pub input: Mutex<VecDeque<String>>,
    /// What was written, in order.
    pub written: Mutex<Vec<String>>,
    /// What the source learned of its messages.
    pub acked: Mutex<Vec<(String, bool)>>,
    /// How often the sink refuses a message before it takes it.
    pub refusals: Mutex<BTreeMap<String, usize>>,
    /// Whether writes wait for ever.
    pub blocked: std::sync::atomic::AtomicBool,
    pub released: Notify,
    pub read: AtomicUsize,
    pub source_closed: AtomicUsize,
    pub sink_closed: AtomicUsize,
}

static PROBES: LazyLock<Mutex<BTreeMap<String, Arc<Probe>>>> = LazyLock::new(Mutex::default);

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The probe called `name`, made at its first use.
pub fn probe(name: &str) -> Arc<Probe> {
    lock(&PROBES).entry(name.to_owned()).or_default().clone()
}

impl Probe {
    pub fn feed(&self, n: usize) {
        lock(&self.input).extend((0..n).map(|i| format!("m{i}")));
    }

    pub fn written(&self) -> Vec<String> {
        lock(&self.written).clone()
    }
}

const PROBE: Field<Str> = field("probe").doc("The name of the probe.");
const REPLAY: Field<bool> = field("auto_replay_nacks").default(true).doc("Whether nacks are sent again.");
const IN_FLIGHT: Field<usize> = field("max_in_flight").default(1).doc("Concurrent writes.");
const TAKES: Field<crate::config::Duration> = field("takes").default("0s").doc("How long a write takes.");

const INPUT: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "probe").fields(&[&PROBE, &REPLAY]),
    build: InputBuild::Source(source),
};

const OUTPUT: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "probe").fields(&[&PROBE, &IN_FLIGHT, &TAKES]),
    build: OutputBuild::Sink(sink),
};

const PANIC: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "panic").fields(&[]),
    build: |_, _| Ok(Box::new(Panics)),
    silent: false,
};

const NONE: BufferSpec =
    BufferSpec { spec: ComponentSpec::new(Kind::Buffer, "none").fields(&[]), build: no_buffer };

pub fn registry() -> Registry {
    Registry {
        inputs: Listing(&[&[&INPUT]]),
        outputs: Listing(&[&[&OUTPUT]]),
        processors: Listing(&[&[&PANIC]]),
        buffers: Listing(&[&[&NONE]]),
        ..Registry::default()
    }
}

fn no_buffer(_: &Conf, _: &Context) -> Built<Option<Arc<dyn Buffer>>> {
    Ok(None)
}

fn source(conf: &Conf, _: &Context) -> Built<SourceSetup> {
    let source = Box::new(ProbeSource(probe(&conf.get(&PROBE)?)));
    Ok(SourceSetup { source, auto_replay: conf.get(&REPLAY)?, batching: None })
}

fn sink(conf: &Conf, _: &Context) -> Built<SinkSetup> {
    let sink = Arc::new(ProbeSink { probe: probe(&conf.get(&PROBE)?), takes: conf.get(&TAKES)?.get() });
    Ok(SinkSetup { sink, max_in_flight: conf.get(&IN_FLIGHT)?, batching: None })
}

struct ProbeSource(Arc<Probe>);

#[async_trait]
impl Source for ProbeSource {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let mut input = lock(&self.0.input);
        while !out.is_full() {
            let Some(text) = input.pop_front() else { break };
            self.0.read.fetch_add(1, Ordering::Relaxed);
            let probe = self.0.clone();
            let name = text.clone();
            let ack = crate::message::sink(move |outcome| lock(&probe.acked).push((name, outcome.is_ok())));
            out.push(batch_of(Message::from_bytes(text)), ack);
        }
        if out.is_empty() { Err(ReadError::EndOfInput) } else { Ok(()) }
    }

    async fn close(&mut self) {
        self.0.source_closed.fetch_add(1, Ordering::Relaxed);
    }
}

struct ProbeSink {
    probe: Arc<Probe>,
    takes: Duration,
}

#[async_trait]
impl Sink for ProbeSink {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        let text = String::from_utf8_lossy(batch[0].bytes()).into_owned();
        while self.probe.blocked.load(Ordering::Relaxed) {
            self.probe.released.notified().await;
        }
        tokio::time::sleep(self.takes).await;
        if let Some(left) = lock(&self.probe.refusals).get_mut(&text).filter(|left| **left > 0) {
            *left -= 1;
            return Err(WriteError::failed("refused"));
        }
        lock(&self.probe.written).push(text);
        Ok(())
    }

    async fn close(&self) {
        self.probe.sink_closed.fetch_add(1, Ordering::Relaxed);
    }
}

struct Panics;

impl Processor for Panics {
    fn process(&self, _: Batch) -> Step<'_> {
        panic!("this processor always panics")
    }
}
