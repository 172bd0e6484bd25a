//! `read_until`: reads from its child until a message fits a check, or none came for a while.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::component::{Backoff, Built, Context, Feed, Input, InputBuild, InputSpec, Pull};
use crate::config::{ComponentSpec, Conf, Duration as DurationText, Example, Field, InputConf, Kind, field};
use crate::expr::Check;
use crate::message::{Ack, Batch, Group, Transaction};

const INPUT: Field<InputConf> = field("input").doc("What is read.");
const CHECK: Field<Option<Check>> =
    field("check").doc("Whether the first message of a batch is the last one wanted.");
const IDLE_TIMEOUT: Field<Option<DurationText>> =
    field("idle_timeout").doc("Ends when nothing has come for so long.");
const RESTART: Field<bool> =
    field("restart_input").default(false).doc("Whether the child is started again when it ends by itself.");

pub const READ_UNTIL: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "read_until")
        .categories(&["Utility"])
        .summary("Reads from another input until a message fits a check, or until nothing comes any more.")
        .description("The message that fits is delivered, with the metadata `benthos_read_until` set to `final`; if it is refused reading goes on.")
        .fields(&[&INPUT, &CHECK, &IDLE_TIMEOUT, &RESTART])
        .examples(&[Example {
            title: "Until the closing order",
            config: "read_until:\n  input:\n    resource: orders\n  check: this.type == \"closing\"\n",
        }]),
    build: InputBuild::Input(|conf, cx| Ok(Box::new(ReadUntil::new(conf, cx)?))),
};

struct ReadUntil {
    conf: InputConf,
    check: Option<Check>,
    idle: Option<Duration>,
    restart: Option<Backoff>,
    child: Child,
    /// The answer to a message that fits, and whether downstream was told to let go of what it holds back.
    last: Option<(oneshot::Receiver<bool>, bool)>,
    /// What was read behind that message.
    held: Group,
    cx: Context,
}

enum Child {
    /// Built, but nothing was read from it.
    Ready(Box<dyn Input>, CancellationToken),
    Reading(Feed, CancellationToken),
    /// Reads no fresh data any more.
    Stopping(Feed),
    Ended,
}

// === impl ReadUntil ===

impl ReadUntil {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let check = conf.get(&CHECK)?.filter(|check| !check.is_empty());
        let idle = conf.get(&IDLE_TIMEOUT)?.map(DurationText::get).filter(|idle| !idle.is_zero());
        if check.is_none() && idle.is_none() {
            return Err(conf.error(&CHECK, "one of check and idle_timeout is needed").into());
        }
        let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(100));
        let child = conf.get(&INPUT)?;
        Ok(Self {
            child: Child::build(&child, cx)?,
            conf: child,
            check,
            idle,
            restart: conf.get(&RESTART)?.then_some(backoff),
            last: None,
            held: Group::new(),
            cx: cx.clone(),
        })
    }

    /// Whether a batch is the last one wanted.
    fn fits(&self, batch: &Batch) -> bool {
        let Some(check) = &self.check else { return false };
        check.passes(batch, 0).unwrap_or_else(|error| {
            self.cx.log().error(format_args!("Failed to execute check query: {error}"));
            false
        })
    }

    /// Hands on a group up to the first message that fits, and holds the rest.
    fn hand_on(&mut self, mut group: Group) -> Pull {
        if let Some(restart) = &mut self.restart {
            restart.reset();
        }
        let Some(at) = group.iter().position(|transaction| self.fits(&transaction.batch)) else {
            return Pull::Group(group);
        };
        self.held = group.split_off(at + 1);
        if let Some(Transaction { batch, ack }) = group.last_mut() {
            if let Some(first) = batch.first_mut() {
                first.set_meta("benthos_read_until", "final");
            }
            let child = std::mem::replace(ack, Ack::none());
            let (answer, answered) = oneshot::channel();
            *ack = crate::message::sink(move |outcome| {
                let taken = outcome.is_ok();
                child.resolve(outcome);
                // Nobody listens any more when the stream was killed.
                let _ = answer.send(taken);
            });
            self.last = Some((answered, false));
        }
        Pull::Group(group)
    }

    /// After a message that fits: the end if it was taken, else what comes behind it.
    async fn after_last(&mut self) -> Option<Pull> {
        let (answered, announced) = self.last.as_mut()?;
        if !std::mem::replace(announced, true) {
            return Some(Pull::Exhausted);
        }
        let taken = answered.await.unwrap_or(false);
        self.last = None;
        if taken {
            self.restart = None;
            self.close().await;
            return Some(Pull::End);
        }
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then(|| self.hand_on(held))
    }

    /// Starts the child again; false if that is not wanted, or not possible.
    async fn start_again(&mut self) -> bool {
        let Some(pause) = self.restart.as_mut().and_then(Backoff::pause) else { return false };
        tokio::select! {
            () = self.cx.stop_token().cancelled() => return false,
            () = tokio::time::sleep(pause) => {}
        }
        match Child::build(&self.conf, &self.cx) {
            Ok(child) => self.child = child,
            Err(error) => {
                self.cx.log().error(format_args!("Failed to create input: {error}"));
                return false;
            }
        }
        true
    }
}

#[async_trait]
impl Input for ReadUntil {
    async fn pull(&mut self) -> Pull {
        loop {
            if let Some(pull) = self.after_last().await {
                return pull;
            }
            self.child = match std::mem::replace(&mut self.child, Child::Ended) {
                Child::Ready(input, stop) => Child::Reading(Feed::start(input, &self.cx), stop),
                Child::Reading(mut feed, stop) => match within(self.idle, feed.pull()).await {
                    None => {
                        self.cx.log().info(format_args!("Idle timeout reached"));
                        stop.cancel();
                        self.restart = None;
                        Child::Stopping(feed)
                    }
                    Some(Pull::End) => Child::Ended,
                    Some(pull) => {
                        self.child = Child::Reading(feed, stop);
                        return match pull {
                            Pull::Group(group) => self.hand_on(group),
                            other => other,
                        };
                    }
                },
                Child::Stopping(mut feed) => {
                    let pull = feed.pull().await;
                    self.child = Child::Stopping(feed);
                    return pull;
                }
                Child::Ended if self.start_again().await => continue,
                Child::Ended => return Pull::End,
            };
        }
    }

    async fn close(&mut self) {
        self.held.clear();
        match std::mem::replace(&mut self.child, Child::Ended) {
            Child::Ready(mut input, _) => input.close().await,
            Child::Reading(mut feed, stop) => {
                stop.cancel();
                feed.close().await;
            }
            Child::Stopping(mut feed) => feed.close().await,
            Child::Ended => {}
        }
    }
}

/// Waits for `future`, but not for longer than `limit`.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Option<T> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, future).await.ok(),
        None => Some(future.await),
    }
}

// === impl Child ===

impl Child {
    /// Builds the child with a signal of its own to stop.
    fn build(conf: &InputConf, cx: &Context) -> Built<Self> {
        let stop = cx.stop_token().child_token();
        Ok(Self::Ready(cx.with_stop(stop.clone()).input(conf)?, stop))
    }
}
