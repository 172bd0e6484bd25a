//! The input, record by record, and the fields of the current one.

use crate::bloblang::go::regex::cached;
use crate::value::Str;

/// How many fields a record may have.
const MAX_FIELDS: usize = 1_000_000;

pub struct Record<'i> {
    /// What of the input is not read yet.
    rest: &'i str,
    /// Which record this is, from 1.
    pub number: f64,
    pub fs: Str,
    pub rs: Str,
    line: Str,
    /// None until somebody asks for them.
    fields: Option<Vec<Str>>,
}

// === impl Record ===

impl<'i> Record<'i> {
    pub fn new(input: &'i str) -> Self {
        Self { rest: input, number: 0.0, fs: " ".into(), rs: "\n".into(), line: Str::new(), fields: None }
    }

    /// Makes the next record the current one; whether there is one.
    pub fn read(&mut self) -> Result<bool, String> {
        let line = self.next()?;
        let there = line.is_some();
        if let Some(line) = line {
            self.set_line(line);
        }
        Ok(there)
    }

    /// The next record, which only counts.
    pub fn next(&mut self) -> Result<Option<Str>, String> {
        if self.rs.is_empty() {
            self.rest = self.rest.trim_start_matches('\n');
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (end, next) = match self.rs.as_str() {
            "" => {
                let end = self.rest.find("\n\n").unwrap_or(self.rest.trim_end_matches('\n').len());
                (end, end)
            }
            rs if rs.chars().nth(1).is_none() => match self.rest.find(rs) {
                Some(at) => (at, at + rs.len()),
                None => (self.rest.len(), self.rest.len()),
            },
            rs => match pattern(rs)?.regex().find(self.rest).filter(|found| !found.is_empty()) {
                Some(found) => (found.start(), found.end()),
                None => (self.rest.len(), self.rest.len()),
            },
        };
        let mut line = &self.rest[..end];
        if self.rs == "\n" {
            line = line.strip_suffix('\r').unwrap_or(line);
        }
        self.rest = &self.rest[next..];
        if self.rs.is_empty() {
            self.rest = self.rest.trim_start_matches('\n');
        }
        self.number += 1.0;
        Ok(Some(line.into()))
    }

    pub fn line(&self) -> &Str {
        &self.line
    }

    pub fn set_line(&mut self, line: Str) {
        self.line = line;
        self.fields = None;
    }

    fn fields(&mut self) -> &mut Vec<Str> {
        if self.fields.is_none() {
            // A separator that is no pattern separates nothing.
            let paragraph = self.rs.is_empty() && self.fs != " ";
            let fields =
                split(&self.line, &self.fs, false, paragraph).unwrap_or_else(|_| vec![self.line.clone()]);
            self.fields = Some(fields);
        }
        self.fields.get_or_insert_default()
    }

    pub fn count(&mut self) -> usize {
        self.fields().len()
    }

    /// Field `at`, from 1; 0 is the whole record.
    pub fn field(&mut self, at: usize) -> Option<Str> {
        if at == 0 { Some(self.line.clone()) } else { self.fields().get(at - 1).cloned() }
    }

    pub fn set_field(&mut self, at: usize, value: Str, ofs: &str) -> Result<(), String> {
        if at == 0 {
            self.set_line(value);
            return Ok(());
        }
        if at > MAX_FIELDS {
            return Err(format!("a record has at most {MAX_FIELDS} fields"));
        }
        let fields = self.fields();
        if fields.len() < at {
            fields.resize(at, Str::new());
        }
        fields[at - 1] = value;
        self.line = fields.join(ofs).into();
        Ok(())
    }

    pub fn set_count(&mut self, count: f64, ofs: &str) -> Result<(), String> {
        if !(0.0..=MAX_FIELDS as f64).contains(&count) {
            return Err(format!("a record cannot have {count} fields"));
        }
        let fields = self.fields();
        fields.resize(count as usize, Str::new());
        self.line = fields.join(ofs).into();
        Ok(())
    }
}

fn pattern(text: &str) -> Result<std::sync::Arc<crate::bloblang::go::regex::Pattern>, String> {
    cached(text).map_err(|error| format!("the pattern '{text}' is not valid: {error}"))
}

/// The parts of `text`. A blank separates at any white space, another character at itself, and what is longer, or
/// written as a pattern, at what matches it.
pub fn split(text: &str, separator: &str, is_pattern: bool, newlines: bool) -> Result<Vec<Str>, String> {
    if !is_pattern && separator == " " {
        return Ok(text.split_whitespace().map(Str::from).collect());
    }
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if newlines {
        let lines = text.split('\n').map(|line| split(line, separator, is_pattern, false));
        return Ok(lines.collect::<Result<Vec<_>, _>>()?.concat());
    }
    if !is_pattern && separator.is_empty() {
        return Ok(text.chars().map(|c| c.to_string().into()).collect());
    }
    if !is_pattern && separator.chars().nth(1).is_none() {
        return Ok(text.split(separator).map(Str::from).collect());
    }
    let pattern = pattern(separator)?;
    let mut parts = Vec::new();
    let mut from = 0;
    for found in pattern.regex().find_iter(text).filter(|found| !found.is_empty()) {
        parts.push(Str::from(&text[from..found.start()]));
        from = found.end();
    }
    parts.push(Str::from(&text[from..]));
    Ok(parts)
}
