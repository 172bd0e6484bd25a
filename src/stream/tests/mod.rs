//! The engine on paused time: order, acks, replays, back pressure, stops, panics.

mod probe;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use probe::{Probe, lock, probe, registry};

use super::{Stream, Why};
use crate::component::{Environment, testing};
use crate::config::{Node, StreamConf};
use crate::message::GROUP_TRANSACTIONS;
use crate::value::json;

fn environment() -> Arc<Environment> {
    Arc::new(testing::environment(registry(), None))
}

/// Starts a stream over the probe `name`, with more fields of its output and a pipeline in JSON.
fn start(name: &str, output: &str, pipeline: &str) -> (Stream, Arc<Probe>) {
    let text = format!(
        r#"{{"input":{{"probe":{{"probe":"{name}"}}}},"pipeline":{pipeline},
            "output":{{"probe":{{"probe":"{name}"{output}}}}}}}"#
    );
    let value = json::parse(text.as_bytes()).expect("the test's config is JSON");
    let conf = StreamConf::read(&Node::from(&value)).expect("the test's config is readable");
    (Stream::start(&conf, environment()).expect("the stream starts"), probe(name))
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("m{i}")).collect()
}

#[tokio::test(start_paused = true)]
async fn delivers_in_order_and_acks_each_once() {
    probe("order").feed(1000);
    let (stream, probe) = start("order", "", "{}");
    assert_eq!(stream.ended().await.why, Why::Finished);
    assert_eq!(probe.written(), names(1000));
    let mut acked = lock(&probe.acked).clone();
    assert_eq!(acked.len(), 1000);
    assert!(acked.iter().all(|(_, ok)| *ok));
    acked.sort();
    acked.dedup();
    assert_eq!(acked.len(), 1000);
    assert_eq!(probe.source_closed.load(Ordering::Relaxed), 1);
    assert_eq!(probe.sink_closed.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn acks_may_come_out_of_order_when_writes_overlap() {
    probe("overlap").feed(100);
    let began = tokio::time::Instant::now();
    let (stream, probe) = start("overlap", r#","max_in_flight":10,"takes":"1s""#, "{}");
    assert_eq!(stream.ended().await.why, Why::Finished);
    assert_eq!(lock(&probe.acked).len(), 100);
    assert_eq!(began.elapsed().as_secs(), 10, "ten writes at a time");
}

#[tokio::test(start_paused = true)]
async fn a_nack_is_sent_again_until_it_is_taken() {
    probe("nack").feed(5);
    lock(&probe("nack").refusals).insert("m2".into(), 7);
    let (stream, probe) = start("nack", "", "{}");
    assert_eq!(stream.ended().await.why, Why::Finished);
    assert_eq!(probe.written(), ["m0", "m1", "m3", "m4", "m2"]);
    let acked = lock(&probe.acked).clone();
    assert_eq!(acked.iter().filter(|(name, ok)| name == "m2" && *ok).count(), 1);
    assert_eq!(acked.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_stops_the_reading() {
    probe("blocked").feed(100_000);
    probe("blocked").blocked.store(true, Ordering::Relaxed);
    let (stream, probe) = start("blocked", "", "{}");
    tokio::time::sleep(Duration::from_secs(60)).await;
    let read = probe.read.load(Ordering::Relaxed);
    assert!(read <= 2 * GROUP_TRANSACTIONS, "{read} messages were read although nothing could be written");
    probe.blocked.store(false, Ordering::Relaxed);
    probe.released.notify_waiters();
    assert_eq!(stream.ended().await.why, Why::Finished);
    assert_eq!(probe.written().len(), 100_000);
}

#[tokio::test(start_paused = true)]
async fn a_stop_delivers_what_is_under_way() {
    probe("stop").feed(1000);
    let (stream, probe) = start("stop", r#","takes":"1ms""#, "{}");
    tokio::time::sleep(Duration::from_millis(10)).await;
    let stopped = stream.stop(Duration::from_secs(20)).await;
    assert_eq!(stopped.forced, None);
    let read = probe.read.load(Ordering::Relaxed);
    assert!(read < 1000, "it stopped reading");
    assert_eq!(probe.written(), names(read));
    assert_eq!(lock(&probe.acked).len(), read);
}

#[tokio::test(start_paused = true)]
async fn a_stop_with_a_blocked_output_ends_within_its_deadline() {
    probe("stuck").feed(10);
    probe("stuck").blocked.store(true, Ordering::Relaxed);
    let (stream, probe) = start("stuck", "", "{}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let began = tokio::time::Instant::now();
    let stopped = stream.stop(Duration::from_secs(8)).await;
    assert!(began.elapsed() <= Duration::from_secs(8));
    assert!(stopped.forced.is_some());
    assert_eq!(stopped.end.map(|end| end.why), Some(Why::Killed));
    assert!(stream.environment().tasks.is_empty());
    let acked = lock(&probe.acked).clone();
    assert!(acked.iter().all(|(_, ok)| !ok), "nothing was acked that was not delivered");
}

#[tokio::test(start_paused = true)]
async fn a_panic_ends_its_stream_and_no_other() {
    probe("panics").feed(3);
    probe("healthy").feed(3);
    let (healthy, other) = start("healthy", r#","takes":"1s""#, "{}");
    let (stream, probe) = start("panics", "", r#"{"processors":[{"panic":{}}]}"#);
    let end = stream.ended().await;
    assert_eq!(end.why, Why::Panicked("this processor always panics".into()));
    assert_eq!(probe.written(), [""; 0]);
    assert_eq!(healthy.ended().await.why, Why::Finished);
    assert_eq!(other.written(), names(3));
}

#[tokio::test(start_paused = true)]
async fn an_idle_stream_is_one_task() {
    let (stream, _) = start("idle", "", "{}");
    // The source ends at once, so look before anything has run.
    assert!(stream.environment().tasks.len() <= 2, "the stream and a connection in the making");
    stream.ended().await;
    assert!(stream.environment().tasks.is_empty());
}
