//! SQLite: opening a database, running statements, and how values travel. All of it blocks.

use std::ops::ControlFlow;
use std::time::Duration;

use bytes::Bytes;
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{Null, ToSqlOutput, ValueRef};
use rusqlite::{Batch, Connection, ErrorCode, OpenFlags, Statement};

use crate::value::number::Num;
use crate::value::{Object, Str, Value};

/// An open database.
pub struct Sqlite {
    connection: Connection,
}

/// How long a statement waits for another connection that writes.
const BUSY: Duration = Duration::from_secs(5);

/// What takes one row after another.
pub type Each<'a> = &'a mut dyn FnMut(Object) -> ControlFlow<()>;

/// How the numbers of documents are bound.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// As the texts they are in the document; a column's type turns them into what it holds.
    Texts,
    Numbers,
}

// === impl Sqlite ===

impl Sqlite {
    /// Opens the database of a data source name: a path or a `file:` URI, with settings behind a `?`, of which each
    /// `_pragma=NAME(VALUE)` is run.
    pub fn open(dsn: &str) -> Result<Self, String> {
        let (path, query) = dsn.split_once('?').filter(|(path, _)| !path.is_empty()).unwrap_or((dsn, ""));
        let name = if dsn.starts_with("file:") { dsn } else { path };
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_URI;
        let connection =
            Connection::open_with_flags(name, flags).map_err(|error| format!("{name}: {error}"))?;
        let set_up = |error: rusqlite::Error| format!("{name}: {error}");
        connection.busy_timeout(BUSY).map_err(set_up)?;
        let mut sqlite = Self { connection };
        for pragma in query.split('&').filter_map(|setting| setting.strip_prefix("_pragma=")) {
            let pragma = percent_encoding::percent_decode_str(pragma).decode_utf8_lossy();
            sqlite.execute(&format!("PRAGMA {pragma}"), &[])?;
        }
        Ok(sqlite)
    }

    /// Runs statements; rows are left out.
    pub fn execute(&mut self, query: &str, args: &[Value]) -> Result<(), String> {
        let mut statements = Batch::new(&self.connection, query);
        while let Some(mut statement) = statements.next().map_err(|error| error.to_string())? {
            let done = alone(&mut statement, args, &mut |_| ControlFlow::Continue(()));
            done.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Runs statements and takes the rows of the last one.
    pub fn rows(&mut self, query: &str, args: &[Value], each: Each<'_>) -> Result<(), String> {
        if let Ok(mut statement) = self.connection.prepare(query) {
            return alone(&mut statement, args, each).map_err(|error| error.to_string());
        }
        // Several statements, of which a later one may use what an earlier one makes; or one that is wrong.
        let mut last = Vec::new();
        let mut rows: Vec<Object> = Vec::new();
        let mut statements = Batch::new(&self.connection, query);
        while let Some(mut statement) = statements.next().map_err(|error| error.to_string())? {
            alone(&mut statement, args, &mut |row| {
                rows.push(row);
                ControlFlow::Continue(())
            })
            .map_err(|error| error.to_string())?;
            last = std::mem::take(&mut rows);
        }
        let _ = last.into_iter().try_for_each(each);
        Ok(())
    }
}

/// Runs one statement. Where numbers as texts have the wrong type they are tried as numbers.
fn alone(statement: &mut Statement<'_>, args: &[Value], each: Each<'_>) -> Result<(), rusqlite::Error> {
    let mut taken = false;
    let mut counting = |row| {
        taken = true;
        each(row)
    };
    let result = once(statement, args, Numbers::Texts, &mut counting);
    let mismatch =
        result.as_ref().is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::TypeMismatch));
    if mismatch && !taken && args.iter().any(|arg| matches!(arg, Value::Number(_))) {
        return once(statement, args, Numbers::Numbers, each);
    }
    result
}

fn once(
    statement: &mut Statement<'_>,
    args: &[Value],
    numbers: Numbers,
    each: Each<'_>,
) -> Result<(), rusqlite::Error> {
    for i in 1..=statement.parameter_count() {
        let number = argument(i, statement.parameter_name(i))?;
        let arg = number.checked_sub(1).and_then(|at| args.get(at));
        let arg = arg.ok_or_else(|| refused(format!("missing argument with index {number}")))?;
        statement.raw_bind_parameter(i, bound(arg, numbers)?)?;
    }
    let columns: Vec<(Str, bool)> =
        statement.columns().map(|column| (column.name().into(), holds_times(column.decl_type()))).collect();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let mut object = Object::new();
        for (i, (name, times)) in columns.iter().enumerate() {
            object.insert(name.clone(), read(row.get_ref(i)?, *times));
        }
        if each(object).is_break() {
            break;
        }
    }
    Ok(())
}

/// Which argument a placeholder stands for, from 1: `?` the one at its own place, `?2` and `$2` the second.
fn argument(place: usize, name: Option<&str>) -> Result<usize, rusqlite::Error> {
    let Some(name) = name else { return Ok(place) };
    let number = name.strip_prefix(['?', '$']).and_then(|number| number.parse().ok());
    number.ok_or_else(|| refused(format!("missing named argument {name}")))
}

fn refused(text: String) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(text.into())
}

