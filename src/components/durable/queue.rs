//! A queue on top of a store: hands out what is stored, forgets what was acked, and hands out again what was nacked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::codec::{decode, encode};
use super::store::{Refused, Store};
use crate::component::{Context, Pull, Reads};
use crate::message::{Ack, AckSink, Batch, GROUP_BYTES, Group, Outcome, number};
use crate::telemetry::metrics::{Buffer as BufferMetrics, Handle, Timer};

/// A durable queue.
pub struct Queue<S> {
    store: Arc<Lazy<S>>,
    shared: Arc<Shared>,
}

/// A store that is opened when it is used for the first time.
struct Lazy<S> {
    open: Mutex<Option<S>>,
    opener: Opener<S>,
}

/// Opens a store; blocks.
pub type Opener<S> = Box<dyn Fn() -> Result<S, String> + Send + Sync>;

/// What acks and the two ends of the queue share.
struct Shared {
    state: Mutex<State>,
    /// Something was stored, answered, or has ended.
    readable: Notify,
    /// Something was answered, so that there may be room.
    answered: Notify,
    cx: Context,
    metrics: Handle<BufferMetrics>,
}

#[derive(Default)]
struct State {
    /// Whether the store may hold what was not read.
    unread: bool,
    /// What was nacked, oldest first.
    again: VecDeque<Stored>,
    /// What was acked, but not forgotten yet.
    acked: Vec<u64>,
    /// How many batches are on their way.
    away: usize,
    ended: bool,
    /// Whether the reader knows that nothing is left but open acks.
    announced: bool,
}

/// A batch that was read from the store.
struct Stored {
    number: u64,
    batch: Batch,
    attempts: u32,
    /// Not handed out before this.
    due: Instant,
}

/// Answers for a batch that is on its way.
struct Away {
    shared: Arc<Shared>,
    stored: Mutex<Option<Stored>>,
    since: Timer,
}

/// Between attempts to write to a store that fails.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a full store waits for acks before it looks again: some may be in the store's own hands.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

// === impl Queue ===

impl<S: Store> Queue<S> {
    pub fn new(opener: Opener<S>, cx: &Context) -> Self {
        let shared = Shared {
            state: Mutex::new(State { unread: true, ..State::default() }),
            readable: Notify::new(),
            answered: Notify::new(),
            cx: cx.clone(),
            metrics: cx.metrics(),
        };
        let store = Lazy { open: Mutex::new(None), opener };
        Self { store: Arc::new(store), shared: Arc::new(shared) }
    }

    /// Stores transactions and acks them, once there is room.
    pub async fn write(&self, group: Group) {
        let mut records = Vec::with_capacity(group.len());
        let mut taken = Group::with_capacity(group.len());
        for transaction in group {
            match encode(&transaction.batch) {
                Ok(record) => {
                    records.push(record);
                    taken.push(transaction);
                }
                Err(_) => transaction.ack.fail("the batch is larger than 4 GiB"),
            }
        }
        self.append(records).await;
        let messages = taken.iter().map(|transaction| transaction.batch.len() as u64).sum();
        self.shared.metrics.received.add(messages);
        self.shared.metrics.batch_received.add(taken.len() as u64);
        self.shared.lock().unread = true;
        self.shared.readable.notify_one();
        taken.into_iter().for_each(|transaction| transaction.ack.ok());
    }

