//! Cuts Markdown at its headings and blocks; every chunk begins with the heading that it stands under.

mod blocks;
mod links;

use blocks::Block;
use links::Links;

use super::recursive::{self, Size};

/// Where a chunk that is still too long is cut.
const SEPARATORS: [&str; 3] = ["\n\n", "\n", " "];

/// What chunks contain.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Blocks of code.
    pub code: bool,
    /// The targets of links that are defined elsewhere, beside the links.
    pub links: bool,
}

/// The chunks of a document.
pub fn split(text: &str, options: Options, size: Size) -> Vec<String> {
    let (blocks, links) = blocks::parse(text);
    let mut splitter = Splitter::new(options, size, &links);
    splitter.blocks(&blocks);
    splitter.chunks
}

/// Collects blocks until they make a chunk. Lists and quotes have one of their own.
struct Splitter<'l> {
    options: Options,
    size: Size,
    links: &'l Links,
    /// The heading above, and whether a chunk shows it.
    title: String,
    title_shown: bool,
    list: List,
    depth: usize,
    /// What will be the next chunk.
    snippet: String,
    chunks: Vec<String>,
}

/// How items are marked.
#[derive(Clone, Copy)]
enum List {
    None,
    Bullets,
    /// The number of the last item.
    Numbers(usize),
}

// === impl Splitter ===

impl<'l> Splitter<'l> {
    fn new(options: Options, size: Size, links: &'l Links) -> Self {
        let (title, snippet) = Default::default();
        Self {
            options,
            size,
            links,
            title,
            title_shown: false,
            list: List::None,
            depth: 0,
            snippet,
            chunks: Vec::new(),
        }
    }

    /// A splitter for what is inside a block; its code blocks are left out and its links are written out.
    fn inner(&self) -> Self {
        let options = Options { code: false, links: true };
        Self {
            title: self.title.clone(),
            title_shown: self.title_shown,
            list: self.list,
            depth: self.depth,
            ..Self::new(options, self.size, self.links)
        }
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
        self.emit();
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, text) => {
                self.emit();
                self.title = format!("{} {text}", "#".repeat(*level));
                self.title_shown = false;
            }
            Block::Paragraph(text) => {
                let text = self.inline(text);
                self.join(text);
            }
            Block::Quote(blocks) => {
                let mut inner = self.inner();
                inner.title.clear();
                inner.blocks(blocks);
                inner.chunks.iter().for_each(|chunk| self.join(indented(chunk, "> ")));
                self.emit();
            }
            Block::List { numbered, items } => self.items(*numbered, items),
            Block::Code(text) if self.options.code => self.join(format!("\n{}", indented(text, "    "))),
            Block::Fence { info, text } if self.options.code => {
                self.join(format!("\n```{info}\n{text}```\n"))
            }
            Block::Code(_) | Block::Fence { .. } => {}
            Block::Rule => self.join("\n---".to_owned()),
            Block::Table(rows) => self.table(rows),
        }
    }

    fn items(&mut self, numbered: bool, items: &[Vec<Block>]) {
        self.list = if numbered { List::Numbers(0) } else { List::Bullets };
        self.depth += 1;
        let mut inner = self.inner();
        for item in items {
            inner.item(item);
        }
        inner.emit();
        for chunk in &inner.chunks {
            self.join(if inner.depth > 1 { indented(chunk, "  ") } else { chunk.clone() });
        }
        self.depth -= 1;
    }

    fn item(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Paragraph(text) => {
                    let text = self.inline(text);
                    let marked = match &mut self.list {
                        List::Numbers(n) => {
                            *n += 1;
                            format!("{n}. {text}")
                        }
                        List::Bullets => format!("- {text}"),
                        List::None => text,
                    };
                    self.join(marked);
                    self.title.clear();
                }
                Block::List { numbered, items } => self.items(*numbered, items),
                _ => {}
            }
        }
        self.emit();
    }

    /// Every row is a chunk that begins with the header.
    fn table(&mut self, rows: &[Vec<String>]) {
        let named = rows.first().is_some_and(|header| header.iter().any(|cell| !cell.is_empty()));
        let rows = if named || rows.len() < 2 { rows } else { &rows[1..] };
        let Some((header, body)) = rows.split_first() else { return };
        let header = format!("{}\n{}", row(header), row(&vec!["---".to_owned(); header.len()]));
        if body.is_empty() {
            self.join(header.clone());
            self.emit();
        }
        for cells in body {
            let line = row(cells);
            let starts = self.snippet.is_empty() || self.overflows(&line);
            self.join(if starts { format!("{header}\n{line}") } else { line });
            self.emit();
        }
    }

    fn inline(&self, text: &str) -> String {
        if self.options.links { self.links.written_out(text) } else { text.to_owned() }
    }

    fn overflows(&self, more: &str) -> bool {
        (self.size.measure)(&format!("{}{more}", self.snippet)) >= self.size.most
    }

    /// Adds to the next chunk, or begins another one.
    fn join(&mut self, text: String) {
        if self.snippet.is_empty() {
            self.snippet = text;
        } else if self.overflows(&text) {
            self.emit();
            self.snippet = text;
        } else {
            self.snippet.push('\n');
            self.snippet.push_str(&text);
        }
    }

    /// Makes a chunk of what was collected; of a heading without anything below it too.
    fn emit(&mut self) {
        let snippet = std::mem::take(&mut self.snippet);
        let fits = (self.size.measure)(&snippet) <= self.size.most + self.size.overlap;
        let mut chunks = match snippet.is_empty() {
            true => Vec::new(),
            false if fits => vec![snippet.clone()],
            false => recursive::split(&snippet, &SEPARATORS, self.size),
        };
        if chunks.is_empty() && !self.title.is_empty() && !self.title_shown {
            self.title_shown = true;
            self.chunks.push(self.title.clone());
            return;
        }
        if !self.title.is_empty() && !snippet.contains(&self.title) {
            chunks.iter_mut().for_each(|chunk| *chunk = format!("{}\n{chunk}", self.title));
        }
        self.title_shown |= !chunks.is_empty();
        self.chunks.append(&mut chunks);
    }
}

