//! Changes of streams and resources: what they do, and what they leave alone when they fail.

mod fakes;

use std::sync::Arc;
use std::time::Duration;

use super::{Error, Manager, Settings};
use crate::config::Kind;
use crate::telemetry::{Logger, Metrics};
use crate::value::json::print;

const SECOND: Duration = Duration::from_secs(1);

fn manager() -> Manager {
    Manager::new(Settings {
        registry: Arc::new(fakes::registry()),
        endpoints: None,
        metrics: Metrics::default(),
        log: Logger::silent(),
        vars: Arc::new(|name| (name == "PASSWORD").then(|| "s3cret".to_owned())),
        strict: false,
        shutdown_timeout: SECOND,
        tracer: Default::default(),
        streams_mode: true,
    })
}

/// A config whose input has more fields and whose output is built in a certain way.
fn config(input: &str, output: &str) -> Vec<u8> {
    format!("{{input: {{wait: {{{input}}}}}, output: {{take: {{{output}}}}}}}").into_bytes()
}

fn ids(manager: &Manager) -> Vec<String> {
    manager.list().into_iter().map(|(id, _)| id.to_string()).collect()
}

/// The config of a stream as it was given.
fn source(manager: &Manager, id: &str) -> String {
    let entry = manager.get(id).expect("a stream");
    String::from_utf8(print(&entry.source).expect("finite")).expect("text")
}

#[tokio::test]
async fn streams_are_created_read_and_deleted() {
    let manager = manager();
    manager.create("a", &config("secret: '${PASSWORD}'", ""), false).await.expect("created");
    assert_eq!(manager.create("a", &config("", ""), false).await, Err(Error::Exists("a".into())));
    assert!(source(&manager, "a").contains("${PASSWORD}"));
    assert!(manager.get("a").is_some_and(|entry| entry.stream.is_active()));
    manager.delete("a", SECOND).await.expect("deleted");
    assert_eq!(manager.delete("a", SECOND).await, Err(Error::NotFound("a".into())));
    assert_eq!(manager.settings().metrics.scope_count(), 1, "that of shared resources");
}

#[tokio::test]
async fn what_cannot_be_read_or_built_is_refused() {
    let manager = manager();
    let create = |text: &'static [u8], chilled| manager.create("a", text, chilled);
    assert!(matches!(create(b"input: [", false).await, Err(Error::BadConfig(_))));
    assert!(matches!(create(b"{input: {nope: {}}}", false).await, Err(Error::BadConfig(_))));
    let unknown: &[u8] = b"{input: {wait: {x: 1}}, output: {take: {}}}";
    assert!(matches!(create(unknown, false).await, Err(Error::Lints(found)) if found.len() == 1));
    assert!(matches!(manager.create("", unknown, true).await, Err(Error::BadId(..))));
    assert!(matches!(manager.create("a/b", unknown, true).await, Err(Error::BadId(..))));
    let failing = config("", "build: fails");
    assert!(matches!(manager.create("a", &failing, false).await, Err(Error::Build(None, _))));
    let panicking = config("", "build: panics");
    assert_eq!(manager.create("a", &panicking, false).await, Err(Error::Panicked));
    assert_eq!(ids(&manager), [""; 0]);
    assert_eq!(create(unknown, true).await, Ok(()), "chilled");
}