    /// Adds records, however long that takes.
    async fn append(&self, records: Vec<Vec<u8>>) {
        let records = Arc::new(records);
        let mut told = None;
        while !records.is_empty() {
            let answered = self.shared.answered.notified();
            let adding = records.clone();
            let added = self.blocking(move |store| store.append(&adding)).await;
            match added {
                Ok(()) => return,
                Err(Refused::Full) => {
                    // Whichever comes first.
                    let _ = tokio::time::timeout(LOOK_AGAIN, answered).await;
                }
                Err(Refused::Failed(error)) => {
                    if told.as_ref() != Some(&error) {
                        self.shared
                            .cx
                            .log()
                            .error(format_args!("Failed to store messages, trying again: {error}"));
                    }
                    told = Some(error);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// What is there, oldest first. Once the stream is told to stop and the input has ended nothing more is handed out:
    /// it is safe where it is.
    pub async fn read(&self) -> Pull {
        loop {
            let readable = self.shared.readable.notified();
            let stop = self.shared.cx.stop_token();
            let (mut group, due, unread) = self.shared.take_again(stop.is_cancelled());
            if group.is_empty() && unread {
                group = self.fetch().await;
            }
            if !group.is_empty() {
                return Pull::Group(group.take());
            }
            self.settle().await;
            if let Some(pull) = self.shared.lock().end(stop.is_cancelled()) {
                return pull;
            }
            tokio::select! {
                () = readable => {}
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
                () = stop.cancelled(), if !stop.is_cancelled() => {}
            }
        }
    }

    /// The next batches out of the store.
    async fn fetch(&self) -> Reads {
        self.shared.lock().unread = false;
        let mut group = Reads::default();
        let records = match self.blocking(|store| store.read(GROUP_BYTES).map_err(Refused::Failed)).await {
            Ok(records) => records,
            Err(refused) => {
                self.shared
                    .cx
                    .log()
                    .error(format_args!("Failed to read stored messages, trying again: {refused}"));
                tokio::time::sleep(PAUSE).await;
                self.shared.lock().unread = true;
                return group;
            }
        };
        let mut state = self.shared.lock();
        state.unread |= !records.is_empty();
        for (number, record) in records {
            match decode(&record) {
                Ok(batch) => {
                    let stored = Stored { number, batch, attempts: 0, due: Instant::now() };
                    self.shared.hand_out(&mut state, stored, &mut group);
                }
                Err(_) => {
                    self.shared.cx.log().error(format_args!("A stored batch cannot be read, it is left out"));
                    state.acked.push(number);
                }
            }
        }
        group
    }

    /// Has the store forget what was acked.
    async fn settle(&self) {
        if self.shared.lock().acked.is_empty() {
            return;
        }
        // It does so before anything else; who fails to open it has told.
        let _ = self.blocking(|_| Ok(())).await;
    }

    /// Does something with the store, which forgets first what was acked.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let (store, shared) = (self.store.clone(), self.shared.clone());
        let done = tokio::task::spawn_blocking(move || {
            let mut open = store.open.lock().unwrap_or_else(PoisonError::into_inner);
            let store = match &mut *open {
                Some(store) => store,
                none => none.insert((store.opener)().map_err(Refused::Failed)?),
            };
            let acked = std::mem::take(&mut shared.lock().acked);
            if !acked.is_empty()
                && let Err(error) = store.forget(&acked)
            {
                shared.cx.log().error(format_args!("Failed to forget delivered messages: {error}"));
            }
            work(store)
        });
        match done.await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ends, and this task with it.
                Err(_) => std::future::pending().await,
            },
        }
    }

    pub fn end(&self) {
        self.shared.lock().ended = true;
        self.shared.readable.notify_one();
    }

    /// Notes what was acked last.
    pub async fn close(&self) {
        self.settle().await;
    }
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was nacked and is due; when the next of it is; whether the store is to be asked.
    fn take_again(self: &Arc<Self>, stopping: bool) -> (Reads, Option<Instant>, bool) {
        let mut state = self.lock();
        let mut group = Reads::default();
        if stopping && state.ended {
            return (group, None, false);
        }
        let now = Instant::now();
        while !group.is_full()
            && let Some(stored) = state.again.pop_front_if(|stored| stored.due <= now)
        {
            self.hand_out(&mut state, stored, &mut group);
        }
        (group, state.again.front().map(|stored| stored.due), state.unread)
    }

    fn hand_out(self: &Arc<Self>, state: &mut State, stored: Stored, group: &mut Reads) {
        state.away += 1;
        state.announced = false;
        self.metrics.sent.add(stored.batch.len() as u64);
        self.metrics.batch_sent.add(1);
        let batch = stored.batch.clone();
        let away = Away { shared: self.clone(), stored: Mutex::new(Some(stored)), since: Timer::start() };
        group.push(batch, Ack::new(Arc::new(away), 0));
    }
}

// === impl State ===

impl State {
    /// What to tell a reader for whom there is nothing to read, if that is final.
    fn end(&mut self, stopping: bool) -> Option<Pull> {
        let left = !stopping && (self.unread || !self.again.is_empty());
        if !self.ended || left {
            return None;
        }
        if self.away == 0 {
            return Some(Pull::End);
        }
        let told = std::mem::replace(&mut self.announced, true);
        (!told).then_some(Pull::Exhausted)
    }
}

impl AckSink for Away {
    /// Of a batch that failed in part only that part is handed out again.
    fn resolve(&self, _: u32, outcome: Outcome) {
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut stored) = stored else { return };
        let mut state = self.shared.lock();
        state.away -= 1;
        match outcome {
            Ok(()) => {
                state.acked.push(stored.number);
                self.shared.metrics.latency.record(self.since.elapsed(), 1);
            }
            Err(nack) => {
                stored.batch.retain(|message| nack.failed(message.source()));
                number(&mut stored.batch);
                stored.attempts += 1;
                stored.due = Instant::now() + pause(stored.attempts);
                state.again.push_back(stored);
            }
        }
        drop(state);
        self.shared.readable.notify_one();
        self.shared.answered.notify_waiters();
    }
}

