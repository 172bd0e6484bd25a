//! The fields that inputs have for cutting bytes into messages: a scanner, or a codec as older configs name it.

use super::chunker::Chunker;
use super::csv::{Csv, OnError};
use super::decompress::{Algorithm, Decompress};
use super::lines::Lines;
use super::multipart::Multipart;
use super::re_match::ReMatch;
use super::record::Records;
use super::skip_bom::SkipBom;
use super::tar::Tar;
use super::to_the_end::ToTheEnd;
use crate::bloblang::did_you_mean;
use crate::component::{Built, ByteSource, Context, Scan, Scanner};
use crate::config::{Conf, Field, ScannerConf, field};
use crate::value::Str;

pub const CODEC: Field<Option<Str>> = field("codec")
    .deprecated()
    .suggestions(&[
        "auto",
        "all-bytes",
        "avro-ocf:marshaler=x",
        "chunker:x",
        "csv",
        "csv:x",
        "csv-safe",
        "csv-safe:x",
        "delim:x",
        "gzip",
        "pgzip",
        "lines",
        "multipart",
        "regex:(?m)^\\d\\d:\\d\\d:\\d\\d",
        "skipbom",
        "tar",
    ])
    .usable(|codec| by_name(codec, 1).map(|_| ()))
    .doc("How bytes are cut into messages, by names that can be chained with `/`; it wins over `scanner`.");
pub const MAX_BUFFER: Field<usize> = field("max_buffer")
    .default(1_000_000)
    .deprecated()
    .doc("How many bytes a message of a `codec` may have where its size is not known before.");
pub const SCANNER: Field<ScannerConf> =
    field("scanner").default("lines").version("4.25.0").doc("How bytes are cut into messages.");

/// The scanner that an input with these fields uses.
pub fn scanner(conf: &Conf, cx: &Context) -> Built<Box<dyn Scanner>> {
    // A mistake in it counts whether it is used or not.
    let max_buffer = conf.get(&MAX_BUFFER)?;
    let codec = conf.get(&CODEC)?.filter(|codec| !codec.is_empty());
    let Some(codec) = codec else { return cx.scanner(&conf.get(&SCANNER)?) };
    let scanner = by_name(&codec, max_buffer);
    Ok(scanner.map_err(|error| conf.error(&CODEC, error))?)
}

/// The codecs that are whole names.
const NAMES: [&str; 10] =
    ["auto", "all-bytes", "csv", "csv-safe", "gzip", "pgzip", "lines", "multipart", "skipbom", "tar"];

/// Codecs that stand for a chain of others.
const SHORT: [(&str, &str); 2] = [("csv-gzip", "gzip/csv"), ("tar-gzip", "gzip/tar")];

fn by_name(codec: &str, max_size: usize) -> Result<Box<dyn Scanner>, String> {
    let codec = SHORT.iter().find(|(short, _)| *short == codec).map_or(codec, |(_, chain)| *chain);
    if codec == "auto" {
        return Ok(Box::new(Auto { max_size }));
    }
    chain(&codec.split('/').collect::<Vec<_>>(), max_size)
}

/// What `codecs` mean, the first one nearest to the source.
fn chain(codecs: &[&str], max_size: usize) -> Result<Box<dyn Scanner>, String> {
    let Some((first, rest)) = codecs.split_first() else { return Ok(Box::new(ToTheEnd)) };
    match *first {
        "gzip" | "pgzip" => {
            let into = chain(rest, max_size)?;
            Ok(Box::new(Decompress { algorithm: Algorithm::Gzip, into }))
        }
        "skipbom" => Ok(Box::new(SkipBom { into: chain(rest, max_size)? })),
        _ => match (cutting(first, max_size)?, rest) {
            (scanner, []) => Ok(scanner),
            (scanner, ["multipart"]) => Ok(Box::new(Multipart(scanner))),
            (_, [next, ..]) => Err(format!("the codec '{next}' cannot follow '{first}'")),
        },
    }
}

