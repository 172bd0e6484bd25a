//! `sql_raw` and `sql_select` as inputs: each row that a query brings.

use std::ops::ControlFlow;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::args::args_alone;
use super::database::Database;
use super::fields::{
    ARGS_MAPPING, COLUMNS, CONNECTION, DRIVER, DSN, PREFIX, QUERY, SUFFIX, TABLE, WHERE, with_connection,
};
use super::statement::select;
use crate::component::{
    AUTO_REPLAY_NACKS, Built, ConnectError, Context, InputBuild, InputSpec, ReadError, Reads, Source,
    SourceSetup,
};
use crate::components::rules;
use crate::config::{AnyField, ComponentSpec, Conf, Example, Kind};
use crate::expr::Mapping;
use crate::message::{Ack, Message, batch_of};
use crate::value::{Array, Object, Str, Value};

const RAW: &[&dyn AnyField] = &[&DRIVER, &DSN, &QUERY, &ARGS_MAPPING, &AUTO_REPLAY_NACKS];
const RAW_FIELDS: [&dyn AnyField; RAW.len() + CONNECTION.len()] = with_connection(RAW);

pub const SQL_RAW: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "sql_raw")
        .categories(&["Services"])
        .summary("Runs a query and makes a message of each row.")
        .description("The input ends with the last row. A message that is nacked and not replayed is lost.")
        .fields(&RAW_FIELDS)
        .rule(rules::sql::login)
        .examples(&[Example {
            title: "What is left of yesterday",
            config: "sql_raw:\n  driver: sqlite\n  dsn: file:orders.db\n  query: SELECT * FROM orders WHERE day < ? AND open\n  args_mapping: root = [ now().ts_format(\"2006-01-02\") ]\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        rows(conf, cx, conf.get(&QUERY)?, true)
    }),
};

const SELECT: &[&dyn AnyField] =
    &[&DRIVER, &DSN, &TABLE, &COLUMNS, &WHERE, &ARGS_MAPPING, &PREFIX, &SUFFIX, &AUTO_REPLAY_NACKS];
const SELECT_FIELDS: [&dyn AnyField; SELECT.len() + CONNECTION.len()] = with_connection(SELECT);

pub const SQL_SELECT: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "sql_select")
        .categories(&["Services"])
        .summary("Selects rows of a table and makes a message of each.")
        .description("The input ends with the last row. A message that is nacked and not replayed is lost.")
        .fields(&SELECT_FIELDS)
        .rule(rules::sql::login)
        .examples(&[Example {
            title: "The cheapest things first",
            config: "sql_select:\n  driver: sqlite\n  dsn: file:shop.db\n  table: things\n  columns: [ name, price ]\n  where: price < ?\n  args_mapping: root = [ 100 ]\n  suffix: ORDER BY price\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let (query, takes_args) = select(conf)?;
        rows(conf, cx, query.into(), takes_args)
    }),
};

fn rows(conf: &Conf, cx: &Context, query: Str, takes_args: bool) -> Built<SourceSetup> {
    let source = Box::new(Rows {
        database: Database::read(conf, cx)?,
        query,
        args: conf.get(&ARGS_MAPPING)?.filter(|_| takes_args),
        running: None,
        cx: cx.clone(),
    });
    Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
}

struct Rows {
    database: Database,
    query: Str,
    args: Option<Mapping>,
    running: Option<Running>,
    cx: Context,
}

/// A query that brings rows; it ends when this is dropped.
struct Running {
    /// Rows that are here already.
    rows: Vec<Object>,
    more: mpsc::Receiver<Chunk>,
}

/// Rows that travel together from the thread that reads them, or why no more come.
type Chunk = Result<Vec<Object>, String>;

/// How many rows a chunk has.
const CHUNK: usize = 64;

// === impl Rows ===

impl Rows {
    /// Runs the query in a task that ends with the last row or when nobody takes them any more.
    fn run(&self, args: Array) -> mpsc::Receiver<Chunk> {
        let (sender, receiver) = mpsc::channel(2);
        let (database, query) = (self.database.clone(), self.query.clone());
        self.cx.run(Box::pin(async move {
            let rows = sender.clone();
            let last = database.with(move |sqlite| {
                let mut chunk = Vec::new();
                sqlite.rows(&query, &args, &mut |row| {
                    chunk.push(row);
                    if chunk.len() < CHUNK || rows.blocking_send(Ok(std::mem::take(&mut chunk))).is_ok() {
                        ControlFlow::Continue(())
                    } else {
                        ControlFlow::Break(())
                    }
                })?;
                Ok(chunk)
            });
            // Nobody may be interested any more.
            let _ = sender.send(last.await).await;
        }));
        receiver
    }
}

#[async_trait]
impl Source for Rows {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        let args = args_alone(self.args.as_ref()).map_err(ConnectError::failed)?;
        let mut more = self.run(args);
        // A query that fails before its first row is one to try again.
        let rows = more.recv().await.unwrap_or_else(|| Ok(Vec::new())).map_err(ConnectError::failed)?;
        self.running = Some(Running { rows, more });
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(running) = &mut self.running else { return Err(ReadError::NotConnected) };
        while running.rows.is_empty() {
            match running.more.recv().await {
                Some(Ok(rows)) => running.rows = rows,
                Some(Err(error)) => return Err(ReadError::Failed(error)),
                None => return Err(ReadError::EndOfInput),
            }
        }
        for row in running.rows.drain(..) {
            out.push(batch_of(Message::from_value(Value::Object(row))), Ack::none());
        }
        Ok(())
    }

    async fn close(&mut self) {
        self.running = None;
        self.database.close().await;
    }
}