/// How long a batch that was nacked so many times waits: at first not at all, then from 1 ms on up to a second.
fn pause(attempts: u32) -> Duration {
    match attempts.checked_sub(2) {
        None => Duration::ZERO,
        Some(n) => Duration::from_secs_f64((0.001 * 1.1_f64.powi(n.min(100) as i32)).min(1.0)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio_util::sync::CancellationToken;

    use super::super::store::Record;
    use super::*;
    use crate::component::{Registry, testing::context_at};
    use crate::message::{Message, Transaction, batch_of, sink};

    /// A store in memory, with room for so many records, whose first writes fail.
    struct Fake {
        records: Vec<Record>,
        read: usize,
        room: usize,
        failures: usize,
        forgotten: Arc<AtomicUsize>,
    }

    impl Store for Fake {
        fn append(&mut self, records: &[Vec<u8>]) -> Result<(), Refused> {
            if self.failures > 0 {
                self.failures -= 1;
                return Err(Refused::Failed("no space left on device".into()));
            }
            if self.room < records.len() {
                return Err(Refused::Full);
            }
            self.room -= records.len();
            let first = self.records.len() as u64;
            self.records.extend((first..).zip(records.iter().cloned()));
            Ok(())
        }

        fn read(&mut self, _: usize) -> Result<Vec<Record>, String> {
            let records = self.records[self.read..].to_vec();
            self.read = self.records.len();
            Ok(records)
        }

        fn forget(&mut self, numbers: &[u64]) -> Result<(), String> {
            self.room += numbers.len();
            self.forgotten.fetch_add(numbers.len(), Ordering::Relaxed);
            Ok(())
        }
    }

    fn queue(room: usize, failures: usize, stop: &CancellationToken) -> (Queue<Fake>, Arc<AtomicUsize>) {
        let forgotten = Arc::new(AtomicUsize::new(0));
        let counter = forgotten.clone();
        let open =
            move || Ok(Fake { records: Vec::new(), read: 0, room, failures, forgotten: counter.clone() });
        (Queue::new(Box::new(open), &context_at(Registry::default(), None, stop.clone())), forgotten)
    }

    fn transaction(text: &'static str, acked: &Arc<AtomicUsize>) -> Transaction {
        let acked = acked.clone();
        let ack = sink(move |outcome| {
            acked.fetch_add(usize::from(outcome.is_ok()), Ordering::Relaxed);
        });
        Transaction::new(batch_of(Message::from_bytes(text)), ack)
    }

    fn texts(pull: &Pull) -> Vec<String> {
        let Pull::Group(group) = pull else { panic!("messages instead of {pull:?}") };
        let messages = group.iter().flat_map(|transaction| &transaction.batch);
        messages.map(|message| String::from_utf8_lossy(message.bytes()).into_owned()).collect()
    }

    #[tokio::test]
    async fn what_is_nacked_comes_again_and_what_is_acked_is_forgotten() {
        let (queue, forgotten) = queue(9, 0, &CancellationToken::new());
        let acked = Arc::default();
        queue.write(vec![transaction("a", &acked), transaction("b", &acked)]).await;
        assert_eq!(acked.load(Ordering::Relaxed), 2);
        let first = queue.read().await;
        assert_eq!(texts(&first), ["a", "b"]);
        let Pull::Group(group) = first else { return };
        for (transaction, deliver) in group.into_iter().zip([true, false]) {
            transaction.ack.resolve(if deliver { Ok(()) } else { Err(crate::message::Nack::whole("no")) });
        }
        queue.end();
        let again = queue.read().await;
        assert_eq!(texts(&again), ["b"]);
        assert!(matches!(queue.read().await, Pull::Exhausted));
        let Pull::Group(group) = again else { return };
        group.into_iter().for_each(|transaction| transaction.ack.ok());
        assert!(matches!(queue.read().await, Pull::End));
        assert_eq!(forgotten.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_or_failing_store_holds_the_input_back() {
        let (queue, _) = queue(1, 2, &CancellationToken::new());
        let acked: Arc<AtomicUsize> = Arc::default();
        queue.write(vec![transaction("a", &acked)]).await;
        assert_eq!(acked.load(Ordering::Relaxed), 1);
        let first = queue.read().await;
        let writing = queue.write(vec![transaction("b", &acked)]);
        tokio::pin!(writing);
        tokio::select! {
            () = &mut writing => panic!("there was no room"),
            () = tokio::time::sleep(Duration::from_secs(9)) => {}
        }
        assert_eq!((texts(&first), acked.load(Ordering::Relaxed)), (vec!["a".to_owned()], 1));
        let Pull::Group(group) = first else { return };
        group.into_iter().for_each(|transaction| transaction.ack.ok());
        writing.await;
        assert_eq!(texts(&queue.read().await), ["b"]);
    }

    #[tokio::test]
    async fn a_stream_that_stops_leaves_what_is_stored() {
        let stop = CancellationToken::new();
        let (queue, _) = queue(9, 0, &stop);
        queue.write(vec![transaction("a", &Arc::default())]).await;
        stop.cancel();
        queue.end();
        assert!(matches!(queue.read().await, Pull::End));
    }
}
