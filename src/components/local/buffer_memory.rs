//! `memory`: a queue in memory between input and pipeline.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::queue::Queue;
use crate::component::{Batcher, Buffer, BufferSpec, Built, Context, POLICY_FIELDS, Policy, Pull};
use crate::config::{AnyField, ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Group, Transaction, sink};
use crate::telemetry::metrics::{Batching, Buffer as BufferMetrics, Handle, Timer};

const LIMIT: Field<usize> = field("limit").default(524_288_000).doc(
    "How many bytes of content may wait in the buffer or be on their way out of it; then the input waits.",
);
const ENABLED: Field<bool> =
    field("enabled").default(false).doc("Whether what leaves the buffer is joined into batches.");

/// `enabled` and the usual fields of a policy.
const BATCH_POLICY_FIELDS: &[&dyn AnyField] =
    &[&ENABLED, POLICY_FIELDS[0], POLICY_FIELDS[1], POLICY_FIELDS[2], POLICY_FIELDS[3], POLICY_FIELDS[4]];
const BATCH_POLICY: Field<Conf> = field("batch_policy")
    .fields(BATCH_POLICY_FIELDS)
    .doc("How messages are joined when they leave the buffer.");

pub const MEMORY: BufferSpec = BufferSpec {
    spec: ComponentSpec::new(Kind::Buffer, "memory")
        .categories(&["Utility"])
        .summary("Keeps messages in memory until the rest of the stream has delivered them.")
        .description("Messages are acked when they enter the buffer, so those in it are lost when the process ends without draining it. A batch that is nacked goes back to the front. A batch larger than the limit enters once the buffer is empty.")
        .fields(&[&LIMIT, &BATCH_POLICY])
        .examples(&[Example {
            title: "Batches of up to a hundred",
            config: "memory:\n  limit: 10000000\n  batch_policy: { enabled: true, count: 100, period: 1s }\n",
        }]),
    build: |conf: &Conf, cx: &Context| -> Built<Option<Arc<dyn Buffer>>> {
        let policy = conf.get(&BATCH_POLICY)?;
        let way = match policy.get(&ENABLED)? {
            true => Way::Joined(Box::new(Joining::new(Policy::required(&policy, cx)?, cx))),
            false => Way::AsTheyCame(Policy::place(cx).metrics()),
        };
        let leaves = matches!(way, Way::AsTheyCame(_));
        Ok(Some(Arc::new(Memory { queue: Queue::new(conf.get(&LIMIT)?, cx.metrics(), leaves), way })))
    },
};

struct Memory {
    queue: Arc<Queue>,
    way: Way,
}

/// How batches leave the buffer.
enum Way {
    /// Each counts as one that a policy with a count of one has made.
    AsTheyCame(Handle<Batching>),
    Joined(Box<Joining>),
}

/// Joins what leaves the queue.
struct Joining {
    policy: Arc<Policy>,
    batcher: Mutex<Batcher>,
    metrics: Handle<BufferMetrics>,
}

// === impl Joining ===

impl Joining {
    fn new(policy: Policy, cx: &Context) -> Self {
        let policy = Arc::new(policy);
        Self { batcher: Mutex::new(Batcher::new(policy.clone())), policy, metrics: cx.metrics() }
    }

    async fn read(&self, queue: &Arc<Queue>) -> Pull {
        let mut batcher = self.batcher.lock().await;
        loop {
            let mut out = Group::new();
            let pulled = tokio::select! {
                biased;
                () = period_end(batcher.deadline()) => None,
                pull = queue.pull(batcher.is_empty()) => Some(pull),
            };
            match pulled {
                None => {
                    self.policy.count_period();
                    self.flush(&mut batcher, &mut out).await;
                }
                Some(Pull::Group(group)) => {
                    for transaction in group {
                        if batcher.add(transaction) {
                            self.flush(&mut batcher, &mut out).await;
                        }
                    }
                }
                Some(last) if batcher.is_empty() => return last,
                Some(_) => self.flush(&mut batcher, &mut out).await,
            }
            if !out.is_empty() {
                return Pull::Group(out);
            }
        }
    }

    async fn flush(&self, batcher: &mut Batcher, out: &mut Group) {
        if let Some(transaction) = batcher.take() {
            out.extend(self.policy.pack(transaction).await.map(|packed| self.counted(packed)));
        }
    }

    /// Counts a batch that leaves, and how long it takes until it is answered.
    fn counted(&self, Transaction { batch, ack }: Transaction) -> Transaction {
        self.metrics.sent.add(batch.len() as u64);
        self.metrics.batch_sent.add(1);
        let (metrics, since) = (self.metrics.clone(), Timer::start());
        let ack = sink(move |outcome| {
            metrics.latency.record(since.elapsed(), 1);
            ack.resolve(outcome);
        });
        Transaction { batch, ack }
    }
}

