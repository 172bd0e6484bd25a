//! Go templates cut into text and the tokens of actions.

use crate::bloblang::go::quote::unquote;
use crate::value::{Str, Value};

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// Text outside of actions.
    Text(Str),
    /// An action begins.
    Open,
    /// An action ends.
    Close,
    Word(Str),
    /// `.name`, with whether a blank stands before it.
    Field(Str, bool),
    /// `$name`, without the sign.
    Variable(Str),
    Dot,
    Literal(Literal),
    Sign(&'static str),
}

#[derive(Clone, Debug)]
pub struct Literal(pub Value);

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        crate::value::compare::equal(&self.0, &other.0)
    }
}

const SIGNS: &[&str] = &[":=", "=", "|", "(", ")", ","];

/// All tokens of a template.
pub fn lex(template: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = template;
    let mut trim = false;
    loop {
        let open = rest.find("{{");
        let (text, action) = open.map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 2..])));
        let mut text = if trim { text.trim_start() } else { text };
        let trims = |action: &str| {
            action.strip_prefix('-').filter(|after| after.starts_with(char::is_whitespace)).map(str::to_owned)
        };
        if action.and_then(trims).is_some() {
            text = text.trim_end();
        }
        if !text.is_empty() {
            tokens.push(Token::Text(text.into()));
        }
        let Some(action) = action else { return Ok(tokens) };
        let action = if trims(action).is_some() { &action[1..] } else { action };
        let inner = action.trim_start();
        if let Some(comment) = inner.strip_prefix("/*") {
            let end = comment.find("*/").ok_or("a comment without end")?;
            (rest, trim) = close(comment[end + 2..].trim_start(), &comment[end + 2..])
                .ok_or("a comment is not alone in its action")?;
            continue;
        }
        tokens.push(Token::Open);
        (rest, trim) = inside(action, &mut tokens)?;
        tokens.push(Token::Close);
    }
}

/// What follows the end of an action, if that is here, and whether white space behind it is left out.
fn close<'t>(trimmed: &'t str, all: &'t str) -> Option<(&'t str, bool)> {
    if let Some(rest) = trimmed.strip_prefix("-}}").filter(|_| trimmed.len() < all.len()) {
        return Some((rest, true));
    }
    trimmed.strip_prefix("}}").map(|rest| (rest, false))
}

/// Adds the tokens of an action.
fn inside<'t>(action: &'t str, tokens: &mut Vec<Token>) -> Result<(&'t str, bool), String> {
    let mut all = action;
    loop {
        let rest = all.trim_start();
        if let Some(end) = close(rest, all) {
            return Ok(end);
        }
        let blank = rest.len() < all.len();
        let first = rest.chars().next().ok_or("an action without end")?;
        let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let length = match first {
            '"' | '`' | '\'' => {
                let length = quoted(rest, first).ok_or("a text without end")?;
                tokens.push(Token::Literal(Literal(literal(&rest[..length], first)?)));
                length
            }
            '.' if rest[1..].starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                let length = 1 + word(&rest[1..]);
                tokens.push(Token::Field(rest[1..length].into(), blank));
                length
            }
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                tokens.push(Token::Dot);
                1
            }
            '$' => {
                let length = 1 + word(&rest[1..]);
                tokens.push(Token::Variable(rest[1..length].into()));
                length
            }
            '0'..='9' | '.' | '+' | '-' => {
                let length = number(rest);
                tokens.push(Token::Literal(Literal(parse_number(&rest[..length])?)));
                length
            }
            c if c.is_alphabetic() || c == '_' => {
                let length = word(rest);
                tokens.push(Token::Word(rest[..length].into()));
                length
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or_else(|| format!("unexpected {first:?} in an action"))?;
                tokens.push(Token::Sign(sign));
                sign.len()
            }
        };
        all = &rest[length..];
    }
}

/// The length of a text with its quotes.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A text, or the number of a character.
fn literal(text: &str, quote: char) -> Result<Value, String> {
    let wrong = || format!("{text} is not written as it should be");
    if quote == '\'' {
        let inner = &text[1..text.len() - 1];
        let text =
            unquote(&format!("\"{}\"", inner.replace("\\'", "'").replace('"', "\\\""))).ok_or_else(wrong)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut chars = text.chars();
        return match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(Value::Int(u32::from(c).into())),
            _ => Err(wrong()),
        };
    }
    Ok(Value::text(unquote(text).ok_or_else(wrong)?))
}

fn number(text: &str) -> usize {
    let mut before = ' ';
    let part = |c: char| {
        let exponent = matches!(before, 'e' | 'E' | 'p' | 'P') && matches!(c, '+' | '-');
        let sign = before == ' ' && matches!(c, '+' | '-');
        before = c;
        c.is_ascii_alphanumeric() || c == '.' || c == '_' || exponent || sign
    };
    let mut part = part;
    text.find(|c: char| !part(c)).unwrap_or(text.len())
}

fn parse_number(text: &str) -> Result<Value, String> {
    let wrong = |_| format!("'{text}' is not a number");
    let plain = text.replace('_', "");
    let (sign, digits) =
        plain.strip_prefix('-').map_or((1, plain.trim_start_matches('+')), |digits| (-1, digits));
    let radix = [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)]
        .iter()
        .find_map(|(prefix, radix)| Some((digits.strip_prefix(prefix)?, *radix)));
    if let Some((digits, radix)) = radix {
        return i64::from_str_radix(digits, radix)
            .map(|n| Value::Int(sign * n))
            .map_err(|error| wrong(error.to_string()));
    }
    if let Ok(n) = digits.parse::<i64>() {
        return Ok(Value::Int(sign * n));
    }
    let float: f64 = plain.parse().map_err(|_| wrong(String::new()))?;
    Ok(Value::Float(float))
}
