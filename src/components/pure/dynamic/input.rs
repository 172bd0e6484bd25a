//! The `dynamic` input: reads from all inputs that there are at the moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::api::{Known, Parts};
use crate::component::{Built, Context, Feed, Input, InputBuild, InputSpec, Pull, Registration};
use crate::config::{ComponentSpec, Conf, Example, Field, InputConf, Kind, Node, field};
use crate::value::Str;

const INPUTS: Field<Vec<(Str, InputConf)>> =
    field("inputs").default_map(&[]).doc("The inputs that are there from the start, by their ids.");
const PREFIX: Field<Str> = field("prefix").default("").doc("What the paths of the endpoints begin with.");

pub const DYNAMIC: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "dynamic")
        .categories(&["Utility"])
        .summary("Reads from inputs that are added, replaced and removed over HTTP.")
        .description("`GET /inputs` lists them. `POST /inputs/{id}` sets one, with its config as the body; `GET` and `DELETE` read and remove it, and `GET /inputs/{id}/uptime` tells how long it has been running. The input never ends by itself.")
        .fields(&[&INPUTS, &PREFIX])
        .examples(&[Example {
            title: "One to begin with",
            config: "dynamic:\n  inputs:\n    ticks:\n      generate:\n        interval: 1s\n        mapping: root.n = counter()\n",
        }]),
    build: InputBuild::Input(|conf, cx| Ok(Box::new(Dynamic::new(conf, cx)?))),
};

/// How long an input that was removed may take to settle what is open.
const SETTLE_LIMIT: Duration = Duration::from_secs(10);

struct Dynamic {
    shared: Arc<Shared>,
    registrations: Vec<Registration>,
    /// Where to look first, so that a busy input does not hide the others.
    first: usize,
    /// Whether it was said that there is no fresh data.
    announced: bool,
}

struct Shared {
    cx: Context,
    path: String,
    known: Known,
    branches: Mutex<Vec<Branch>>,
    changed: Notify,
}

struct Branch {
    id: Str,
    feed: Feed,
    stop: CancellationToken,
    exhausted: bool,
    /// Told at its end, for one that was removed.
    removed: Option<oneshot::Sender<()>>,
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Branch>> {
        self.branches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, id: &str, conf: &InputConf) -> Built<Branch> {
        let stop = self.cx.stop_token().child_token();
        let cx = self.cx.with_stop(stop.clone());
        let feed = Feed::start(cx.input(conf)?, &cx);
        Ok(Branch { id: id.into(), feed, stop, exhausted: false, removed: None })
    }

    /// Tells the input with this id to stop; the answer comes when it has settled what is open.
    fn stop(&self, id: &str) -> Option<oneshot::Receiver<()>> {
        let mut branches = self.lock();
        let branch = branches.iter_mut().find(|branch| branch.id == id && branch.removed.is_none())?;
        let (gone, wait) = oneshot::channel();
        branch.removed = Some(gone);
        branch.stop.cancel();
        Some(wait)
    }

    /// Notes the end of an input.
    fn ended(&self, branch: Branch) {
        match branch.removed {
            // Whoever waited for it may have given up.
            Some(gone) => drop(gone.send(())),
            None => self.known.ended(&branch.id),
        }
    }

    async fn stop_and_wait(&self, id: &str) {
        if let Some(gone) = self.stop(id)
            && tokio::time::timeout(SETTLE_LIMIT, gone).await.is_err()
        {
            self.cx.log().error(format_args!("The dynamic input '{id}' was still busy and is dropped"));
            self.lock().retain(|branch| branch.id != id || branch.removed.is_none());
            self.changed.notify_one();
        }
    }
}

#[async_trait]
impl Parts for Shared {
    async fn set(&self, id: &str, conf: Node) -> Result<(), String> {
        let conf = InputConf::new(conf, format!("{}.inputs.{id}", self.path));
        let branch = self.start(id, &conf).map_err(|error| error.to_string())?;
        self.stop_and_wait(id).await;
        self.lock().push(branch);
        self.changed.notify_one();
        Ok(())
    }

    async fn remove(&self, id: &str) {
        self.stop_and_wait(id).await;
    }
}

// === impl Dynamic ===

impl Dynamic {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let shared = Arc::new(Shared {
            cx: cx.clone(),
            path: conf.path().to_owned(),
            known: Known::new(Kind::Input, cx),
            branches: Mutex::default(),
            changed: Notify::new(),
        });
        for (id, child) in conf.get(&INPUTS)? {
            let branch = shared.start(&id, &child)?;
            shared.lock().push(branch);
            shared.known.started(&id, &child.node, Bytes::new());
        }
        let parts: Arc<dyn Parts> = shared.clone();
        let registrations = shared.known.serve(&conf.get(&PREFIX)?, &parts)?;
        Ok(Self { shared, registrations, first: 0, announced: false })
    }

    /// What the next input says that has something to say; none: inputs came or went.
    async fn next(&mut self) -> Option<Pull> {
        let (shared, first) = (&self.shared, &mut self.first);
        let pulled = std::future::poll_fn(|cx| {
            let mut branches = shared.lock();
            let count = branches.len();
            for i in (0..count).map(|i| (*first + i) % count) {
                let Poll::Ready(pull) = branches[i].feed.poll_pull(cx) else { continue };
                *first = i + 1;
                match pull {
                    Pull::End => shared.ended(branches.remove(i)),
                    Pull::Exhausted => branches[i].exhausted = true,
                    Pull::Group(_) => branches[i].exhausted = false,
                }
                return Poll::Ready(pull);
            }
            Poll::Pending
        });
        tokio::select! {
            biased;
            pull = pulled => Some(pull),
            () = shared.changed.notified() => None,
            () = shared.cx.stop_token().cancelled(), if shared.lock().is_empty() => None,
        }
    }

    /// Whether no input has fresh data, but some have open acks.
    fn is_exhausted(&self) -> bool {
        let branches = self.shared.lock();
        !branches.is_empty() && branches.iter().all(|branch| branch.exhausted)
    }

    fn is_over(&self) -> bool {
        self.shared.cx.stop_token().is_cancelled() && self.shared.lock().is_empty()
    }
}

#[async_trait]
impl Input for Dynamic {
    async fn pull(&mut self) -> Pull {
        loop {
            if self.is_over() {
                return Pull::End;
            }
            if !self.announced && self.is_exhausted() {
                self.announced = true;
                return Pull::Exhausted;
            }
            match self.next().await {
                Some(Pull::Group(group)) => {
                    self.announced = false;
                    return Pull::Group(group);
                }
                // What was replayed may be held back downstream again.
                Some(Pull::Exhausted) => self.announced = false,
                Some(Pull::End) | None => {}
            }
        }
    }

    async fn close(&mut self) {
        self.registrations.clear();
        self.shared.lock().clear();
    }
}