#[tokio::test]
async fn an_update_that_fails_leaves_the_old_stream_running() {
    let manager = manager();
    manager.create("a", &config("n: 1", ""), false).await.expect("created");
    let old = manager.get("a").expect("a stream");
    for bad in [config("n: 2", "build: fails"), config("n: 2", "build: panics"), config("m: 2", "")] {
        assert!(manager.update("a", &bad, false, SECOND).await.is_err());
    }
    assert!(manager.patch("a", b"output: {take: {build: fails}}", SECOND).await.is_err());
    assert!(manager.patch("a", b"input: {once: {}}", SECOND).await.is_err(), "two candidates");
    assert!(old.stream.is_active());
    manager.update("a", &config("n: 3", ""), false, SECOND).await.expect("updated");
    assert!(!old.stream.is_active());
    manager.patch("a", b"{input: {wait: {secret: x}}}", SECOND).await.expect("patched");
    assert_eq!(source(&manager, "a"), r#"{"input":{"wait":{"n":3,"secret":"x"}},"output":{"take":{}}}"#);
}

#[tokio::test]
async fn a_stream_that_holds_a_port_makes_room_for_its_successor() {
    let manager = manager();
    manager.create("a", &config("port: p1", ""), false).await.expect("created");
    assert!(matches!(manager.create("b", &config("port: p1", ""), false).await, Err(Error::Build(..))));
    manager.update("a", &config("port: p1, n: 2", ""), false, SECOND).await.expect("updated");
    assert!(source(&manager, "a").contains("\"n\":2"));
    let failing = config("port: p1, n: 3", "build: fails");
    assert!(manager.update("a", &failing, false, SECOND).await.is_err());
    let entry = manager.get("a").expect("a stream");
    assert!(entry.stream.is_active() && source(&manager, "a").contains("\"n\":2"));
}

#[tokio::test]
async fn a_set_is_replaced_whole_or_not_at_all() {
    let manager = manager();
    let set = |text: &'static str| manager.replace_all(text.as_bytes(), false, SECOND);
    let stream = "{input: {wait: {}}, output: {take: {}}}";
    let first = format!("{{keep: {stream}, change: {stream}, drop: {stream}}}").leak();
    set(first).await.expect("replaced");
    let kept = manager.get("keep").expect("a stream");

    let broken =
        format!("{{keep: {stream}, new: {{input: {{wait: {{}}}}, output: {{take: {{build: fails}}}}}}}}");
    assert!(matches!(set(broken.leak()).await, Err(Error::Build(Some(id), _)) if id == "new"));
    let linted = format!("{{keep: {stream}, new: {{junk: 1}}}}");
    assert!(
        matches!(set(linted.leak()).await, Err(Error::Lints(found)) if found[0].0.as_deref() == Some("new"))
    );
    assert!(matches!(set("").await, Err(Error::BadConfig(_))));
    assert_eq!(ids(&manager), ["change", "drop", "keep"]);

    let next = format!(
        "{{keep: {stream}, change: {{input: {{wait: {{n: 2}}}}, output: {{take: {{}}}}}}, new: {stream}}}"
    );
    set(next.leak()).await.expect("replaced");
    assert_eq!(ids(&manager), ["change", "keep", "new"]);
    assert!(Arc::ptr_eq(&kept, &manager.get("keep").expect("a stream")), "what is unchanged keeps running");
    assert!(source(&manager, "change").contains("\"n\":2"));
    set("{}").await.expect("replaced");
    assert_eq!(ids(&manager), [""; 0]);
}

#[tokio::test]
async fn readiness_names_what_is_not_connected() {
    let manager = manager();
    manager.create("up", &config("", ""), false).await.expect("created");
    manager.create("down", &config("port: unreachable", ""), false).await.expect("created");
    manager.create("done", b"{input: {once: {}}, output: {take: {}}}", false).await.expect("created");
    let waiting = || manager.not_ready().into_iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>();
    for _ in 0..100 {
        if waiting() == ["down"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(waiting(), ["down"]);
    manager.delete("down", Duration::from_millis(100)).await.expect("deleted");
    assert_eq!(waiting(), [""; 0]);
}

#[tokio::test]
async fn resources_are_replaced_where_they_are_used() {
    let manager = manager();
    let set =
        |kind, id: &'static str, text: &'static str| manager.set_resource(kind, id, text.as_bytes(), false);
    set(Kind::Cache, "c", "fixed: {port: old}").await.expect("created");
    let handle = manager.shared.resources.caches.get("c").expect("a cache");
    set(Kind::Cache, "c", "fixed: {port: new}").await.expect("replaced");
    assert_eq!(handle.current().get("k").await, Ok("new".into()));
    assert!(matches!(set(Kind::Cache, "c", "fixed: {port: bad}").await, Err(Error::Build(..))));
    assert!(matches!(set(Kind::Cache, "c", "fixed: {x: 1}").await, Err(Error::Lints(_))));
    for nothing in ["", "text", "{}"] {
        assert!(
            set(Kind::Cache, "c", nothing).await.is_err_and(|e| !matches!(e, Error::Build(..))),
            "{nothing}"
        );
    }
    assert_eq!(handle.current().get("k").await, Ok("new".into()));
    let labelled = set(Kind::Output, "o", "{label: other, take: {}}").await;
    assert_eq!(labelled, Err(Error::WrongLabel { id: "o".into(), label: "other".into() }));
    set(Kind::Input, "i", "wait: {}").await.expect("created");
    set(Kind::Input, "i", "wait: {n: 1}").await.expect("an input that nobody reads is replaced at once");
    assert_eq!(manager.shut_down(SECOND).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_reads_does_not_hold_up_the_end() {
    let manager = manager();
    manager.set_resource(Kind::Input, "i", b"often: {}", false).await.expect("created");
    tokio::time::sleep(SECOND).await;
    let asked = tokio::time::Instant::now();
    assert_eq!(manager.shut_down(SECOND).await, [""; 0]);
    assert!(asked.elapsed() < SECOND, "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_thousand_streams_come_and_go() {
    let manager = manager();
    for round in 0..10 {
        let changes = (0..100).map(|i| {
            let (manager, id) = (manager.clone(), format!("s{}", i + 100 * round));
            async move {
                manager.create(&id, &config("", ""), false).await.expect("created");
                manager.delete(&id, SECOND).await.expect("deleted");
            }
        });
        futures_util::future::join_all(changes).await;
    }
    assert_eq!(ids(&manager), [""; 0]);
    assert_eq!(manager.settings().metrics.scope_count(), 1);
    assert_eq!(manager.shared.changes.len(), 0);
    assert_eq!(manager.shared.waiting.count(), 0);
}
