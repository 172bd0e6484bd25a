//! Statements that are put together of fields.

use super::fields::{COLUMNS, OPTIONS, PREFIX, SUFFIX, TABLE, WHERE};
use crate::component::Built;
use crate::config::Conf;
use crate::value::{Array, Value};

/// An insert of any number of rows.
#[derive(Clone, Debug)]
pub struct Insert {
    /// The statement up to the rows.
    head: String,
    suffix: String,
}

// === impl Insert ===

impl Insert {
    /// Reads [`TABLE`], [`COLUMNS`], [`PREFIX`], [`SUFFIX`] and [`OPTIONS`].
    pub fn read(conf: &Conf) -> Built<Self> {
        let options = conf.get(&OPTIONS)?.unwrap_or_default();
        let insert = Self::new(&conf.get(&TABLE)?, &conf.get(&COLUMNS)?, &options);
        let prefix = conf.get(&PREFIX)?.filter(|text| !text.is_empty());
        let head = prefix.map_or_else(|| insert.head.clone(), |prefix| format!("{prefix} {}", insert.head));
        Ok(Self { head, suffix: behind(conf)? })
    }

    pub fn new(table: &str, columns: &[impl AsRef<str>], options: &[impl AsRef<str>]) -> Self {
        let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
        let options: String = options.iter().flat_map(|option| [" ", option.as_ref()]).collect();
        let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(",")) };
        Self { head: format!("INSERT{options} INTO {table}{columns} VALUES "), suffix: String::new() }
    }

    pub fn with_suffix(mut self, suffix: &str) -> Self {
        self.suffix = format!(" {suffix}");
        self
    }

    /// The statement for these rows, and their values one after another.
    pub fn of(&self, rows: &[Array]) -> (String, Vec<Value>) {
        let mut text = self.head.clone();
        for (i, row) in rows.iter().enumerate() {
            text.push_str(if i == 0 { "(" } else { ",(" });
            text.push_str(&vec!["?"; row.len()].join(","));
            text.push(')');
        }
        text.push_str(&self.suffix);
        (text, rows.iter().flatten().cloned().collect())
    }
}

/// The select that [`TABLE`], [`COLUMNS`], [`WHERE`], [`PREFIX`] and [`SUFFIX`] mean, and whether it takes arguments.
pub fn select(conf: &Conf) -> Built<(String, bool)> {
    let columns = conf.get(&COLUMNS)?;
    if columns.is_empty() {
        return Err(conf.error(&COLUMNS, "at least one column is needed").into());
    }
    let mut text = String::new();
    if let Some(prefix) = conf.get(&PREFIX)?.filter(|text| !text.is_empty()) {
        text.push_str(&prefix);
        text.push(' ');
    }
    text.push_str(&format!("SELECT {} FROM {}", columns.join(", "), conf.get(&TABLE)?));
    let condition = conf.get(&WHERE)?.filter(|text| !text.is_empty());
    if let Some(condition) = &condition {
        text.push_str(" WHERE ");
        text.push_str(condition);
    }
    text.push_str(&behind(conf)?);
    Ok((text, condition.is_some()))
}

/// The suffix with a space before it.
fn behind(conf: &Conf) -> Built<String> {
    let suffix = conf.get(&SUFFIX)?.filter(|text| !text.is_empty());
    Ok(suffix.map(|suffix| format!(" {suffix}")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn conf(yaml: &str) -> Conf {
        Conf::new(parse(yaml.as_bytes()).expect("YAML"), "root")
    }

    #[test]
    fn statements_are_put_together() {
        let insert =
            Insert::read(&conf("{ table: t, columns: [ a, b ], prefix: /* p */, suffix: RETURNING a }"))
                .expect("read");
        let rows = [Array::from(vec![Value::Int(1), Value::Null]), Array::from(vec![Value::Int(2)])];
        let (text, args) = insert.of(&rows);
        assert_eq!(text, "/* p */ INSERT INTO t (a,b) VALUES (?,?),(?) RETURNING a");
        assert_eq!(args.len(), 3);
        let select = select(&conf("{ table: t, columns: [ a, b AS c ], where: a > ?, suffix: LIMIT 1 }"));
        assert_eq!(select.expect("read"), ("SELECT a, b AS c FROM t WHERE a > ? LIMIT 1".to_owned(), true));
        assert!(super::select(&conf("{ table: t, columns: [] }")).is_err());
    }
}
