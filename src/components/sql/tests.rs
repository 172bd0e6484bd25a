//! The components of this folder together, on databases in files.

use std::sync::Arc;

use crate::component::testing::{self, read_all};
use crate::component::{CacheError, Context, Listing, Output, Registry};
use crate::message::{Batch, Message, Transaction, number, sink};

/// A folder with databases, and the components on them.
struct Bench {
    folder: tempfile::TempDir,
    cx: Context,
}

impl Bench {
    fn new() -> Self {
        let cx = testing::context(Registry {
            inputs: Listing(&[super::INPUTS]),
            processors: Listing(&[super::PROCESSORS]),
            outputs: Listing(&[super::OUTPUTS]),
            caches: Listing(&[super::CACHES]),
            ..Registry::default()
        });
        Self { folder: tempfile::tempdir().expect("a folder"), cx }
    }

    /// A component's config; `more` are its fields besides the database.
    /// A component's config; `more` are its fields besides the database.
    fn yaml(&self, name: &str, more: &str) -> String {
        let dsn = format!("file:{}", self.folder.path().join("x.db").display());
        format!("{name}: {{ driver: sqlite, dsn: '{dsn}', {more} }}")
    }

    fn output(&self, name: &str, more: &str) -> Arc<dyn Output> {
        testing::output(&self.cx, &self.yaml(name, more))
    }

    /// What is read of an input, as JSON.
    async fn read(&self, name: &str, more: &str) -> Vec<String> {
        let mut input = testing::input(&self.cx, &self.yaml(name, more));
        read_all(&mut *input).await.iter().map(text).collect()
    }

    /// What a processor makes of messages.
    async fn process(&self, name: &str, more: &str, texts: &[&str]) -> Vec<(String, bool)> {
        let chain = testing::processor(&self.cx, &self.yaml(name, more));
        let batches = chain.process(batch(texts)).finish().await.expect("processed");
        chain.close().await;
        batches.into_iter().flatten().map(|message| (text(&message), message.is_failed())).collect()
    }
}

fn text(message: &Message) -> String {
    String::from_utf8_lossy(message.bytes()).into_owned()
}

fn batch(texts: &[&str]) -> Batch {
    let mut batch = texts.iter().map(|text| Message::from_bytes((*text).to_owned())).collect();
    number(&mut batch);
    batch
}

/// Whether a batch arrives.
async fn send(output: &dyn Output, texts: &[&str]) -> bool {
    let (sender, outcome) = tokio::sync::oneshot::channel();
    let ack = sink(move |outcome| sender.send(outcome.is_ok()).expect("a listener"));
    output.send(vec![Transaction::new(batch(texts), ack)]).await;
    outcome.await.expect("answered")
}

const TABLE: &str = "init_statement: 'CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name TEXT)'";

#[tokio::test]
async fn rows_that_are_written_are_read_again() {
    let bench = Bench::new();
    let fields =
        format!("{TABLE}, table: t, columns: [ id, name ], args_mapping: 'root = [ this.id, this.name ]'");
    let output = bench.output("sql_insert", &fields);
    assert!(send(&*output, &["{\"id\":1,\"name\":\"a\"}", "{\"id\":2,\"name\":null}"]).await);
    // Either all rows of a batch are there or none.
    assert!(!send(&*output, &["{\"id\":3,\"name\":\"c\"}", "{\"id\":1,\"name\":\"again\"}"]).await);
    output.close().await;
    let read = bench.read("sql_select", "table: t, columns: [ '*' ], suffix: ORDER BY id DESC").await;
    assert_eq!(read, ["{\"id\":2,\"name\":null}", "{\"id\":1,\"name\":\"a\"}"]);
    let many = "query: 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000) SELECT x FROM c'";
    assert_eq!(bench.read("sql_raw", many).await.len(), 1000);
}

