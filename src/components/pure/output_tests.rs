//! Outputs made of others, on paused time: every transaction is answered once and rightly, nothing is written too often,
//! too early or after the end.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::testing::context_with;
use crate::component::{Context, Output, OutputBuild, OutputSpec};
use crate::config::{ComponentSpec, Field, Kind, OutputConf, bare, parse};
use crate::message::{Group, Message, Outcome, Transaction, number, sink};
use crate::value::Str;

/// An output that a test steers and watches.
#[derive(Default)]
struct Probe {
    written: Mutex<Vec<String>>,
    /// How often each message is refused before it is taken.
    refusals: Mutex<BTreeMap<String, usize>>,
    takes: Mutex<Duration>,
    closed: AtomicBool,
    /// Transactions that wait for a flush, where the probe holds them back.
    held: Mutex<Option<VecDeque<Transaction>>>,
}

static PROBES: LazyLock<Mutex<BTreeMap<String, Arc<Probe>>>> = LazyLock::new(Mutex::default);

const NAME: Field<Str> = bare().doc("The name of the probe.");
const PROBE: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "probe").bare(&NAME),
    build: OutputBuild::Output(|conf, _| Ok(probe(&conf.get(&NAME)?))),
};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The probe called `name`, made at its first use.
fn probe(name: &str) -> Arc<Probe> {
    lock(&PROBES).entry(name.to_owned()).or_default().clone()
}

fn text(message: &Message) -> String {
    String::from_utf8_lossy(message.bytes()).into_owned()
}

// === impl Probe ===

impl Probe {
    fn written(&self) -> Vec<String> {
        lock(&self.written).clone()
    }

    fn refuse(&self, text: &str, times: usize) {
        lock(&self.refusals).insert(text.to_owned(), times);
    }

    fn hold(&self) {
        *lock(&self.held) = Some(VecDeque::new());
    }

    /// Writes a transaction message by message, as an output does that takes one at a time.
    async fn write(&self, transaction: Transaction) {
        let takes = *lock(&self.takes);
        tokio::time::sleep(takes).await;
        assert!(!self.closed.load(Ordering::Relaxed), "written after the end");
        let Transaction { batch, ack } = transaction;
        let mut failures = Vec::new();
        for (i, message) in batch.iter().enumerate() {
            let text = text(message);
            match lock(&self.refusals).get_mut(&text).filter(|left| **left > 0) {
                Some(left) => {
                    *left -= 1;
                    failures.push((i, "refused".into()));
                }
                None => lock(&self.written).push(text),
            }
        }
        match failures.is_empty() {
            true => ack.ok(),
            false => ack.resolve(Err(crate::component::WriteError::Partial(failures).into_nack(&batch))),
        }
    }
}

#[async_trait]
impl Output for Probe {
    async fn send(&self, group: Group) {
        for transaction in group {
            if let Some(held) = &mut *lock(&self.held) {
                held.push_back(transaction);
                continue;
            }
            self.write(transaction).await;
        }
    }

    async fn flush(&self) {
        loop {
            let next = lock(&self.held).as_mut().and_then(VecDeque::pop_front);
            let Some(transaction) = next else { return };
            self.write(transaction).await;
        }
    }

    async fn close(&self) {
        self.flush().await;
        self.closed.store(true, Ordering::Relaxed);
    }
}

/// The output that `yaml` describes; probes are found in it by their names.
fn output(yaml: &str) -> (Arc<dyn Output>, Context) {
    let cx = context_with(&[&[&PROBE], super::OUTPUTS]);
    let node = parse(yaml.as_bytes()).expect("the test's config is YAML");
    let output = cx.output(&OutputConf::new(node, "root.output")).expect("the output is built");
    (output, cx)
}

/// One transaction for each list of texts, and their answers.
fn group(batches: &[&[&str]]) -> (Group, Vec<oneshot::Receiver<Outcome>>) {
    let transaction = |texts: &&[&str]| {
        let (answer, answered) = oneshot::channel();
        let mut batch = super::testing::batch(texts);
        number(&mut batch);
        // A test that does not look at an answer has dropped its receiver.
        (Transaction::new(batch, sink(move |outcome| drop(answer.send(outcome)))), answered)
    };
    batches.iter().map(transaction).unzip()
}