/// An argument as the database takes it.
fn bound(value: &Value, numbers: Numbers) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
    Ok(match value {
        Value::Null => Null.into(),
        Value::Bool(b) => ToSqlOutput::Owned(i64::from(*b).into()),
        Value::Int(i) => ToSqlOutput::Owned((*i).into()),
        Value::Float(f) => ToSqlOutput::Owned((*f).into()),
        Value::Sized(sized) => match sized.num() {
            Num::Int(i) => ToSqlOutput::Owned(i.into()),
            Num::Float(f) => ToSqlOutput::Owned(f.into()),
        },
        Value::Number(number) => match (numbers, number.parse::<i64>(), number.parse::<f64>()) {
            (Numbers::Numbers, Ok(i), _) => ToSqlOutput::Owned(i.into()),
            (Numbers::Numbers, Err(_), Ok(f)) => ToSqlOutput::Owned(f.into()),
            _ => ToSqlOutput::Borrowed(ValueRef::Text(number.as_bytes())),
        },
        Value::String(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Value::RawString(bytes) => ToSqlOutput::Borrowed(ValueRef::Text(bytes)),
        Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        Value::Timestamp(time) => {
            ToSqlOutput::Owned(time.to_zoned().strftime("%Y-%m-%d %H:%M:%S%.f %z %Z").to_string().into())
        }
        other => {
            let kind = other.type_name();
            return Err(refused(format!("a value of type {kind} cannot be an argument of a statement")));
        }
    })
}

/// Whether texts of a column of this type are points in time.
fn holds_times(declared: Option<&str>) -> bool {
    declared.is_some_and(|declared| {
        ["DATE", "DATETIME", "TIMESTAMP"].iter().any(|name| declared.eq_ignore_ascii_case(name))
    })
}

fn read(value: ValueRef<'_>, times: bool) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(i) => Value::Int(i),
        ValueRef::Real(f) => Value::Float(f),
        ValueRef::Text(bytes) => {
            let time = times.then(|| std::str::from_utf8(bytes).ok().and_then(time)).flatten();
            time.map_or_else(|| Value::text(Bytes::copy_from_slice(bytes)), Value::from)
        }
        ValueRef::Blob(bytes) => Value::text(Bytes::copy_from_slice(bytes)),
    }
}

/// A point in time out of one of the texts that SQLite's own functions make.
fn time(text: &str) -> Option<jiff::Zoned> {
    let text = text.strip_suffix('Z').unwrap_or(text).replacen('T', " ", 1);
    if let Ok(time) = strtime::parse("%Y-%m-%d %H:%M:%S%.f%:z", &text).and_then(|parsed| parsed.to_zoned()) {
        return Some(time);
    }
    let in_utc = |time: DateTime| time.to_zoned(TimeZone::UTC).ok();
    for format in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"] {
        if let Ok(time) = DateTime::strptime(format, &text) {
            return in_utc(time);
        }
    }
    Date::strptime("%Y-%m-%d", &text)
        .ok()
        .and_then(|date| in_utc(date.to_datetime(jiff::civil::Time::midnight())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn rows(db: &mut Sqlite, query: &str, args: &[Value]) -> Result<Vec<String>, String> {
        let mut rows = Vec::new();
        db.rows(query, args, &mut |row| {
            rows.push(String::from_utf8_lossy(&json::print(&Value::Object(row)).expect("JSON")).into_owned());
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    #[test]
    fn values_travel_both_ways() {
        let mut db = Sqlite::open(":memory:").expect("open");
        let number = |text: &str| Value::Number(text.into());
        let cases: &[(&str, &[Value], &[&str])] = &[
            (
                "SELECT 1 AS i, 2.0 AS f, 't' AS t, NULL AS n, x'6869' AS b",
                &[],
                &["{\"b\":\"hi\",\"f\":2,\"i\":1,\"n\":null,\"t\":\"t\"}"],
            ),
            ("SELECT ? AS a, ? AS b", &[true.into(), Value::Int(3)], &["{\"a\":1,\"b\":3}"]),
            ("SELECT ? AS a, ? + 1 AS b", &[number("1"), number("2")], &["{\"a\":\"1\",\"b\":3}"]),
            ("SELECT 1 AS x UNION SELECT 2 LIMIT ?", &[number("1")], &["{\"x\":1}"]),
            (
                "CREATE TABLE t (d DATETIME); INSERT INTO t VALUES ('2024-02-29 12:30:15'), ('soon'); SELECT d FROM t",
                &[],
                &["{\"d\":\"2024-02-29T12:30:15Z\"}", "{\"d\":\"soon\"}"],
            ),
            ("SELECT $2 AS a, $1 AS b", &[Value::Int(1), Value::Int(2)], &["{\"a\":2,\"b\":1}"]),
            ("SELECT 1 AS x; SELECT 2 AS x", &[], &["{\"x\":2}"]),
        ];
        for (query, args, want) in cases {
            assert_eq!(
                rows(&mut db, query, args),
                Ok(want.iter().map(|s| (*s).to_owned()).collect()),
                "{query}"
            );
        }
        for (query, args) in [
            ("SELECT ?", &[][..]),
            ("SELECT :name", &[Value::Null]),
            ("SELECT ?", &[Value::Object(Object::new())]),
            ("SELEKT", &[]),
            ("SELECT 1; SELEKT", &[]),
        ] {
            assert!(rows(&mut db, query, args).is_err(), "{query}");
        }
    }

    #[test]
    fn settings_stand_in_the_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db").display().to_string();
        let mut db = Sqlite::open(&format!("{path}?_pragma=user_version(7)")).expect("open");
        assert_eq!(rows(&mut db, "PRAGMA user_version", &[]), Ok(vec!["{\"user_version\":7}".to_owned()]));
        drop(db);
        let mut db = Sqlite::open(&format!("file:{path}?mode=ro")).expect("open");
        assert!(db.execute("CREATE TABLE t (a)", &[]).is_err());
    }
}
