//! The blocks of a Markdown document: as much of CommonMark and its tables as the cutting of texts needs.

use std::sync::LazyLock;

use regex::Regex;

use super::links::Links;

/// A block; inline text is as it was written.
#[derive(Debug, PartialEq)]
pub enum Block {
    Heading(usize, String),
    Paragraph(String),
    Quote(Vec<Block>),
    List {
        numbered: bool,
        items: Vec<Vec<Block>>,
    },
    /// Code by indentation.
    Code(String),
    Fence {
        info: String,
        text: String,
    },
    Rule,
    /// Rows of cells, the header first.
    Table(Vec<Vec<String>>),
}

/// How deep quotes and lists may stand in each other; what is deeper is text.
const MAX_DEPTH: usize = 32;

struct Rules {
    heading: Regex,
    rule: Regex,
    fence: Regex,
    item: Regex,
    under: Regex,
    table: Regex,
}

static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| {
    let rule = |pattern: &str| Regex::new(pattern).ok();
    Some(Rules {
        heading: rule(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$")?,
        rule: rule(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")?,
        fence: rule(r"^( {0,3})(`{3,}|~{3,})[ \t]*([^`]*?)[ \t]*$")?,
        item: rule(r"^( {0,3}(?:([-+*])|(\d{1,9})[.)]))( {1,4}|$|\t)(.*)$")?,
        under: rule(r"^ {0,3}(=+|-+)[ \t]*$")?,
        table: rule(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")?,
    })
});

/// The blocks of a document, and the targets of its links.
pub fn parse(text: &str) -> (Vec<Block>, Links) {
    let lines: Vec<&str> = text.lines().collect();
    let mut links = Links::default();
    let blocks = RULES.as_ref().map(|rules| rules.blocks(&lines, 0, &mut links));
    (blocks.unwrap_or_default(), links)
}

fn blank(line: &str) -> bool {
    line.trim().is_empty()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A line without up to so many leading spaces.
fn dedent(line: &str, most: usize) -> &str {
    &line[indent(line).min(most)..]
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    line.split('|').map(|cell| cell.trim().to_owned()).collect()
}

// === impl Rules ===

impl Rules {
    fn blocks(&self, lines: &[&str], depth: usize, links: &mut Links) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let rest = &lines[at..];
            let line = rest[0];
            if blank(line) || links.define(line) {
                at += 1;
                continue;
            }
            let (block, taken) = if indent(line) >= 4 || line.starts_with('\t') {
                self.code(rest)
            } else if let Some(found) = self.heading.captures(line) {
                let text = found.get(2).map_or("", |text| text.as_str());
                (Block::Heading(found[1].len(), text.to_owned()), 1)
            } else if let Some(found) = self.fence.captures(line) {
                self.fenced(rest, found[1].len(), &found[2], &found[3])
            } else if self.rule.is_match(line) {
                (Block::Rule, 1)
            } else if depth < MAX_DEPTH && line.trim_start().starts_with('>') {
                self.quote(rest, depth, links)
            } else if depth < MAX_DEPTH && self.item.is_match(line) {
                self.list(rest, depth, links)
            } else if line.contains('|')
                && rest.get(1).is_some_and(|next| next.contains('-') && self.table.is_match(next))
            {
                let body = rest[2..].iter().take_while(|line| !blank(line)).count();
                let rows = rest[..1].iter().chain(&rest[2..2 + body]);
                (Block::Table(rows.map(|line| cells(line)).collect()), 2 + body)
            } else {
                self.paragraph(rest)
            };
            blocks.push(block);
            at += taken;
        }
        blocks
    }

    fn code(&self, lines: &[&str]) -> (Block, usize) {
        let all = lines.iter().take_while(|line| blank(line) || indent(line) >= 4 || line.starts_with('\t'));
        let mut taken = all.count();
        while blank(lines[taken - 1]) {
            taken -= 1;
        }
        let line = |line: &&str| format!("{}\n", line.strip_prefix('\t').unwrap_or(dedent(line, 4)));
        (Block::Code(lines[..taken].iter().map(line).collect()), taken)
    }

    fn fenced(&self, lines: &[&str], indent: usize, mark: &str, info: &str) -> (Block, usize) {
        let closes = |line: &&str| {
            let line = line.trim();
            line.starts_with(mark) && line.chars().all(|c| mark.starts_with(c))
        };
        let inside = lines[1..].iter().position(closes).unwrap_or(lines.len() - 1);
        let text = lines[1..=inside].iter().map(|line| format!("{}\n", dedent(line, indent))).collect();
        (Block::Fence { info: info.to_owned(), text }, (inside + 2).min(lines.len()))
    }

    fn quote(&self, lines: &[&str], depth: usize, links: &mut Links) -> (Block, usize) {
        let quoted = |line: &str| line.trim_start().starts_with('>');
        let taken = lines.iter().take_while(|line| quoted(line) || !self.begins(line)).count();
        let inner: Vec<&str> = lines[..taken]
            .iter()
            .map(|line| {
                let line = line.trim_start();
                let line = line.strip_prefix('>').unwrap_or(line);
                line.strip_prefix(' ').unwrap_or(line)
            })
            .collect();
        (Block::Quote(self.blocks(&inner, depth + 1, links)), taken)
    }

    fn list(&self, lines: &[&str], depth: usize, links: &mut Links) -> (Block, usize) {
        let numbered = |line: &str| self.item.captures(line).map(|found| found.get(3).is_some());
        let kind = numbered(lines[0]);
        let mut items: Vec<Vec<Block>> = Vec::new();
        let mut at = 0;
        while at < lines.len()
            && kind.is_some()
            && numbered(lines[at]) == kind
            && !self.rule.is_match(lines[at])
        {
            let Some(found) = self.item.captures(lines[at]) else { break };
            let width = found[1].len() + found[4].len().max(1);
            let mut inner = vec![found.get(5).map_or("", |text| text.as_str())];
            at += 1;
            while at < lines.len() {
                let (line, after_blank) = (lines[at], inner.last().is_some_and(|line| blank(line)));
                let belongs = blank(line) || indent(line) >= width || (!after_blank && !self.begins(line));
                if !belongs {
                    break;
                }
                inner.push(dedent(line, width));
                at += 1;
            }
            items.push(self.blocks(&inner, depth + 1, links));
        }
        (Block::List { numbered: kind == Some(true), items }, at)
    }

    fn paragraph(&self, lines: &[&str]) -> (Block, usize) {
        let mut texts = vec![lines[0].trim()];
        for line in &lines[1..] {
            if let Some(found) = self.under.captures(line) {
                let level = if found[1].starts_with('=') { 1 } else { 2 };
                return (Block::Heading(level, texts.join("\n")), texts.len() + 1);
            }
            if self.begins(line) {
                break;
            }
            texts.push(line.trim());
        }
        let taken = texts.len();
        (Block::Paragraph(texts.join("\n")), taken)
    }

    /// Whether a line ends a paragraph, as it is blank or another block begins with it.
    fn begins(&self, line: &str) -> bool {
        let begins_list = |line: &str| {
            let found = self.item.captures(line);
            found.is_some_and(|found| {
                !found[5].trim().is_empty() && found.get(3).is_none_or(|n| n.as_str() == "1")
            })
        };
        blank(line)
            || indent(line) < 4
                && (self.heading.is_match(line)
                    || self.rule.is_match(line)
                    || self.fence.is_match(line)
                    || line.trim_start().starts_with('>')
                    || begins_list(line))
    }
}
