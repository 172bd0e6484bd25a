//! SQL databases. Of the drivers, `sqlite` is built in; configs for the others are understood but not run.

mod args;
mod cache_sql;
mod database;
mod fields;
mod input_rows;
mod output_sql_insert;
mod output_sql_raw;
mod processor_sql_insert;
mod processor_sql_raw;
mod processor_sql_select;
mod raw;
mod sqlite;
mod statement;
#[cfg(test)]
mod tests;

use crate::component::{CacheSpec, InputSpec, OutputSpec, ProcessorSpec};

pub const INPUTS: &[&InputSpec] = &[&input_rows::SQL_RAW, &input_rows::SQL_SELECT];

pub const PROCESSORS: &[&ProcessorSpec] = &[
    &processor_sql_raw::SQL,
    &processor_sql_insert::SQL_INSERT,
    &processor_sql_raw::SQL_RAW,
    &processor_sql_select::SQL_SELECT,
];

pub const OUTPUTS: &[&OutputSpec] =
    &[&output_sql_raw::SQL, &output_sql_insert::SQL_INSERT, &output_sql_raw::SQL_RAW];

pub const CACHES: &[&CacheSpec] = &[&cache_sql::SQL];