/// Sends, closes, and tells of each transaction which sources have to be sent again; none: it was acked.
async fn deliver(output: &dyn Output, batches: &[&[&str]]) -> Vec<Option<Vec<u32>>> {
    let (group, answers) = group(batches);
    output.send(group).await;
    output.close().await;
    let answers = join_all(answers).await.into_iter();
    let failed = |size: usize, outcome: Outcome| {
        outcome.err().map(|nack| (0..size as u32).filter(|source| nack.failed(*source)).collect())
    };
    answers
        .zip(batches)
        .map(|(outcome, batch)| failed(batch.len(), outcome.expect("it was answered")))
        .collect()
}

fn is_sorted_copy(written: &[String], want: &[&str]) {
    let mut written = written.to_vec();
    written.sort();
    assert_eq!(written, want);
}

#[tokio::test(start_paused = true)]
async fn fan_out_retries_only_what_was_refused_where_it_was_refused() {
    let (a, b) = (probe("fan-a"), probe("fan-b"));
    b.refuse("2", 3);
    let (output, _cx) = output("broker: { outputs: [ { probe: fan-a }, { probe: fan-b } ] }");
    assert_eq!(deliver(&*output, &[&["1", "2"], &["3"]]).await, [None, None]);
    assert_eq!(a.written(), ["1", "2", "3"]);
    is_sorted_copy(&b.written(), &["1", "2", "3"]);
    assert!(a.closed.load(Ordering::Relaxed) && b.closed.load(Ordering::Relaxed));
}

#[tokio::test(start_paused = true)]
async fn what_any_of_all_outputs_refused_is_not_delivered() {
    probe("fast-a").refuse("1", 1);
    probe("fast-b").refuse("2", 1);
    let (output, _cx) = output(
        "broker: { pattern: fan_out_fail_fast, outputs: [ { probe: fast-a }, { probe: fast-b }, { drop_on: { error: true, output: { probe: fast-c } } } ] }",
    );
    assert_eq!(deliver(&*output, &[&["1", "2", "3"], &["4"]]).await, [Some(vec![0, 1]), None]);
}

#[tokio::test(start_paused = true)]
async fn a_sequence_waits_for_each_output() {
    probe("seq-a").refuse("1", 2);
    *lock(&probe("seq-b").takes) = Duration::from_secs(1);
    let (output, _cx) =
        output("broker: { pattern: fan_out_sequential, outputs: [ { probe: seq-a }, { probe: seq-b } ] }");
    let (group, _answers) = group(&[&["1"]]);
    output.send(group).await;
    assert_eq!(probe("seq-a").written(), probe("seq-b").written());

    let (stopping, _cx) = self::output(
        "broker: { pattern: fan_out_sequential_fail_fast, outputs: [ { probe: stop-a }, { probe: stop-b } ] }",
    );
    probe("stop-a").refuse("1", 1);
    assert_eq!(deliver(&*stopping, &[&["1"], &["2"]]).await, [Some(vec![0]), None]);
    assert_eq!(probe("stop-b").written(), ["2"]);
}

