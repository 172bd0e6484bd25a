//! Components for the tests of the manager: an input that waits until it is stopped, and an output that takes all.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use async_trait::async_trait;

use crate::component::{
    BufferSpec, BuildError, Built, Cache, CacheError, CacheSpec, ConnectError, Context, InputBuild,
    InputSpec, Listing, OutputBuild, OutputSpec, ReadError, Reads, Registry, Sink, SinkSetup, Source,
    SourceSetup, WriteError,
};
use crate::config::{ComponentSpec, Conf, Field, Kind, field};
use crate::message::{Ack, Batch, Message, batch_of};
use crate::value::Str;

const PORT: Field<Str> =
    field("port").default("").doc("A name that one input holds at a time; empty for none.");
const N: Field<i64> = field("n").default(0).doc("Tells configs apart.");
const SECRET: Field<Str> = field("secret").default("").secret().doc("Not to be shown.");
const BUILD: Field<Str> = field("build").default("").doc("`fails` or `panics`.");

const WAIT: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "wait").fields(&[&PORT, &N, &SECRET]),
    build: InputBuild::Source(wait),
};

const ONCE: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "once").fields(&[]),
    build: InputBuild::Source(|_, _| {
        Ok(SourceSetup { source: Box::new(Once), auto_replay: false, batching: None })
    }),
};

const OFTEN: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "often").fields(&[]),
    build: InputBuild::Source(|_, _| {
        Ok(SourceSetup { source: Box::new(Often), auto_replay: false, batching: None })
    }),
};

const TAKE: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "take").fields(&[&BUILD]),
    build: OutputBuild::Sink(take),
};

const NONE: BufferSpec =
    BufferSpec { spec: ComponentSpec::new(Kind::Buffer, "none").fields(&[]), build: |_, _| Ok(None) };

const FIXED: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "fixed").fields(&[&PORT]),
    build: |conf, _| fixed(conf),
};

pub fn registry() -> Registry {
    Registry {
        inputs: Listing(&[&[&WAIT, &ONCE, &OFTEN]]),
        outputs: Listing(&[&[&TAKE]]),
        buffers: Listing(&[&[&NONE]]),
        caches: Listing(&[&[&FIXED]]),
        ..Registry::default()
    }
}

static PORTS: LazyLock<Mutex<BTreeSet<Str>>> = LazyLock::new(Mutex::default);

/// Holds a port until it is dropped.
struct Port(Str);

impl Port {
    fn take(name: Str) -> Built<Self> {
        let taken =
            !name.is_empty() && !PORTS.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        match taken {
            true => Err(BuildError { in_use: true, ..BuildError::new(format!("port {name} is taken")) }),
            false => Ok(Self(name)),
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        PORTS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

fn wait(conf: &Conf, _: &Context) -> Built<SourceSetup> {
    let source = Box::new(Wait(Port::take(conf.get(&PORT)?)?));
    Ok(SourceSetup { source, auto_replay: false, batching: None })
}

struct Wait(Port);

#[async_trait]
impl Source for Wait {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        match self.0.0.as_str() {
            "unreachable" => Err(ConnectError::failed("nobody answers")),
            _ => Ok(()),
        }
    }

    async fn read(&mut self, _: &mut Reads) -> Result<(), ReadError> {
        std::future::pending().await
    }
}

struct Once;

#[async_trait]
impl Source for Once {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn read(&mut self, _: &mut Reads) -> Result<(), ReadError> {
        Err(ReadError::EndOfInput)
    }
}

/// Always has one more message.
struct Often;

#[async_trait]
impl Source for Often {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn read(&mut self, reads: &mut Reads) -> Result<(), ReadError> {
        reads.push(batch_of(Message::from_bytes("again")), Ack::none());
        Ok(())
    }
}

fn take(conf: &Conf, _: &Context) -> Built<SinkSetup> {
    match conf.get(&BUILD)?.as_str() {
        "" => Ok(SinkSetup { sink: Arc::new(Take), max_in_flight: 1, batching: None }),
        "panics" => panic!("for the test"),
        other => Err(format!("it {other}").into()),
    }
}

struct Take;

#[async_trait]
impl Sink for Take {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, _: &Batch) -> Result<(), WriteError> {
        Ok(())
    }
}

fn fixed(conf: &Conf) -> Built<Arc<dyn Cache>> {
    match conf.get(&PORT)? {
        port if port == "bad" => Err("a bad cache".into()),
        port => Ok(Arc::new(Fixed(port))),
    }
}

/// A cache in which every key has the same value.
struct Fixed(Str);

#[async_trait]
impl Cache for Fixed {
    async fn get(&self, _: &str) -> Result<bytes::Bytes, CacheError> {
        Ok(self.0.to_string().into())
    }

    async fn set(&self, _: &str, _: bytes::Bytes, _: Option<std::time::Duration>) -> Result<(), CacheError> {
        Ok(())
    }

    async fn add(&self, _: &str, _: bytes::Bytes, _: Option<std::time::Duration>) -> Result<(), CacheError> {
        Err(CacheError::AlreadyExists)
    }

    async fn delete(&self, _: &str) -> Result<(), CacheError> {
        Ok(())
    }
}
