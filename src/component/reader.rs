//! Makes an [`Input`] of a [`Source`]: connects with back-off, hands out groups, counts open acks, and sends
//! nacked messages again from memory.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::backoff::Backoff;
use super::context::Context;
use super::replay::Pending;
use super::spans::trace_group;
use super::status::Connection;
use super::{ConnectError, Input, Pull, ReadError, Reads, Source};
use crate::config::{Field, field};
use crate::message::{Group, number};
use crate::telemetry::metrics::{Handle, Input as InputMetrics};

/// The usual field of [`SourceSetup::auto_replay`](super::SourceSetup).
pub const AUTO_REPLAY_NACKS: Field<bool> = field("auto_replay_nacks").default(true).doc(
    "Whether messages that could not be delivered are sent again from memory, without limit; else the source \
     decides what becomes of them.",
);

/// Wraps one source.
pub struct Reader {
    source: Box<dyn Source>,
    cx: Context,
    metrics: Handle<InputMetrics>,
    connection: Arc<Connection>,
    pending: Arc<Pending>,
    /// Whether nacked messages are sent again from memory rather than handed to the source.
    auto_replay: bool,
    connect_backoff: Backoff,
    read_backoff: Backoff,
    reads: Reads,
    phase: Phase,
    /// Whether it was connected before.
    was_active: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Disconnected,
    Reading,
    /// No fresh data any more; `announced` once downstream was told to let go of what it holds.
    Exhausted {
        announced: bool,
    },
}

// === impl Reader ===

impl Reader {
    pub fn new(source: Box<dyn Source>, auto_replay: bool, cx: Context) -> Self {
        let metrics = cx.metrics();
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        Self {
            source,
            connection: cx.connection(),
            metrics,
            pending: Arc::default(),
            auto_replay,
            connect_backoff: backoff.clone(),
            read_backoff: backoff,
            reads: Reads::default(),
            phase: Phase::Disconnected,
            was_active: false,
            cx,
        }
    }

    async fn connect(&mut self) {
        match self.source.connect().await {
            Ok(()) => {
                self.connect_backoff.reset();
                self.connected();
                self.phase = Phase::Reading;
            }
            Err(ConnectError::End) => {
                // What may have to be sent again is an input that is there, as in the reference.
                if self.auto_replay {
                    self.connected();
                }
                self.exhaust();
            }
            Err(ConnectError::Failed { reason, retry_in }) => {
                self.metrics.connection_failed.add(1);
                self.connection.failed(&reason);
                let name = self.cx.type_name();
                self.cx.log().error(format_args!("Failed to connect to {name}: {reason}"));
                let pause =
                    retry_in.or_else(|| self.connect_backoff.pause()).unwrap_or(Duration::from_secs(1));
                tokio::time::sleep(pause).await;
            }
        }
    }

    fn connected(&mut self) {
        self.metrics.connection_up.add(1);
        self.connection.up();
        if !std::mem::replace(&mut self.was_active, true) {
            self.cx.log().info(format_args!("Input type {} is now active", self.cx.type_name()));
        }
    }

    async fn read(&mut self) -> Option<Group> {
        match self.source.read(&mut self.reads).await {
            Ok(()) if !self.reads.is_empty() => {
                self.read_backoff.reset();
                return Some(self.hand_out());
            }
            Err(ReadError::Timeout) => {}
            Err(ReadError::EndOfInput) => self.exhaust(),
            Err(ReadError::NotConnected) => {
                self.metrics.connection_lost.add(1);
                self.connection.failed("the connection was lost");
                self.phase = Phase::Disconnected;
            }
            Ok(()) => self.pause_after_failure(None).await,
            Err(ReadError::Failed(reason)) => self.pause_after_failure(Some(reason)).await,
        }
        None
    }

    async fn pause_after_failure(&mut self, reason: Option<String>) {
        if let Some(reason) = reason {
            self.cx.log().error(format_args!("Failed to read message: {reason}"));
        }
        tokio::time::sleep(self.read_backoff.pause().unwrap_or(Duration::from_secs(1))).await;
    }

    fn exhaust(&mut self) {
        self.phase = Phase::Exhausted { announced: false };
    }

    fn hand_out(&mut self) -> Group {
        let mut group = self.reads.take();
        let mut messages = 0;
        for transaction in &mut group {
            messages += transaction.batch.len() as u64;
            if transaction.batch.len() > 1 {
                number(&mut transaction.batch);
            }
        }
        self.metrics.received.add(messages);
        self.pending.hand_out(&mut group, self.auto_replay, &self.metrics);
        trace_group(&self.cx, &mut group);
        group
    }

    /// One step while there is fresh data to be had; returns what is ready.
    async fn advance(&mut self) -> Option<Group> {
        let stop = self.cx.stop_token().clone();
        let pending = self.pending.clone();
        let step = async {
            match self.phase {
                Phase::Disconnected => {
                    self.connect().await;
                    None
                }
                _ => self.read().await,
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = pending.replay_due() => return None,
            group = step => return group,
        }
        self.exhaust();
        None
    }

    fn replays(&mut self) -> Option<Group> {
        let mut group = self.pending.replays(&self.metrics);
        if group.is_empty() {
            return None;
        }
        trace_group(&self.cx, &mut group);
        if let Phase::Exhausted { announced } = &mut self.phase {
            *announced = false;
        }
        Some(group)
    }
}

#[async_trait]
impl Input for Reader {
    async fn pull(&mut self) -> Pull {
        loop {
            if let Some(group) = self.replays() {
                return Pull::Group(group);
            }
            match self.phase {
                Phase::Exhausted { .. } if self.pending.is_settled() => return Pull::End,
                Phase::Exhausted { announced: false } => {
                    self.phase = Phase::Exhausted { announced: true };
                    return Pull::Exhausted;
                }
                Phase::Exhausted { announced: true } => {
                    let pending = self.pending.clone();
                    tokio::select! {
                        () = pending.replay_due() => {}
                        () = pending.settled() => {}
                    }
                }
                _ => {
                    if let Some(group) = self.advance().await {
                        return Pull::Group(group);
                    }
                }
            }
        }
    }

    async fn close(&mut self) {
        self.connection.closed();
        self.source.close().await;
    }
}