/// A codec that cuts.
fn cutting(codec: &str, max_size: usize) -> Result<Box<dyn Scanner>, String> {
    let (name, argument) = codec.split_once(':').map_or((codec, None), |(name, rest)| (name, Some(rest)));
    let unusable = |what: &str| format!("the codec '{codec}' needs {what} after the colon");
    let text = |what: &str| argument.filter(|text| !text.is_empty()).ok_or_else(|| unusable(what));
    Ok(match (name, argument) {
        ("all-bytes", None) => Box::new(ToTheEnd),
        ("lines", None) => Box::new(Lines::new("", max_size)),
        ("tar", None) => Box::new(Tar { named: false }),
        ("csv" | "csv-safe", argument) => {
            let comma = match argument.map(|text| (text.chars().next(), text.chars().count())) {
                None => ',',
                Some((Some(comma), 1)) => comma,
                Some(_) => return Err(unusable("a single character")),
            };
            let records = Records::new(comma, false).ok_or_else(|| unusable("another character"))?;
            Box::new(Csv::new(records, if name == "csv" { OnError::Stop } else { OnError::Note }))
        }
        ("delim", Some(_)) => Box::new(Lines::new(text("a delimiter")?, max_size)),
        ("chunker", Some(size)) => {
            let size = size.parse().ok().and_then(Chunker::new);
            Box::new(size.ok_or_else(|| unusable("a number of bytes"))?)
        }
        ("regex", Some(_)) => Box::new(ReMatch::new(text("a regular expression")?, max_size)?),
        ("avro-ocf", _) => return Err("the codec 'avro-ocf' is not part of this build".to_owned()),
        _ => {
            let hint = did_you_mean(codec, NAMES.into_iter());
            return Err(format!("the codec '{codec}' is not known{hint}"));
        }
    })
}

/// The codec `auto`: goes by the name of the source.
struct Auto {
    max_size: usize,
}

/// What ends a name, and the codec that it means; all other sources are one message.
const BY_ENDING: [(&str, &str); 7] = [
    (".csv", "csv"),
    (".csv.gz", "gzip/csv"),
    (".csv.gzip", "gzip/csv"),
    (".tar", "tar"),
    (".tgz", "gzip/tar"),
    (".tar.gz", "gzip/tar"),
    (".tar.gzip", "gzip/tar"),
];

impl Scanner for Auto {
    fn open(&self, bytes: ByteSource, name: &str) -> Result<Box<dyn Scan>, String> {
        let codec = BY_ENDING.iter().find(|(ending, _)| name.ends_with(ending)).map_or("all-bytes", |c| c.1);
        by_name(codec, self.max_size)?.open(bytes, name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn codecs_mean_scanners() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("lines", "a\nb\n", &["a", "b"]),
            ("all-bytes", "a\nb\n", &["a\nb\n"]),
            ("auto", "a\nb\n", &["a\nb\n"]),
            ("delim:||", "a||b", &["a", "b"]),
            ("chunker:2", "abc", &["ab", "c"]),
            ("csv:;", "x;y\n1;2", &["{\"x\":\"1\",\"y\":\"2\"}"]),
            ("csv-safe", "x\n1,2\n", &["{}"]),
            ("skipbom/csv", "\u{feff}x\n1", &["{\"x\":\"1\"}"]),
            ("skipbom", "\u{feff}x\n1", &["x\n1"]),
            ("regex:#", "a#b", &["a", "#b"]),
            ("lines/multipart", "a\n\nb", &["a", "b"]),
        ];
        for (codec, text, want) in cases {
            let scanner = by_name(codec, 1000).unwrap_or_else(|error| panic!("{codec}: {error}"));
            assert_eq!(texts(&*scanner, text), *want, "{codec}");
        }
    }

    #[test]
    fn other_codecs_are_refused() {
        for codec in [
            "",
            "nope",
            "lines:x",
            "delim:",
            "chunker:0",
            "csv:ab",
            "csv:",
            "lines/csv",
            "multipart",
            "regex:(",
        ] {
            assert!(by_name(codec, 1000).is_err(), "{codec}");
        }
    }
}
