//! `sql_raw` as a processor, and `sql`, its old form: statements that are run for each message.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::database::Database;
use super::fields::{
    ARGS_MAPPING, CONNECTION, DATA_SOURCE_NAME, DRIVER, DSN, QUERY, UNSAFE_DYNAMIC_QUERY, with_connection,
};
use super::raw::{OPTIONAL_QUERY, Statement, statements};
use super::sqlite::Sqlite;
use crate::component::{Processor, ProcessorSpec, Step};
use crate::components::rules;
use crate::config::{AnyField, ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::message::Batch;
use crate::value::Str;

const EXEC_ONLY: Field<bool> = field("exec_only")
    .default(false)
    .doc("Whether rows are left alone: the message goes on as it is, rather than as the list of the rows.");
const QUERIES: Field<Option<Vec<Conf>>> = field("queries")
    .fields(&[&QUERY, &ARGS_MAPPING, &ONE_EXEC_ONLY])
    .doc("More statements, run in this order as one transaction; each sees what the ones before made of the message.");
const ONE_EXEC_ONLY: Field<Option<bool>> = field("exec_only")
    .doc("Whether rows are left alone. Where it is not said, only the rows of the last statement are taken.");

const RAW: &[&dyn AnyField] =
    &[&DRIVER, &DSN, &OPTIONAL_QUERY, &UNSAFE_DYNAMIC_QUERY, &ARGS_MAPPING, &EXEC_ONLY, &QUERIES];
const RAW_FIELDS: [&dyn AnyField; RAW.len() + CONNECTION.len()] = with_connection(RAW);

pub const SQL_RAW: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "sql_raw")
        .categories(&["Integration"])
        .summary("Runs a statement for each message, which becomes the list of the rows.")
        .description("When it fails the message is flagged and stays as it was.")
        .fields(&RAW_FIELDS)
        .rule(rules::sql::queries)
        .examples(&[Example {
            title: "Count a visit",
            config: "sql_raw:\n  driver: sqlite\n  dsn: file:visits.db\n  query: UPDATE pages SET visits = visits + 1 WHERE path = ?\n  args_mapping: root = [ this.path ]\n  exec_only: true\n",
        }]),
    build: |conf, cx| {
        let all = statements(conf, &QUERIES)?;
        let last = all.len() - 1;
        let mut steps = Vec::with_capacity(all.len());
        for (i, (statement, conf)) in all.into_iter().enumerate() {
            let takes_rows = !conf.get(&ONE_EXEC_ONLY)?.unwrap_or(i < last);
            steps.push(OneStep { statement, takes_rows });
        }
        Ok(Box::new(Raw { database: Database::read(conf, cx)?.open(), steps: steps.into() }))
    },
    silent: false,
};

const RESULT_CODEC: Field<Str> =
    field("result_codec").default("none").doc("With `json_array` the message becomes the list of the rows.");

pub const SQL: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "sql")
        .status(Status::Deprecated)
        .categories(&["Integration"])
        .summary("The old form of `sql_raw`.")
        .fields(&[&DRIVER, &DATA_SOURCE_NAME, &QUERY, &UNSAFE_DYNAMIC_QUERY, &ARGS_MAPPING, &RESULT_CODEC]),
    build: |conf, cx| {
        let statement = Statement::read(conf, conf.get(&UNSAFE_DYNAMIC_QUERY)?)?;
        let step = OneStep { statement, takes_rows: conf.get(&RESULT_CODEC)? != "none" };
        Ok(Box::new(Raw { database: Database::read_plain(conf, cx)?.open(), steps: [step].into() }))
    },
    silent: false,
};

struct Raw {
    database: Database,
    steps: Arc<[OneStep]>,
}

struct OneStep {
    statement: Statement,
    /// Whether its rows become the message.
    takes_rows: bool,
}

/// Runs the statements for message `index`.
fn run(sqlite: &mut Sqlite, steps: &[OneStep], batch: &mut Batch, index: usize) -> Result<(), String> {
    for OneStep { statement, takes_rows } in steps {
        let (query, args) = statement.of(batch, index)?;
        if *takes_rows {
            let rows = sqlite.list(&query, &args)?;
            batch[index].set_value(rows.into());
        } else {
            sqlite.execute(&query, &args)?;
        }
    }
    Ok(())
}

impl Processor for Raw {
    fn process(&self, batch: Batch) -> Step<'_> {
        let steps = self.steps.clone();
        Step::later(self.database.process(batch, move |sqlite, batch| {
            for i in 0..batch.len() {
                let done = match &*steps {
                    [_] => run(sqlite, &steps, batch, i),
                    _ => sqlite.transaction(|sqlite| run(sqlite, &steps, batch, i)),
                };
                if let Err(error) = done {
                    batch[i].fail(error);
                }
            }
            Ok(())
        }))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.database.close())
    }
}
