//! `sql_insert` as an output: a batch becomes the rows of one insert.

use std::sync::Arc;

use async_trait::async_trait;

use super::args::args;
use super::database::Database;
use super::fields::{
    BATCHING, COLUMNS, CONNECTION, DRIVER, DSN, MAX_IN_FLIGHT, OPTIONS, PREFIX, SUFFIX, TABLE,
    with_connection,
};
use super::processor_sql_insert::ARGS;
use super::statement::Insert;
use crate::component::{
    Built, ConnectError, Context, OutputBuild, OutputSpec, Policy, Sink, SinkSetup, WriteError,
};
use crate::components::rules;
use crate::config::{AnyField, ComponentSpec, Conf, Example, Kind};
use crate::expr::Mapping;
use crate::message::Batch;

const OWN: &[&dyn AnyField] =
    &[&DRIVER, &DSN, &TABLE, &COLUMNS, &ARGS, &PREFIX, &SUFFIX, &MAX_IN_FLIGHT, &BATCHING, &OPTIONS];
const FIELDS: [&dyn AnyField; OWN.len() + CONNECTION.len()] = with_connection(OWN);

pub const SQL_INSERT: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "sql_insert")
        .categories(&["Services"])
        .summary("Inserts a row for each message.")
        .description("All messages of a batch are one statement: either all of their rows are there or none.")
        .fields(&FIELDS)
        .rule(rules::sql::login)
        .examples(&[Example {
            title: "Rows by the hundred",
            config: "sql_insert:\n  driver: sqlite\n  dsn: file:log.db\n  init_statement: CREATE TABLE IF NOT EXISTS log (at TEXT, line TEXT)\n  table: log\n  columns: [ at, line ]\n  args_mapping: root = [ now(), content().string() ]\n  batching: { count: 100, period: 1s }\n",
        }]),
    build: OutputBuild::Sink(|conf: &Conf, cx: &Context| -> Built<SinkSetup> {
        let sink =
            Inserts { database: Database::read(conf, cx)?, insert: Insert::read(conf)?, args: conf.get(&ARGS)? };
        let max_in_flight = usize::try_from(conf.get(&MAX_IN_FLIGHT)?).unwrap_or(1);
        let batching = Policy::read(&conf.get(&BATCHING)?, cx)?;
        Ok(SinkSetup { sink: Arc::new(sink), max_in_flight, batching })
    }),
};

struct Inserts {
    database: Database,
    insert: Insert,
    args: Mapping,
}

#[async_trait]
impl Sink for Inserts {
    async fn connect(&self) -> Result<(), ConnectError> {
        self.database.with(|_| Ok(())).await.map_err(ConnectError::failed)
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        let rows: Result<Vec<_>, _> = (0..batch.len()).map(|i| args(Some(&self.args), batch, i)).collect();
        let (statement, args) = self.insert.of(&rows.map_err(WriteError::failed)?);
        self.database.with(move |sqlite| sqlite.execute(&statement, &args)).await.map_err(WriteError::failed)
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