#[tokio::test(start_paused = true)]
async fn round_robin_takes_turns_and_greedy_takes_whoever_is_free() {
    let (robin, _cx) =
        output("broker: { pattern: round_robin, outputs: [ { probe: robin-a }, { probe: robin-b } ] }");
    assert_eq!(deliver(&*robin, &[&["1"], &["2"], &["3"]]).await, [None, None, None]);
    assert_eq!(
        (probe("robin-a").written(), probe("robin-b").written()),
        (vec!["1".into(), "3".into()], vec!["2".into()])
    );

    *lock(&probe("greedy-a").takes) = Duration::from_secs(10);
    *lock(&probe("greedy-b").takes) = Duration::from_secs(1);
    let (greedy, _cx) =
        output("broker: { pattern: greedy, outputs: [ { probe: greedy-a }, { probe: greedy-b } ] }");
    let began = Instant::now();
    assert_eq!(deliver(&*greedy, &[&["1"], &["2"], &["3"], &["4"]]).await, [const { None }; 4]);
    assert_eq!(probe("greedy-b").written().len(), 3);
    assert_eq!(began.elapsed(), Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_retry_takes_nothing_new_and_gives_up_with_what_is_left() {
    probe("retry").refuse("2", 9);
    let (output, _cx) = output("retry: { max_retries: 2, output: { probe: retry } }");
    let (first, answers) = group(&[&["1", "2"]]);
    output.send(first).await;
    let (second, _) = group(&[&["3"]]);
    output.send(second).await;
    assert_eq!(probe("retry").written(), ["1", "3"]);
    let nack = join_all(answers).await.remove(0).expect("it was answered").expect_err("it was refused");
    assert_eq!((nack.failed(0), nack.failed(1)), (false, true));
    assert_eq!(lock(&probe("retry").refusals)["2"], 6, "three attempts");
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_retries_of_an_output_that_holds_back() {
    let held = probe("held");
    held.hold();
    held.refuse("1", 2);
    let (output, _cx) = output("retry: { output: { probe: held } }");
    assert_eq!(deliver(&*output, &[&["1"], &["2"]]).await, [None, None]);
    assert_eq!(held.written(), ["2", "1"]);
}

#[tokio::test(start_paused = true)]
async fn a_fallback_gets_what_was_refused_and_the_last_word_counts() {
    let (a, b) = (probe("fall-a"), probe("fall-b"));
    a.refuse("1", 1);
    a.refuse("2", 1);
    b.refuse("2", 1);
    b.hold();
    let (output, _cx) = output("fallback: [ { probe: fall-a }, { probe: fall-b } ]");
    assert_eq!(deliver(&*output, &[&["1", "2", "3"], &["4"]]).await, [Some(vec![1]), None]);
    assert_eq!((a.written(), b.written()), (vec!["3".into(), "4".into()], vec!["1".into()]));
}

#[tokio::test(start_paused = true)]
async fn a_switch_keeps_the_parts_of_a_batch_apart() {
    probe("odd").refuse("3", 1);
    let yaml = "switch:\n  cases:\n    - check: this % 2 == 1\n      output: { probe: odd }\n      continue: true\n    - check: this < 4\n      output: { probe: small }\n";
    let (output, _cx) = output(yaml);
    let sent = deliver(&*output, &[&["1", "2", "3"], &["4"], &["5"]]).await;
    assert_eq!(sent, [Some(vec![2]), None, None]);
    assert_eq!(
        (probe("odd").written(), probe("small").written()),
        (vec!["1".into(), "5".into()], vec!["1".into(), "2".into(), "3".into()])
    );

    let (strict, _cx) = self::output(&format!("{yaml}  strict_mode: true\n").replace(" }\n", "-strict }\n"));
    assert_eq!(deliver(&*strict, &[&["1"], &["4"]]).await, [None, Some(vec![0])]);
}

#[tokio::test(start_paused = true)]
async fn under_pressure_messages_are_given_up_until_the_output_is_free() {
    let slow = probe("slow");
    *lock(&slow.takes) = Duration::from_secs(10);
    let (output, _cx) = output("drop_on: { error: true, back_pressure: 1s, output: { probe: slow } }");
    let began = Instant::now();
    let (group, answers) = group(&[&["1"], &["2"], &["3"]]);
    output.send(group).await;
    assert_eq!(began.elapsed(), Duration::from_secs(1), "only the first is waited for");
    assert!(join_all(answers).await.into_iter().all(|answer| answer == Ok(Ok(()))));
    tokio::time::sleep(Duration::from_secs(10)).await;
    *lock(&slow.takes) = Duration::ZERO;
    assert_eq!(deliver(&*output, &[&["4"]]).await, [None]);
    assert_eq!(slow.written(), ["1", "4"]);
}

#[tokio::test(start_paused = true)]
async fn errors_are_dropped_by_their_texts() {
    probe("texts").refuse("1", 1);
    let (output, _cx) = output("drop_on: { error_patterns: [ '^refu' ], output: { probe: texts } }");
    assert_eq!(deliver(&*output, &[&["1"], &["2"]]).await, [None, None]);

    probe("others").refuse("1", 1);
    let (output, _cx) = self::output("drop_on: { error_patterns: [ 'else' ], output: { probe: others } }");
    assert_eq!(deliver(&*output, &[&["1"], &["2"]]).await, [Some(vec![0]), None]);
}

#[tokio::test(start_paused = true)]
async fn failed_messages_are_refused_and_the_others_written() {
    let (output, _cx) = output("reject_errored: { probe: healthy }");
    let (mut group, mut answers) = group(&[&["1", "2"], &["3"]]);
    group[0].batch[1].fail("bad");
    output.send(group).await;
    output.close().await;
    let nack = answers.remove(0).await.expect("it was answered").expect_err("it was refused");
    assert_eq!((nack.failed(0), nack.failed(1)), (false, true));
    assert!(nack.reason_of(1).ends_with(": bad"), "{nack:?}");
    assert_eq!(answers.remove(0).await, Ok(Ok(())));
    assert_eq!(probe("healthy").written(), ["1", "3"]);
}
