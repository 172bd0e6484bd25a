//! `sql`: each item is a row of a table.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::database::Database;
use super::fields::{CONNECTION, DRIVER, DSN, TABLE, with_connection};
use super::statement::Insert;
use crate::component::{Cache, CacheError, CacheSpec};
use crate::components::rules;
use crate::config::{AnyField, ComponentSpec, Example, Field, Kind, field};
use crate::value::{Array, Str, Value, text};

const KEY_COLUMN: Field<Str> = field("key_column").doc("The column of the keys, which has to be unique.");
const VALUE_COLUMN: Field<Str> = field("value_column").doc("The column of the values.");
const SET_SUFFIX: Field<Option<Str>> = field("set_suffix").doc(
    "A text behind the insert of a `set`, which makes it replace what is there; without it that is an error.",
);

const OWN: &[&dyn AnyField] = &[&DRIVER, &DSN, &TABLE, &KEY_COLUMN, &VALUE_COLUMN, &SET_SUFFIX];
const FIELDS: [&dyn AnyField; OWN.len() + CONNECTION.len()] = with_connection(OWN);

pub const SQL: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "sql")
        .categories(&["Services"])
        .summary("Keeps each item in a row of a table.")
        .description("Items never expire.")
        .fields(&FIELDS)
        .rule(rules::sql::login)
        .examples(&[Example {
            title: "Items in a file",
            config: "sql:\n  driver: sqlite\n  dsn: file:cache.db\n  init_statement: CREATE TABLE IF NOT EXISTS items (k TEXT PRIMARY KEY, v TEXT)\n  table: items\n  key_column: k\n  value_column: v\n  set_suffix: ON CONFLICT (k) DO UPDATE SET v = excluded.v\n",
        }]),
    build: |conf, cx| {
        let (table, key) = (conf.get(&TABLE)?, conf.get(&KEY_COLUMN)?);
        let value = conf.get(&VALUE_COLUMN)?;
        let add = Insert::new(&table, &[&key, &value], &[] as &[&str]);
        let suffix = conf.get(&SET_SUFFIX)?.filter(|suffix| !suffix.is_empty());
        Ok(Arc::new(Rows {
            database: Database::read(conf, cx)?.open(),
            get: format!("SELECT {value} AS value FROM {table} WHERE {key} = ?"),
            delete: format!("DELETE FROM {table} WHERE {key} = ?"),
            set: suffix.map_or_else(|| add.clone(), |suffix| add.clone().with_suffix(&suffix)),
            add,
        }))
    },
};

struct Rows {
    database: Database,
    get: String,
    set: Insert,
    add: Insert,
    delete: String,
}

// === impl Rows ===

impl Rows {
    async fn execute(&self, statement: String, args: Vec<Value>) -> Result<(), String> {
        self.database.with(move |sqlite| sqlite.execute(&statement, &args)).await
    }

    async fn insert(&self, insert: &Insert, items: Vec<(String, Bytes)>) -> Result<(), String> {
        let row = |(key, value): (String, Bytes)| Array::from(vec![key.into(), value.into()]);
        let (statement, args) = insert.of(&items.into_iter().map(row).collect::<Vec<_>>());
        self.execute(statement, args).await
    }
}

#[async_trait]
impl Cache for Rows {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        let (query, args) = (self.get.clone(), vec![key.into()]);
        let rows = self.database.with(move |sqlite| sqlite.list(&query, &args)).await;
        let rows = rows.map_err(CacheError::Failed)?;
        let value = rows.first().and_then(|row| row.get("value")).ok_or(CacheError::NotFound)?;
        Ok(if value.is_null() { Bytes::new() } else { Bytes::copy_from_slice(&text::bytes(value)) })
    }

    async fn set(&self, key: &str, value: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        self.insert(&self.set, vec![(key.to_owned(), value)]).await.map_err(CacheError::Failed)
    }

    async fn add(&self, key: &str, value: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        let added = self.insert(&self.add, vec![(key.to_owned(), value)]).await;
        added.map_err(|error| match error.contains("UNIQUE constraint failed") {
            true => CacheError::AlreadyExists,
            false => CacheError::Failed(error),
        })
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        self.execute(self.delete.clone(), vec![key.into()]).await.map_err(CacheError::Failed)
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
