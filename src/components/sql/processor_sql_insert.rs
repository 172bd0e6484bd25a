//! `sql_insert` as a processor: a batch becomes the rows of one insert, and goes on as it is.

use futures_util::future::BoxFuture;

use super::args::args;
use super::database::Database;
use super::fields::{COLUMNS, CONNECTION, DRIVER, DSN, OPTIONS, PREFIX, SUFFIX, TABLE, with_connection};
use super::statement::Insert;
use crate::component::{Processor, ProcessorSpec, Step};
use crate::components::rules;
use crate::config::{AnyField, ComponentSpec, Example, Field, Kind, field};
use crate::expr::Mapping;
use crate::message::Batch;

pub const ARGS: Field<Mapping> =
    field("args_mapping").doc("A mapping to the list of the values, one for each column.");

const OWN: &[&dyn AnyField] = &[&DRIVER, &DSN, &TABLE, &COLUMNS, &ARGS, &PREFIX, &SUFFIX, &OPTIONS];
const FIELDS: [&dyn AnyField; OWN.len() + CONNECTION.len()] = with_connection(OWN);

pub const SQL_INSERT: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "sql_insert")
        .categories(&["Integration"])
        .summary("Inserts a row for each message, which goes on unchanged.")
        .description("All messages of a batch are one statement; when it fails all of them are flagged. A message whose values cannot be made is flagged and has no row.")
        .fields(&FIELDS)
        .rule(rules::sql::login)
        .examples(&[Example {
            title: "Keep track",
            config: "sql_insert:\n  driver: sqlite\n  dsn: file:seen.db\n  init_statement: CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY)\n  table: seen\n  columns: [ id ]\n  args_mapping: root = [ this.id ]\n  suffix: ON CONFLICT DO NOTHING\n",
        }]),
    build: |conf, cx| {
        let database = Database::read(conf, cx)?.open();
        Ok(Box::new(Inserts { database, insert: Insert::read(conf)?, args: conf.get(&ARGS)? }))
    },
    silent: false,
};

struct Inserts {
    database: Database,
    insert: Insert,
    args: Mapping,
}

impl Processor for Inserts {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        let made: Vec<_> = (0..batch.len()).map(|i| args(Some(&self.args), &batch, i)).collect();
        let mut rows = Vec::with_capacity(made.len());
        for (message, row) in batch.iter_mut().zip(made) {
            match row {
                Ok(row) => rows.push(row),
                Err(error) => message.fail(error),
            }
        }
        if rows.is_empty() {
            return Step::one(batch);
        }
        let (statement, args) = self.insert.of(&rows);
        Step::later(self.database.process(batch, move |sqlite, _| sqlite.execute(&statement, &args)))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.database.close())
    }
}