#[tokio::test]
async fn the_first_statement_that_applies_is_run_or_all_of_them() {
    let bench = Bench::new();
    let raw = |queries: &str| bench.output("sql_raw", &format!("{TABLE}, queries: [ {queries} ]"));
    let choosing = raw(
        "{ when: 'root = this.gone', query: 'DELETE FROM t WHERE id = ?', args_mapping: 'root = [ this.id ]' }, { query: 'INSERT INTO t VALUES (?, ?)', args_mapping: 'root = [ this.id, \"x\" ]' }",
    );
    assert!(send(&*choosing, &["{\"id\":1,\"gone\":false}", "{\"id\":2,\"gone\":false}"]).await);
    assert!(send(&*choosing, &["{\"id\":1,\"gone\":true}"]).await);
    // A batch that fails in the middle leaves nothing behind.
    let both = raw(
        "{ query: 'INSERT INTO t VALUES (?, 1)', args_mapping: 'root = [ this.id ]' }, { query: 'INSERT INTO t VALUES (?, 2)', args_mapping: 'root = [ this.id ]' }",
    );
    assert!(!send(&*both, &["{\"id\":7}"]).await);
    assert_eq!(bench.read("sql_raw", "query: SELECT id FROM t").await, ["{\"id\":2}"]);
}

#[tokio::test]
async fn processors_look_up_insert_and_flag() {
    let bench = Bench::new();
    let insert =
        format!("{TABLE}, table: t, columns: [ id, name ], args_mapping: 'root = [ this.id, this.name ]'");
    let texts = ["{\"id\":1,\"name\":\"a\"}", "no document"];
    let inserted = bench.process("sql_insert", &insert, &texts).await;
    assert_eq!(inserted, [(texts[0].to_owned(), false), (texts[1].to_owned(), true)]);
    let select = "table: t, columns: [ name ], where: id = ?, args_mapping: 'root = [ this.id ]'";
    let found = bench.process("sql_select", select, &["{\"id\":1}", "{\"id\":9}", "{}"]).await;
    let want = [("[{\"name\":\"a\"}]", false), ("[]", false), ("[]", false)];
    assert_eq!(found, want.map(|(text, failed)| (text.to_owned(), failed)));
    let dynamic = "query: 'SELECT ${! this.what } AS x', unsafe_dynamic_query: true";
    let made = bench.process("sql_raw", dynamic, &["{\"what\":\"1 + 1\"}", "{\"what\":\"nothing\"}"]).await;
    assert_eq!(made, [("[{\"x\":2}]".to_owned(), false), ("{\"what\":\"nothing\"}".to_owned(), true)]);
    let steps = "queries: [ { query: 'UPDATE t SET name = ? WHERE id = 1', args_mapping: 'root = [ content() ]' }, { query: 'SELECT name FROM t' } ]";
    assert_eq!(bench.process("sql_raw", steps, &["new"]).await, [("[{\"name\":\"new\"}]".to_owned(), false)]);
}

#[tokio::test]
async fn a_cache_of_rows_keeps_to_its_contract() {
    let bench = Bench::new();
    let more = "table: c, key_column: k, value_column: v, init_statement: 'CREATE TABLE c (k TEXT PRIMARY KEY, v)', set_suffix: 'ON CONFLICT (k) DO UPDATE SET v = excluded.v'";
    let cache = testing::cache(&bench.cx, &bench.yaml("sql", more));
    assert_eq!(cache.get("a").await, Err(CacheError::NotFound));
    assert_eq!(cache.add("a", "1".into(), None).await, Ok(()));
    assert_eq!(cache.add("a", "2".into(), None).await, Err(CacheError::AlreadyExists));
    assert_eq!(cache.set("a", b"\xff".as_slice().into(), None).await, Ok(()));
    assert_eq!(cache.get("a").await, Ok(b"\xff".as_slice().into()));
    assert_eq!((cache.delete("a").await, cache.delete("a").await), (Ok(()), Ok(())));
}
