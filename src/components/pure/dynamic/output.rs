//! The `dynamic` output: writes to all outputs that there are at the moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::super::fan_out::FanOut;
use super::super::retrying::{Attempts, Retrying};
use super::api::{Known, Parts};
use crate::component::{Built, Context, Output, OutputBuild, OutputSpec, Registration};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, Node, OutputConf, field};
use crate::message::{Ack, AckSink, Group, Nack, Outcome};
use crate::value::Str;

const OUTPUTS: Field<Vec<(Str, OutputConf)>> =
    field("outputs").default_map(&[]).doc("The outputs that are there from the start, by their ids.");
const PREFIX: Field<Str> = field("prefix").default("").doc("What the paths of the endpoints begin with.");

pub const DYNAMIC: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "dynamic")
        .categories(&["Utility"])
        .summary("Writes to outputs that are added, replaced and removed over HTTP.")
        .description("Every output gets every message, again until it takes it; while there is none messages wait. `GET /outputs` lists them. `POST /outputs/{id}` sets one, with its config as the body; `GET` and `DELETE` read and remove it, and `GET /outputs/{id}/uptime` tells how long it has been running. What an output has not confirmed when it is removed goes back to the input.")
        .fields(&[&OUTPUTS, &PREFIX])
        .examples(&[Example { title: "One to begin with", config: "dynamic:\n  outputs:\n    sink:\n      drop: {}\n" }]),
    build: OutputBuild::Output(|conf, cx| Ok(Arc::new(Dynamic::new(conf, cx)?))),
};

struct Dynamic {
    shared: Arc<Shared>,
    registrations: Mutex<Vec<Registration>>,
}

struct Shared {
    cx: Context,
    path: String,
    known: Known,
    members: Mutex<BTreeMap<Str, Arc<Member>>>,
    changed: Notify,
}

/// An output that can be removed although it has not confirmed everything.
struct Member {
    output: Arc<dyn Output>,
    open: Arc<Open>,
    removed: CancellationToken,
}

/// The transactions that a member has not confirmed.
#[derive(Default)]
struct Open {
    acks: Mutex<Acks>,
}

#[derive(Default)]
struct Acks {
    by_number: BTreeMap<u32, Ack>,
    next: u32,
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Str, Arc<Member>>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, conf: &OutputConf) -> Built<Arc<Member>> {
        let output = Retrying::new(self.cx.output(conf)?, Attempts::endless(), self.cx.clone());
        let (open, removed) = (Arc::default(), CancellationToken::new());
        Ok(Arc::new(Member { output: Arc::new(output), open, removed }))
    }

    /// Lets go of a member; it closes by itself as soon as it can.
    fn retire(&self, member: Arc<Member>) {
        member.removed.cancel();
        member.open.refuse_all();
        self.cx.run(Box::pin(async move { member.output.close().await }));
    }

    fn all(&self) -> Vec<Arc<dyn Output>> {
        self.lock().values().cloned().map(|member| member as Arc<dyn Output>).collect()
    }

    /// All outputs, waiting until there is one.
    async fn some(&self) -> Vec<Arc<dyn Output>> {
        loop {
            let changed = self.changed.notified();
            let all = self.all();
            if !all.is_empty() {
                return all;
            }
            changed.await;
        }
    }
}

#[async_trait]
impl Parts for Shared {
    async fn set(&self, id: &str, conf: Node) -> Result<(), String> {
        let conf = OutputConf::new(conf, format!("{}.outputs.{id}", self.path));
        let member = self.start(&conf).map_err(|error| error.to_string())?;
        let old = self.lock().insert(id.into(), member);
        self.changed.notify_waiters();
        old.into_iter().for_each(|old| self.retire(old));
        Ok(())
    }

    async fn remove(&self, id: &str) {
        let old = self.lock().remove(id);
        old.into_iter().for_each(|old| self.retire(old));
    }
}

// === impl Dynamic ===

impl Dynamic {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let shared = Arc::new(Shared {
            cx: cx.clone(),
            path: conf.path().to_owned(),
            known: Known::new(Kind::Output, cx),
            members: Mutex::default(),
            changed: Notify::new(),
        });
        for (id, child) in conf.get(&OUTPUTS)? {
            let member = shared.start(&child)?;
            shared.known.started(&id, &child.node, Bytes::new());
            shared.lock().insert(id, member);
        }
        let parts: Arc<dyn Parts> = shared.clone();
        let registrations = Mutex::new(shared.known.serve(&conf.get(&PREFIX)?, &parts)?);
        Ok(Self { shared, registrations })
    }
}

#[async_trait]
impl Output for Dynamic {
    async fn send(&self, group: Group) {
        FanOut::fail_fast(self.shared.some().await).send(group).await;
    }

    async fn flush(&self) {
        FanOut::fail_fast(self.shared.all()).flush().await;
    }

    async fn close(&self) {
        self.registrations.lock().unwrap_or_else(PoisonError::into_inner).clear();
        FanOut::fail_fast(self.shared.all()).close().await;
    }
}

// === impl Member ===

#[async_trait]
impl Output for Member {
    async fn send(&self, mut group: Group) {
        self.open.watch(&mut group);
        tokio::select! {
            biased;
            () = self.removed.cancelled() => self.open.refuse_all(),
            () = self.output.send(group) => {}
        }
    }

    async fn flush(&self) {
        tokio::select! {
            biased;
            () = self.removed.cancelled() => {}
            () = self.output.flush() => {}
        }
    }

    async fn close(&self) {
        self.output.close().await;
    }
}

// === impl Open ===

impl Open {
    fn lock(&self) -> MutexGuard<'_, Acks> {
        self.acks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the acks of a group, and gives it others that lead here.
    fn watch(self: &Arc<Self>, group: &mut Group) {
        let mut acks = self.lock();
        for transaction in group {
            let number = acks.next;
            acks.next = acks.next.wrapping_add(1);
            let ack = std::mem::replace(&mut transaction.ack, Ack::new(self.clone(), number));
            acks.by_number.insert(number, ack);
        }
    }

    fn refuse_all(&self) {
        let open = std::mem::take(&mut self.lock().by_number);
        open.into_values().for_each(|ack| ack.resolve(Err(Nack::whole("the output was removed"))));
    }
}

impl AckSink for Open {
    fn resolve(&self, number: u32, outcome: Outcome) {
        // What was refused at the removal is answered already.
        let ack = self.lock().by_number.remove(&number);
        if let Some(ack) = ack {
            ack.resolve(outcome);
        }
    }
}
