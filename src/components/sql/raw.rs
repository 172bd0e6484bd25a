//! Statements as they are written, with the arguments that a mapping makes.

use super::args::args;
use super::fields::{ARGS_MAPPING, QUERY, UNSAFE_DYNAMIC_QUERY};
use crate::component::Built;
use crate::config::{Conf, Field, field};
use crate::expr::{Mapping, Template};
use crate::message::Batch;
use crate::value::{Array, Str};

pub const OPTIONAL_QUERY: Field<Option<Str>> =
    field("query").doc("The statement; `?` stands for an argument.");

/// A statement and how its arguments are made.
pub struct Statement {
    query: Query,
    args: Option<Mapping>,
}

enum Query {
    Fixed(Str),
    /// With interpolations.
    Filled(Template),
}

// === impl Statement ===

impl Statement {
    /// Reads [`QUERY`] and [`ARGS_MAPPING`].
    pub fn read(conf: &Conf, dynamic: bool) -> Built<Self> {
        let text = conf.get(&QUERY)?;
        let query = match dynamic {
            false => Query::Fixed(text),
            true => Query::Filled(Template::compile(&text).map_err(|errors| {
                let reason = errors.first().map(ToString::to_string).unwrap_or_default();
                conf.error(&QUERY, format!("the interpolation cannot be read: {reason}"))
            })?),
        };
        Ok(Self { query, args: conf.get(&ARGS_MAPPING)? })
    }

    /// The statement and its arguments for message `index`.
    pub fn of(&self, batch: &Batch, index: usize) -> Result<(Str, Array), String> {
        let query = match &self.query {
            Query::Fixed(text) => text.clone(),
            Query::Filled(template) => {
                let filled = template.render(batch, index);
                filled.map_err(|error| format!("query interpolation error: {error}"))?
            }
        };
        Ok((query, args(self.args.as_ref(), batch, index)?))
    }
}

/// The statement of `conf` itself, if it has one, and those of its field `queries`, each with where it stands.
pub fn statements(conf: &Conf, queries: &Field<Option<Vec<Conf>>>) -> Built<Vec<(Statement, Conf)>> {
    let dynamic = conf.get(&UNSAFE_DYNAMIC_QUERY)?;
    let mut all: Vec<Conf> = conf.get(&OPTIONAL_QUERY)?.map(|_| conf.clone()).into_iter().collect();
    all.extend(conf.get(queries)?.unwrap_or_default());
    if all.is_empty() {
        return Err(conf.error(&OPTIONAL_QUERY, "one of the fields query and queries is needed").into());
    }
    all.into_iter().map(|conf| Ok((Statement::read(&conf, dynamic)?, conf))).collect()
}
