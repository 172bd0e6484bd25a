//! What is wrong with the text of a mapping, shown so that it can be mended.

use super::parser::{Failure, line_and_column};

/// A mistake in a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong, without the place.
    pub message: String,
    /// The file that it is in, where that is an imported one.
    pub file: Option<String>,
}

/// How many letters may differ from a name that is suggested.
const MAX_DISTANCE: usize = 3;

// === impl ParseError ===

impl ParseError {
    /// A mistake at a byte position of `text`.
    pub fn at(text: &str, at: usize, message: impl Into<String>) -> Self {
        let (line, column) = line_and_column(text, at);
        Self { line, column, message: message.into(), file: None }
    }

    pub fn from_failure(text: &str, failure: &Failure) -> Self {
        Self::at(text, failure.at, message(text, failure))
    }

    /// The message with the line it is about and a mark below the place.
    pub fn excerpt(&self, text: &str) -> String {
        let line = text.lines().nth(self.line - 1).unwrap_or_default();
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let blank = " ".repeat(self.column - 1);
        format!("{self}\n{gutter} |\n{number} | {line}\n{gutter} | {blank}^---")
    }
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        write!(f, "line {} char {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ParseError {}

fn message(text: &str, failure: &Failure) -> String {
    if let Some(problem) = &failure.problem {
        return problem.clone();
    }
    let what = match failure.expected.as_slice() {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} or {other}"),
        [rest @ .., last] => format!("{}, or {last}", rest.join(", ")),
    };
    let required = if failure.is_final { "required: " } else { "" };
    match text[failure.at.min(text.len())..].chars().next() {
        None => format!("{required}expected {what}, but reached end of input"),
        Some(_) => {
            let got: String = text[failure.at..].chars().take_while(|c| *c != '\n').take(5).collect();
            if got.is_empty() {
                format!("{required}expected {what}, but the line ends here")
            } else {
                format!("{required}expected {what}, got: {got}")
            }
        }
    }
}

/// ` (did you mean ...?)` with the closest of `names`, or nothing where none is close.
pub fn did_you_mean<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let closest = names.map(|candidate| (distance(name, candidate), candidate)).min();
    match closest {
        Some((d, candidate)) if d <= MAX_DISTANCE.min(name.len().div_ceil(2)) => {
            format!(" (did you mean '{candidate}'?)")
        }
        _ => String::new(),
    }
}

/// How many letters have to be changed, added or removed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