fn indented(text: &str, mark: &str) -> String {
    text.split('\n').map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n")
}

fn row(cells: &[String]) -> String {
    if cells.is_empty() { String::new() } else { format!("| {} |", cells.join(" | ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_begin_with_their_heading() {
        let size = Size { most: 60, overlap: 0, measure: str::len };
        let cut = |text, options| split(text, options, size);
        for (text, want) in [
            (
                "# Top\n\nIntro.\n\n## One\n\nSome *words*\nhere.\n\n",
                &["# Top\nIntro.", "## One\nSome *words*\nhere."][..],
            ),
            ("Top\n===\n\n- a\n- b\n  1. c\n  2. d\n", &["# Top\n- a\n- b\n  1. c\n  2. d"]),
            ("> quoted\n> text\n\nplain", &["> quoted\n> text", "plain"]),
            (
                "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
                &["| a | b |\n| --- | --- |\n| 1 | 2 |", "| a | b |\n| --- | --- |\n| 3 | 4 |"],
            ),
            ("# A\n# B\n\nx\n\n***\n\ny", &["# A", "# B\nx\n\n---\ny"]),
            ("see [it]\n\n[it]: http://x \"T\"\n\n    code\n", &["see [it]"]),
        ] {
            assert_eq!(cut(text, Options::default()), want, "{text}");
        }
        let all = Options { code: true, links: true };
        assert_eq!(
            cut("```go\nx\n```\nsee [it][a]\n\n[A]: http://x \"T\"", all),
            ["\n```go\nx\n```\n\nsee [it](http://x \"T\")"]
        );
        let long = "# T\n\n".to_owned() + &"word ".repeat(30);
        assert!(cut(&long, all).iter().all(|chunk| chunk.starts_with("# T\nword") && chunk.len() <= 64));
    }
}
