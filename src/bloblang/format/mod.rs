//! Formats mappings: the author's lines stay, their indentation and blanks become regular. Nothing else is changed.

mod tokens;

use super::diagnostics::ParseError;
use super::parser::parse_mapping;
use tokens::{Bracket, Kind, Token, tokens};

const INDENT: &str = "  ";

/// Formats the text of a mapping. What cannot be parsed is not touched: the error says where.
pub fn format(text: &str) -> Result<String, ParseError> {
    if let (_, Some(failure)) = parse_mapping(text) {
        return Err(ParseError::from_failure(text, &failure));
    }
    let tokens = tokens(text);
    let mut layout = Layout::default();
    for line in tokens.split(|token| token.kind == Kind::LineBreak) {
        layout.line(line);
    }
    let formatted = layout.finish();
    // What is read otherwise than before would be a mistake of this module; the text is better left as it was.
    let is_same = parse_mapping(&formatted).1.is_none() && same(&tokens, &self::tokens::tokens(&formatted));
    Ok(if is_same { formatted } else { text.to_owned() })
}

/// Whether the same words and signs stand in both.
fn same(before: &[Token<'_>], after: &[Token<'_>]) -> bool {
    let counts = |token: &&Token<'_>| token.kind != Kind::LineBreak;
    let shown = |token: &Token<'_>| (token.kind, token.text.trim_end().to_owned());
    before.iter().filter(counts).map(shown).eq(after.iter().filter(counts).map(shown))
}

/// The text so far, and what the next line depends on.
#[derive(Default)]
struct Layout {
    out: String,
    /// How far the lines inside of each open bracket are indented, and the line that closes it.
    open: Vec<(usize, usize)>,
    /// Whether the last line goes on in the next.
    goes_on: bool,
    /// Whether an empty line is to be kept before the next one.
    gap: bool,
    /// Whether the last line ended with an open bracket.
    opened: bool,
}

// === impl Layout ===

impl Layout {
    fn line(&mut self, line: &[Token<'_>]) {
        if line.is_empty() {
            self.gap = !self.out.is_empty() && !self.opened;
            return;
        }
        let closing = line.iter().take_while(|token| matches!(token.kind, Kind::Close(_))).count();
        let outer = self.open.len().checked_sub(closing).and_then(|at| self.open.get(at));
        let indent = match outer {
            Some((_, closed)) if closing > 0 => *closed,
            _ => self.open.last().map_or(0, |(inner, _)| *inner) + usize::from(self.goes_on),
        };
        if std::mem::take(&mut self.gap) && closing == 0 {
            self.out.push('\n');
        }
        self.out.push_str(&INDENT.repeat(indent));
        let mut before: Option<&Token<'_>> = None;
        for token in line {
            if before.is_some_and(|before| is_apart(before, token)) {
                self.out.push(' ');
            }
            self.out.push_str(token.text.trim_end());
            match token.kind {
                Kind::Open(_) => self.open.push((indent + 1, indent)),
                Kind::Close(_) => drop(self.open.pop()),
                _ => {}
            }
            before = Some(token);
        }
        self.out.push('\n');
        let last = line.iter().rev().find(|token| token.kind != Kind::Comment);
        self.goes_on = match last {
            Some(token) => matches!(token.kind, Kind::Dot | Kind::Infix | Kind::Prefix | Kind::Colon),
            None => self.goes_on,
        };
        self.opened = last.is_some_and(|token| matches!(token.kind, Kind::Open(_)));
    }

    fn finish(self) -> String {
        self.out
    }
}

/// Whether a blank stands between two tokens of a line.
fn is_apart(before: &Token<'_>, token: &Token<'_>) -> bool {
    let block = |kind: Kind| matches!(kind, Kind::Open(Bracket::Block) | Kind::Close(Bracket::Block));
    match (before.kind, token.kind) {
        (_, Kind::Comment) => true,
        (Kind::Other, _) | (_, Kind::Other) => !token.adjacent,
        (Kind::Open(_), Kind::Close(_)) => false,
        (Kind::Dot | Kind::Prefix, _) | (_, Kind::Dot | Kind::Comma | Kind::Colon) => false,
        (open, _) if matches!(open, Kind::Open(_)) => block(open),
        (_, close) if matches!(close, Kind::Close(_)) => block(close),
        // A call has its bracket right behind its name.
        (Kind::Word | Kind::Text | Kind::Close(_), Kind::Open(Bracket::Round | Bracket::Square)) => {
            !token.adjacent
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