/// Waits for the end of the period; for ever if none is running.
async fn period_end(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[async_trait]
impl Buffer for Memory {
    async fn write(&self, group: Group) {
        for transaction in group {
            self.queue.push(transaction).await;
        }
    }

    async fn read(&self) -> Pull {
        match &self.way {
            Way::Joined(joining) => joining.read(&self.queue).await,
            Way::AsTheyCame(metrics) => {
                let pull = self.queue.pull(true).await;
                if let Pull::Group(group) = &pull {
                    metrics.count.add(group.len() as u64);
                }
                pull
            }
        }
    }

    fn end_of_input(&self) {
        self.queue.end();
    }

    async fn close(&self) {
        self.queue.close();
        if let Way::Joined(joining) = &self.way {
            joining.policy.processors.close().await;
        }
    }
}

/// How long a batch that was nacked so many times waits at the front: at first not at all, then from 1 ms on up to a
/// second.
pub fn pause(attempts: u32) -> Duration {
    match attempts.checked_sub(2) {
        None => Duration::ZERO,
        Some(n) => Duration::from_secs_f64((0.001 * 1.1_f64.powi(n.min(100) as i32)).min(1.0)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{buffer, context, transaction};
    use super::*;
    use crate::message::Outcome;

    /// What is read next, as texts.
    async fn read(buffer: &dyn Buffer) -> Vec<(Vec<String>, Transaction)> {
        match buffer.read().await {
            Pull::Group(group) => group.into_iter().map(|t| (texts(&t), t)).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn texts(transaction: &Transaction) -> Vec<String> {
        transaction.batch.iter().map(|m| String::from_utf8_lossy(m.bytes()).into_owned()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_nacked_goes_back_to_the_front() {
        let buffer = buffer(&context(), "memory: {}");
        let (group, outcomes): (Vec<_>, Vec<_>) =
            [&["a", "b"][..], &["c"]].map(transaction).into_iter().unzip();
        buffer.write(group).await;
        buffer.end_of_input();
        for outcome in outcomes {
            assert_eq!(outcome.recv(), Ok(Outcome::Ok(())));
        }
        let mut first = read(&*buffer).await;
        assert_eq!(first.iter().map(|(texts, _)| texts.join("")).collect::<Vec<_>>(), ["ab", "c"]);
        let (_, c) = first.pop().expect("two");
        let (_, ab) = first.pop().expect("two");
        ab.ack.fail("no");
        let (texts, ab) = read(&*buffer).await.pop().expect("again");
        assert_eq!(texts, ["a", "b"]);
        assert!(matches!(buffer.read().await, Pull::Exhausted));
        ab.ack.ok();
        c.ack.ok();
        assert!(matches!(buffer.read().await, Pull::End));
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_buffer_makes_the_input_wait() {
        let buffer = buffer(&context(), "memory: { limit: 5 }");
        let (abc, _) = transaction(&["abc"]);
        let (def, accepted) = transaction(&["def"]);
        buffer.write(vec![abc]).await;
        let mut write = std::pin::pin!(buffer.write(vec![def]));
        assert!(tokio::time::timeout(Duration::from_secs(5), &mut write).await.is_err());
        assert!(accepted.try_recv().is_err(), "not acked before it is in");
        read(&*buffer).await.into_iter().for_each(|(_, t)| t.ack.ok());
        write.await;
        assert_eq!(accepted.recv(), Ok(Outcome::Ok(())));
        // Larger than the limit: waits until the buffer is empty.
        let (large, accepted) = transaction(&["larger than that"]);
        let mut write = std::pin::pin!(buffer.write(vec![large]));
        assert!(tokio::time::timeout(Duration::from_secs(5), &mut write).await.is_err());
        read(&*buffer).await.into_iter().for_each(|(_, t)| t.ack.ok());
        write.await;
        assert_eq!(accepted.recv(), Ok(Outcome::Ok(())));
    }

    #[tokio::test(start_paused = true)]
    async fn batches_are_joined_by_count_by_time_and_at_the_end() {
        let buffer = buffer(&context(), "memory: { batch_policy: { enabled: true, count: 3, period: 10s } }");
        let group = ["a", "b", "c", "d"].map(|text| transaction(&[text]).0).into_iter().collect();
        buffer.write(group).await;
        let (texts, abc) = read(&*buffer).await.pop().expect("three");
        assert_eq!(texts, ["a", "b", "c"]);
        let began = Instant::now();
        let (texts, d) = read(&*buffer).await.pop().expect("the fourth");
        assert_eq!((texts, began.elapsed().as_secs()), (vec!["d".to_owned()], 10));
        buffer.write(vec![transaction(&["e"]).0]).await;
        buffer.end_of_input();
        let (texts, e) = read(&*buffer).await.pop().expect("the last");
        assert_eq!((texts, began.elapsed().as_secs()), (vec!["e".to_owned()], 10));
        [abc, d, e].into_iter().for_each(|t| t.ack.ok());
        assert!(matches!(buffer.read().await, Pull::End));
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_again_and_again_is_not_tried_without_pause() {
        let buffer = buffer(&context(), "memory: {}");
        buffer.write(vec![transaction(&["a"]).0]).await;
        let began = Instant::now();
        for _ in 0..80 {
            read(&*buffer).await.into_iter().for_each(|(_, t)| t.ack.fail("no"));
        }
        let took = began.elapsed().as_secs();
        assert!((10..40).contains(&took), "{took} s");
    }
}
