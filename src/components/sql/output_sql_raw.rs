//! `sql_raw` as an output, and `sql`, its old form: statements that are run for each message.

use std::sync::Arc;

use async_trait::async_trait;

use super::database::Database;
use super::fields::{
    ARGS_MAPPING, BATCHING, CONNECTION, DATA_SOURCE_NAME, DRIVER, DSN, MAX_IN_FLIGHT, QUERY,
    UNSAFE_DYNAMIC_QUERY, with_connection,
};
use super::raw::{OPTIONAL_QUERY, Statement, statements};
use crate::component::{
    Built, ConnectError, Context, OutputBuild, OutputSpec, Policy, Sink, SinkSetup, WriteError,
};
use crate::components::rules;
use crate::config::{AnyField, ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::expr::Mapping;
use crate::message::Batch;
use crate::value::{Array, Str, Value};

const QUERIES: Field<Option<Vec<Conf>>> = field("queries")
    .fields(&[&QUERY, &ARGS_MAPPING, &WHEN])
    .doc("More statements, run in this order; all of a batch are one transaction. Where any has a condition, only the first one that applies is run.");
const WHEN: Field<Option<Mapping>> =
    field("when").doc("A mapping to whether the statement applies to a message; without it it always does.");

const RAW: &[&dyn AnyField] = &[
    &DRIVER,
    &DSN,
    &OPTIONAL_QUERY,
    &UNSAFE_DYNAMIC_QUERY,
    &ARGS_MAPPING,
    &MAX_IN_FLIGHT,
    &BATCHING,
    &QUERIES,
];
const RAW_FIELDS: [&dyn AnyField; RAW.len() + CONNECTION.len()] = with_connection(RAW);

pub const SQL_RAW: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "sql_raw")
        .categories(&["Services"])
        .summary("Runs a statement for each message.")
        .fields(&RAW_FIELDS)
        .rule(rules::sql::conditional_queries)
        .examples(&[Example {
            title: "Keep the last state of each thing",
            config: "sql_raw:\n  driver: sqlite\n  dsn: file:state.db\n  queries:\n    - when: root = this.gone | false\n      query: DELETE FROM things WHERE id = ?\n      args_mapping: root = [ this.id ]\n    - query: INSERT INTO things VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state\n      args_mapping: root = [ this.id, this.state ]\n",
        }]),
    build: OutputBuild::Sink(|conf: &Conf, cx: &Context| -> Built<SinkSetup> {
        let mut choices = Vec::new();
        for (statement, conf) in statements(conf, &QUERIES)? {
            choices.push(Choice { statement, when: conf.get(&WHEN)? });
        }
        setup(conf, cx, Database::read(conf, cx)?, choices)
    }),
};

pub const SQL: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "sql")
        .status(Status::Deprecated)
        .categories(&["Services"])
        .summary("The old form of `sql_raw`.")
        .fields(&[&DRIVER, &DATA_SOURCE_NAME, &QUERY, &ARGS_MAPPING, &MAX_IN_FLIGHT, &BATCHING]),
    build: OutputBuild::Sink(|conf: &Conf, cx: &Context| -> Built<SinkSetup> {
        let choice = Choice { statement: Statement::read(conf, false)?, when: None };
        setup(conf, cx, Database::read_plain(conf, cx)?, vec![choice])
    }),
};

fn setup(conf: &Conf, cx: &Context, database: Database, choices: Vec<Choice>) -> Built<SinkSetup> {
    let max_in_flight = usize::try_from(conf.get(&MAX_IN_FLIGHT)?).unwrap_or(1);
    let batching = Policy::read(&conf.get(&BATCHING)?, cx)?;
    Ok(SinkSetup { sink: Arc::new(Raw { database, choices }), max_in_flight, batching })
}

struct Raw {
    database: Database,
    choices: Vec<Choice>,
}

struct Choice {
    statement: Statement,
    when: Option<Mapping>,
}

// === impl Raw ===

impl Raw {
    /// The statements for message `index`, with their arguments.
    fn of(&self, batch: &Batch, index: usize, out: &mut Vec<(Str, Array)>) -> Result<(), String> {
        let first_only = self.choices.iter().any(|choice| choice.when.is_some());
        for choice in &self.choices {
            if !choice.applies(batch, index)? {
                continue;
            }
            out.push(choice.statement.of(batch, index)?);
            if first_only {
                break;
            }
        }
        Ok(())
    }
}

// === impl Choice ===

impl Choice {
    fn applies(&self, batch: &Batch, index: usize) -> Result<bool, String> {
        let Some(when) = &self.when else { return Ok(true) };
        match when.query(batch, index) {
            Ok(Value::Bool(applies)) => Ok(applies),
            Ok(other) => Err(format!("when mapping returned {} instead of a bool", other.type_name())),
            Err(error) => Err(format!("when mapping failed: {error}")),
        }
    }
}

#[async_trait]
impl Sink for Raw {
    async fn connect(&self) -> Result<(), ConnectError> {
        self.database.with(|_| Ok(())).await.map_err(ConnectError::failed)
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        let mut all = Vec::new();
        for i in 0..batch.len() {
            self.of(batch, i, &mut all).map_err(WriteError::failed)?;
        }
        let as_one = self.choices.len() > 1;
        let written = self.database.with(move |sqlite| {
            let run = |sqlite: &mut super::sqlite::Sqlite| {
                all.iter().try_for_each(|(query, args)| sqlite.execute(query, args))
            };
            if as_one { sqlite.transaction(run) } else { run(sqlite) }
        });
        written.await.map_err(WriteError::failed)
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
