//! `sql_select` as a processor: the rows that fit a message replace it.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::args::args;
use super::database::Database;
use super::fields::{
    ARGS_MAPPING, COLUMNS, CONNECTION, DRIVER, DSN, PREFIX, SUFFIX, TABLE, WHERE, with_connection,
};
use super::sqlite::Sqlite;
use super::statement::select;
use crate::component::{Processor, ProcessorSpec, Step};
use crate::components::rules;
use crate::config::{AnyField, ComponentSpec, Example, Kind};
use crate::expr::Mapping;
use crate::message::Batch;
use crate::value::Value;

const OWN: &[&dyn AnyField] = &[&DRIVER, &DSN, &TABLE, &COLUMNS, &WHERE, &ARGS_MAPPING, &PREFIX, &SUFFIX];
const FIELDS: [&dyn AnyField; OWN.len() + CONNECTION.len()] = with_connection(OWN);

pub const SQL_SELECT: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "sql_select")
        .categories(&["Integration"])
        .summary("Selects rows of a table for each message, which becomes a list of objects.")
        .description("When it fails the message is flagged and stays as it was.")
        .fields(&FIELDS)
        .rule(rules::sql::login)
        .examples(&[Example {
            title: "Add the customer to an order",
            config: "branch:\n  processors:\n    - sql_select:\n        driver: sqlite\n        dsn: file:customers.db\n        table: customers\n        columns: [ name, city ]\n        where: id = ?\n        args_mapping: root = [ this.customer ]\n  result_map: root.customer = this.index(0)\n",
        }]),
    build: |conf, cx| {
        let database = Database::read(conf, cx)?.open();
        let (query, takes_args) = select(conf)?;
        let shared = Arc::new(Shared { query, takes_args, args: conf.get(&ARGS_MAPPING)? });
        Ok(Box::new(Select { database, shared }))
    },
    silent: false,
};

struct Select {
    database: Database,
    shared: Arc<Shared>,
}

/// What the thread needs that runs the queries.
struct Shared {
    query: String,
    takes_args: bool,
    args: Option<Mapping>,
}

// === impl Shared ===

impl Shared {
    fn rows(&self, sqlite: &mut Sqlite, batch: &Batch, index: usize) -> Result<Vec<Value>, String> {
        let args = args(self.args.as_ref(), batch, index)?;
        sqlite.list(&self.query, if self.takes_args { &args } else { &[] })
    }
}

impl Processor for Select {
    fn process(&self, batch: Batch) -> Step<'_> {
        let shared = self.shared.clone();
        Step::later(self.database.process(batch, move |sqlite, batch| {
            // A mapping may look at the other messages of the batch as they were.
            let rows: Vec<_> = (0..batch.len()).map(|i| shared.rows(sqlite, batch, i)).collect();
            for (message, rows) in batch.iter_mut().zip(rows) {
                match rows {
                    Ok(rows) => message.set_value(rows.into()),
                    Err(error) => message.fail(error),
                }
            }
            Ok(())
        }))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.database.close())
    }
}
