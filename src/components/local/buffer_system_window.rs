//! `system_window`: messages of the same span of time as one batch, by the clock of the machine.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::windows::{Window, Windows};
use crate::component::{Buffer, BufferSpec, Built, Context, Pull, SourceAck};
use crate::config::{self, ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::expr::Mapping;
use crate::message::{Ack, AckSink, Batch, Group, Join, Message, Outcome, Transaction, number};
use crate::telemetry::log::Logger;
use crate::telemetry::metrics::{Buffer as BufferMetrics, Handle, Timer};
use crate::value::Value;

const TIMESTAMP_MAPPING: Field<Mapping> = field("timestamp_mapping")
    .default("root = now()")
    .doc("The time of a message: a number of seconds since 1970, or text as of RFC 3339.");
const SIZE: Field<config::Duration> = field("size").doc("How long a window is.");
const SLIDE: Field<config::Duration> = field("slide").default("").doc(
    "How far the beginnings of windows are apart that overlap; without it one begins where another ends.",
);
const OFFSET: Field<config::Duration> = field("offset").default("").doc(
    "How far windows begin after the times they are aligned to: multiples of their size or slide in UTC.",
);
const ALLOWED_LATENESS: Field<config::Duration> =
    field("allowed_lateness").default("").doc("How long after its end a window waits for late messages.");

pub const SYSTEM_WINDOW: BufferSpec = BufferSpec {
    spec: ComponentSpec::new(Kind::Buffer, "system_window")
        .status(Status::Beta)
        .version("3.53.0")
        .categories(&["Windowing"])
        .summary("Joins the messages of each window of time into a batch, by the clock of the machine.")
        .description("Each message gets the metadata `window_end_timestamp`. Messages are acked when all windows that they belong to are delivered; those that are too late for any are dropped. When the input ends, the windows that are open are waited for.")
        .fields(&[&TIMESTAMP_MAPPING, &SIZE, &SLIDE, &OFFSET, &ALLOWED_LATENESS])
        .examples(&[Example {
            title: "The last hour, every ten minutes",
            config: "system_window:\n  timestamp_mapping: root = this.created_at\n  size: 1h\n  slide: 10m\n  allowed_lateness: 30s\n",
        }]),
    build: |conf: &Conf, cx: &Context| -> Built<Option<Arc<dyn Buffer>>> {
        let windows = windows(conf)?;
        let timestamp = conf.get(&TIMESTAMP_MAPPING)?;
        if timestamp.is_empty() {
            return Err(conf.error(&TIMESTAMP_MAPPING, "the mapping is empty").into());
        }
        let lateness = conf.get(&ALLOWED_LATENESS)?;
        if lateness.get() >= windows.size() {
            return Err(conf.error(&ALLOWED_LATENESS, "it must be shorter than the window").into());
        }
        Ok(Some(Arc::new(SystemWindow {
            timestamp,
            windows,
            lateness: lateness.get(),
            shared: Arc::default(),
            metrics: cx.metrics(),
            log: cx.log().clone(),
        })))
    },
};

fn windows(conf: &Conf) -> Built<Windows> {
    let (size, slide, offset) = (conf.get(&SIZE)?, conf.get(&SLIDE)?, conf.get(&OFFSET)?);
    if size.nanos() <= 0 {
        return Err(conf.error(&SIZE, "a window must be longer than no time").into());
    }
    if slide >= size {
        return Err(conf
            .error(&SLIDE, format!("the slide {slide} must be shorter than the size {size}"))
            .into());
    }
    let step = if slide.nanos() > 0 { slide } else { size };
    if offset >= step {
        return Err(conf.error(&OFFSET, format!("the offset {offset} must be shorter than {step}")).into());
    }
    Ok(Windows::new(size.nanos(), step.nanos(), offset.nanos()))
}

struct SystemWindow {
    timestamp: Mapping,
    windows: Windows,
    lateness: Duration,
    shared: Arc<Shared>,
    metrics: Handle<BufferMetrics>,
    log: Logger,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    pending: Vec<Pending>,
    /// The end of the window that was flushed last.
    flushed: Option<Timestamp>,
    /// How many windows are on their way.
    away: usize,
    ended: bool,
    closed: bool,
}

/// A message that waits for its windows.
struct Pending {
    time: Timestamp,
    message: Message,
    /// Answers for the message once all its windows have.
    ack: Arc<SourceAck>,
}

/// Answers for a window that is on its way.
struct Away {
    shared: Arc<Shared>,
    /// For each message of the window.
    acks: Mutex<Vec<Ack>>,
    metrics: Handle<BufferMetrics>,
    since: Timer,
}

// === impl SystemWindow ===

impl SystemWindow {
    fn times(&self, batch: &Batch) -> Result<Vec<Timestamp>, String> {
        (0..batch.len())
            .map(|i| {
                let value = self.timestamp.query(batch, i).map_err(|error| error.to_string())?;
                timestamp(&value).ok_or_else(|| format!("the result is no time but a {}", value.type_name()))
            })
            .collect()
    }

    fn add(&self, transaction: Transaction) {
        let Transaction { mut batch, ack } = transaction;
        let times = match self.times(&batch) {
            Ok(times) => times,
            Err(error) => {
                self.log.error(format_args!("Timestamp mapping failed for message: {error}"));
                return ack.fail(format!("timestamp mapping failed: {error}"));
            }
        };
        number(&mut batch);
        self.metrics.received.add(batch.len() as u64);
        self.metrics.batch_received.add(1);
        let parts = batch.into_iter().map(crate::message::batch_of).collect();
        let mut state = self.shared.lock();
        for (part, time) in Join::split(parts, ack).zip(times) {
            let late = state.flushed.is_some_and(|flushed| time <= flushed);
            match part.batch.into_iter().next() {
                Some(message) if !late => {
                    state.pending.push(Pending { time, message, ack: SourceAck::new(part.ack) });
                }
                _ => part.ack.ok(),
            }
        }
    }

    /// The messages of a window; those that no later window holds are let go.
    fn flush(&self, window: Window) -> Option<Transaction> {
        let mut state = self.shared.lock();
        let mut batch = Batch::new();
        let mut acks = Vec::new();
        let end = window.end.strftime("%Y-%m-%dT%H:%M:%S%.fZ").to_string();
        for Pending { time, message, ack } in &state.pending {
            if window.holds(*time) {
                let mut message = message.clone();
                message.set_meta("window_end_timestamp", end.as_str());
                batch.push(message);
                acks.push(ack.part());
            }
        }
        let next = self.windows.after(window);
        let gone = state.pending.extract_if(.., |pending| pending.time < next.start);
        let gone: Vec<Pending> = gone.collect();
        state.flushed = Some(window.end);
        if !batch.is_empty() {
            state.away += 1;
        }
        drop(state);
        gone.into_iter().for_each(|pending| pending.ack.ended());
        if batch.is_empty() {
            return None;
        }
        number(&mut batch);
        self.metrics.sent.add(batch.len() as u64);
        self.metrics.batch_sent.add(1);
        let (shared, metrics) = (self.shared.clone(), self.metrics.clone());
        let away = Away { shared, acks: Mutex::new(acks), metrics, since: Timer::start() };
        Some(Transaction::new(batch, Ack::new(Arc::new(away), 0)))
    }

    /// The next window that has messages; none when there is nothing left to wait for.
    async fn next(&self) -> Option<Transaction> {
        // One that ended before anybody read is delivered at once.
        let now = Timestamp::now();
        let previous = self.windows.before(self.windows.current(now));
        let missed = self.shared.lock().flushed.is_none_or(|flushed| flushed < previous.start);
        if missed && let Some(transaction) = self.flush(previous) {
            return Some(transaction);
        }
        let mut window = self.windows.current(now);
        loop {
            let changed = self.shared.changed.notified();
            if self.shared.lock().is_done() {
                return None;
            }
            let due = Duration::try_from(window.end.duration_since(Timestamp::now())).unwrap_or_default();
            tokio::select! {
                biased;
                () = changed => continue,
                () = tokio::time::sleep(due + self.lateness) => {}
            }
            if let Some(transaction) = self.flush(window) {
                return Some(transaction);
            }
            window = self.windows.after(window).max(self.windows.current(Timestamp::now()));
        }
    }
}

/// A time as mappings yield it.
fn timestamp(value: &Value) -> Option<Timestamp> {
    let seconds = |seconds: f64| Timestamp::from_nanosecond((seconds * 1e9) as i128).ok();
    match value {
        Value::Timestamp(time) => Some(time.to_zoned().timestamp()),
        Value::Int(whole) => Timestamp::from_second(*whole).ok(),
        Value::Float(float) => seconds(*float),
        Value::Sized(sized) => seconds(sized.num().to_f64()),
        Value::Number(text) => match text.parse() {
            Ok(whole) => Timestamp::from_second(whole).ok(),
            Err(_) => seconds(text.parse().ok()?),
        },
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[async_trait]
impl Buffer for SystemWindow {
    async fn write(&self, group: Group) {
        group.into_iter().for_each(|transaction| self.add(transaction));
    }

    async fn read(&self) -> Pull {
        match self.next().await {
            Some(transaction) => Pull::Group(vec![transaction]),
            None => {
                self.shared.delivered().await;
                Pull::End
            }
        }
    }

    fn end_of_input(&self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_waiters();
    }

    async fn close(&self) {
        let mut state = self.shared.lock();
        state.closed = true;
        let pending = std::mem::take(&mut state.pending);
        drop(state);
        for Pending { ack, .. } in pending {
            ack.part().fail("message rejected as window did not complete");
            ack.ended();
        }
        self.shared.changed.notify_waiters();
    }
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no window is on its way.
    async fn delivered(&self) {
        loop {
            let changed = self.changed.notified();
            if self.lock().away == 0 {
                return;
            }
            changed.await;
        }
    }
}

// === impl State ===

impl State {
    fn is_done(&self) -> bool {
        self.closed || self.ended && self.pending.is_empty()
    }
}

impl AckSink for Away {
    fn resolve(&self, _: u32, outcome: Outcome) {
        let acks = std::mem::take(&mut *self.acks.lock().unwrap_or_else(PoisonError::into_inner));
        for (i, ack) in (0..).zip(acks) {
            match &outcome {
                Err(nack) if nack.failed(i) => ack.fail(nack.reason_of(i).clone()),
                _ => ack.ok(),
            }
        }
        if outcome.is_ok() {
            self.metrics.latency.record(self.since.elapsed(), 1);
        }
        self.shared.lock().away -= 1;
        self.shared.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{buffer, context, transaction};
    use super::*;

    /// The contents of the next window, its end, and its ack.
    async fn window(buffer: &dyn Buffer) -> (Vec<String>, Value, Ack) {
        let Pull::Group(mut group) = buffer.read().await else { panic!("a window") };
        let Transaction { batch, ack } = group.pop().expect("one window");
        let texts = batch.iter().map(|m| String::from_utf8_lossy(m.bytes()).into_owned()).collect();
        let end = batch[0].meta().get("window_end_timestamp").cloned().unwrap_or_default();
        (texts, end, ack)
    }

    #[tokio::test]
    async fn a_window_is_a_batch_and_acks_when_it_is_delivered() {
        let buffer = buffer(&context(), "system_window: { timestamp_mapping: root = this.t, size: 10m }");
        // The window before the present one has ended and is delivered at once.
        let now = Timestamp::now();
        let end = now.as_second() / 600 * 600;
        let text = |seconds: i64| format!("{{\"t\":{}}}", end + seconds);
        let (mixed, outcome) = transaction(&[&text(-1), &text(0), &text(-599), &text(-600)]);
        let (odd, refused) = transaction(&["{\"t\":[]}"]);
        buffer.write(vec![mixed, odd]).await;
        assert!(refused.recv().expect("answered").is_err());
        let (texts, ended, ack) = window(&*buffer).await;
        assert_eq!(texts, [text(-1), text(0), text(-599)]);
        let at_end: Timestamp = ended.as_str().and_then(|text| text.parse().ok()).expect("a time");
        assert_eq!(at_end.as_second(), end);
        assert!(outcome.try_recv().is_err(), "not acked yet");
        ack.ok();
        assert_eq!(outcome.recv(), Ok(Ok(())));
        let (late, outcome) = transaction(&[&text(-5)]);
        buffer.write(vec![late]).await;
        assert_eq!(outcome.recv(), Ok(Ok(())), "dropped");
        buffer.end_of_input();
        assert!(matches!(buffer.read().await, Pull::End));
    }

    #[tokio::test]
    async fn a_message_is_acked_by_all_its_windows_and_nacked_when_they_never_end() {
        let conf = "system_window: { timestamp_mapping: root = this.t, size: 20m, slide: 10m }";
        let buffer = buffer(&context(), conf);
        let end = Timestamp::now().as_second() / 600 * 600;
        let (both, outcome) = transaction(&[&format!("{{\"t\":{end}}}")]);
        buffer.write(vec![both]).await;
        let (_, _, ack) = window(&*buffer).await;
        ack.ok();
        assert!(outcome.try_recv().is_err(), "one more window holds it");
        buffer.close().await;
        assert!(outcome.recv().expect("answered").is_err());
    }

    #[test]
    fn impossible_windows_are_refused() {
        for conf in
            ["size: 0s", "size: 1m, slide: 1m", "size: 1m, offset: 1m", "size: 1m, slide: 10s, offset: 10s"]
        {
            let node = config::parse(format!("{{{conf}}}").as_bytes()).expect("YAML");
            assert!(windows(&Conf::new(node, "root.buffer.system_window")).is_err(), "{conf}");
        }
    }
}
