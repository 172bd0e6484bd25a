//! Replacement texts: `$1`, `$name`, `${name}` and `$$`. A name is as long as it can be, so `$1x` names a group
//! `1x`; groups that do not exist are empty; a `$` that begins nothing stands for itself.

use std::ops::Range;

use regex::CaptureLocations;

use crate::value::Str;

/// A parsed replacement text.
#[derive(Clone, Debug)]
pub struct Template {
    parts: Vec<Part>,
}

/// A piece of an expansion: text of its own, or a span of the text that was searched.
pub(super) enum Piece<'p> {
    Text(&'p str),
    Span(Range<usize>),
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Group(usize),
    Named(String),
}

impl Template {
    pub fn new(template: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some(dollar) = rest.find('$') {
            push_text(&mut parts, &rest[..dollar]);
            let after = &rest[dollar + 1..];
            rest = match name(after) {
                Some((name, rest)) => {
                    parts.push(group(name));
                    rest
                }
                None => {
                    push_text(&mut parts, "$");
                    after.strip_prefix('$').unwrap_or(after)
                }
            };
        }
        push_text(&mut parts, rest);
        Self { parts }
    }

    /// Whether any group is filled in.
    pub fn has_groups(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Text(_)))
    }

    /// Hands out the template with the groups of one match filled in; none where `put` wants no more.
    pub(super) fn expand(
        &self,
        names: &[Option<Str>],
        captures: &CaptureLocations,
        put: &mut impl FnMut(Piece<'_>) -> bool,
    ) -> Option<()> {
        for part in &self.parts {
            let group = match part {
                Part::Text(literal) => {
                    put(Piece::Text(literal)).then_some(())?;
                    continue;
                }
                Part::Group(i) => captures.get(*i),
                // Of several groups with the name the first that matched counts.
                Part::Named(name) => {
                    let named = |(i, n): (usize, &Option<Str>)| {
                        n.as_ref().filter(|n| *n == name).and(captures.get(i))
                    };
                    names.iter().enumerate().find_map(named)
                }
            };
            if let Some((start, end)) = group {
                put(Piece::Span(start..end)).then_some(())?;
            }
        }
        Some(())
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

/// The name after a `$` and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    let (braced, body) = match text.strip_prefix('{') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let end = body.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    let rest = if braced { rest.strip_prefix('}')? } else { rest };
    if name.is_empty() { None } else { Some((name, rest)) }
}

fn group(name: &str) -> Part {
    let number = if name.bytes().all(|b| b.is_ascii_digit()) { name.parse().ok() } else { None };
    number.map_or_else(|| Part::Named(name.to_owned()), Part::Group)
}
