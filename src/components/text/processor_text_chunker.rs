//! `text_chunker`: cuts long texts into chunks, such as for embeddings.

use unicode_segmentation::UnicodeSegmentation;

use super::markdown;
use super::recursive::{self, Measure, Size};
use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Finding, Kind, field};
use crate::message::Batch;
use crate::value::Str;

const STRATEGY: Field<Str> = field("strategy")
    .options(&["markdown", "recursive_character", "token"])
    .doc("How texts are cut: at separators, the coarsest first, or at the headings and blocks of Markdown. By tokens is not there.");
const CHUNK_SIZE: Field<usize> = field("chunk_size").default(512).doc("How long a chunk is at most.");
const CHUNK_OVERLAP: Field<usize> =
    field("chunk_overlap").default(100).doc("How much of the end of a chunk the next one repeats.");
const SEPARATORS: Field<Vec<String>> = field("separators")
    .default_list(&["\n\n", "\n", " ", ""])
    .doc("Where `recursive_character` cuts, the coarsest first.");
const LENGTH_MEASURE: Field<Str> = field("length_measure")
    .default("runes")
    .options(&["graphemes", "runes", "token", "utf8"])
    .doc("What lengths count: characters as people see them, code points, or bytes. Tokens are not there.");
const TOKEN_ENCODING: Field<Option<Str>> =
    field("token_encoding").advanced().doc("The encoding of tokens; has no use here.");
const ALLOWED_SPECIAL: Field<Vec<Str>> = field("allowed_special")
    .default_list(&[])
    .advanced()
    .doc("Special tokens that are allowed; has no use here.");
const DISALLOWED_SPECIAL: Field<Vec<Str>> = field("disallowed_special")
    .default_list(&["all"])
    .advanced()
    .doc("Special tokens that are not allowed; has no use here.");
const INCLUDE_CODE_BLOCKS: Field<bool> =
    field("include_code_blocks").default(false).doc("Whether `markdown` keeps blocks of code.");
const KEEP_REFERENCE_LINKS: Field<bool> = field("keep_reference_links")
    .default(false)
    .doc("Whether `markdown` writes out the targets of links that stand elsewhere.");

pub const TEXT_CHUNKER: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "text_chunker")
        .categories(&["AI"])
        .summary("Cuts each text into chunks, a message for each of them.")
        .description("Anything that counts tokens needs a vocabulary from elsewhere and is refused.")
        .fields(&[
            &STRATEGY,
            &CHUNK_SIZE,
            &CHUNK_OVERLAP,
            &SEPARATORS,
            &LENGTH_MEASURE,
            &TOKEN_ENCODING,
            &ALLOWED_SPECIAL,
            &DISALLOWED_SPECIAL,
            &INCLUDE_CODE_BLOCKS,
            &KEEP_REFERENCE_LINKS,
        ])
        .rule(no_tokens)
        .examples(&[Example {
            title: "Paragraphs and sentences",
            config: "text_chunker:\n  strategy: recursive_character\n  chunk_size: 1000\n  separators: [\"\\n\\n\", \". \", \" \"]\n",
        }]),
    build: |conf, _| Ok(Box::new(TextChunker::new(conf)?)),
    silent: false,
};

const NO_TOKENS: &str = "tokens need a vocabulary that this program does not have: cut with recursive_character, and measure runes";

/// Finds what counts tokens: older engines have a vocabulary for it.
fn no_tokens(conf: &Conf, found: &mut Vec<Finding>) {
    let values = ["strategy", "length_measure"].into_iter().filter_map(|name| conf.node().get(name));
    let tokens = values.filter(|value| value.as_text() == Some("token"));
    found.extend(tokens.map(|value| Finding::warning(value.line, NO_TOKENS)));
}

struct TextChunker {
    strategy: Strategy,
    size: Size,
}

enum Strategy {
    Recursive(Vec<String>),
    Markdown(markdown::Options),
}

// === impl TextChunker ===

impl TextChunker {
    fn new(conf: &Conf) -> Built<Self> {
        let measure: Measure = match conf.get(&LENGTH_MEASURE)?.as_str() {
            "graphemes" => |text| text.graphemes(true).count(),
            "token" => return Err(conf.error(&LENGTH_MEASURE, NO_TOKENS).into()),
            "utf8" => str::len,
            _ => |text| text.chars().count(),
        };
        let strategy = match conf.get(&STRATEGY)?.as_str() {
            "token" => return Err(conf.error(&STRATEGY, NO_TOKENS).into()),
            "markdown" => Strategy::Markdown(markdown::Options {
                code: conf.get(&INCLUDE_CODE_BLOCKS)?,
                links: conf.get(&KEEP_REFERENCE_LINKS)?,
            }),
            "recursive_character" => Strategy::Recursive(conf.get(&SEPARATORS)?),
            other => return Err(conf.error(&STRATEGY, format!("there is no strategy '{other}'")).into()),
        };
        let size = Size { most: conf.get(&CHUNK_SIZE)?, overlap: conf.get(&CHUNK_OVERLAP)?, measure };
        Ok(Self { strategy, size })
    }

    fn split(&self, text: &str) -> Vec<String> {
        match &self.strategy {
            Strategy::Recursive(separators) => recursive::split(text, separators, self.size),
            Strategy::Markdown(options) => markdown::split(text, *options, self.size),
        }
    }
}

impl Processor for TextChunker {
    fn process(&self, batch: Batch) -> Step<'_> {
        let mut all = Batch::new();
        for message in batch {
            let chunks = self.split(&String::from_utf8_lossy(message.bytes()));
            all.extend(chunks.into_iter().map(|chunk| message.with_bytes(chunk)));
        }
        Step::non_empty(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};

    #[tokio::test]
    async fn texts_become_chunks() {
        let config =
            "{strategy: recursive_character, chunk_size: 4, chunk_overlap: 0, length_measure: graphemes}";
        let chunker = alone(&TEXT_CHUNKER, config).expect("built");
        assert_eq!(run_alone(&*chunker, &["👩‍🚀👍🏽 ab 👩‍🚀 cd"]).await, ["👩‍🚀👍🏽", "ab 👩‍🚀", "cd"]);
        assert!(alone(&TEXT_CHUNKER, "{strategy: token}").is_err());
    }
}
