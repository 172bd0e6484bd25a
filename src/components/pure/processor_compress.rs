//! `compress` and `decompress`: change the content of each message.

use std::sync::Arc;

use crate::bloblang::did_you_mean;
use crate::bloblang::methods::compression::{COMPRESSORS, DECOMPRESSORS, level};
use crate::component::{Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::message::{Batch, batches_of};
use crate::value::Str;

const COMPRESS_BY: Field<Str> = field("algorithm")
    .suggestions(&["flate", "gzip", "lz4", "pgzip", "snappy", "zlib"])
    .usable(|name| found(&COMPRESSORS, name).map(|_| ()))
    .doc("How to compress.");
const LEVEL: Field<i64> = field("level")
    .default(-1)
    .doc("How hard to try, from 0 to 9, where the algorithm can choose; -1: as usual.");
const DECOMPRESS_BY: Field<Str> = field("algorithm")
    .suggestions(&["bzip2", "flate", "gzip", "lz4", "pgzip", "snappy", "zlib"])
    .usable(|name| found(&DECOMPRESSORS, name).map(|_| ()))
    .doc("How the content is compressed.");

pub const COMPRESS: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "compress")
        .categories(&["Parsing"])
        .summary("Compresses the content of each message.")
        .fields(&[&COMPRESS_BY, &LEVEL])
        .examples(&[Example { title: "Small", config: "compress:\n  algorithm: gzip\n  level: 9\n" }]),
    build: |conf, cx| {
        let wanted = conf.get(&LEVEL)?;
        let name = conf.get(&COMPRESS_BY)?;
        let run = found(&COMPRESSORS, &name).map_err(|error| conf.error(&COMPRESS_BY, error))?;
        let possible = (-2..=9).contains(&wanted) || !LEVELLED.contains(&name.as_str());
        let run = move |data: &[u8]| {
            if possible {
                return run(data, level(wanted));
            }
            Err(std::io::Error::other(format!("invalid compression level: {wanted}")))
        };
        Ok(Box::new(Recode { run: Arc::new(run), what: "compress", cx: cx.clone() }))
    },
    silent: false,
};

pub const DECOMPRESS: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "decompress")
        .categories(&["Parsing"])
        .summary("Decompresses the content of each message.")
        .description("A message that cannot be decompressed is flagged and stays.")
        .fields(&[&DECOMPRESS_BY])
        .examples(&[Example { title: "From gzip", config: "decompress:\n  algorithm: gzip\n" }]),
    build: |conf, cx| {
        let run = found(&DECOMPRESSORS, &conf.get(&DECOMPRESS_BY)?)
            .map_err(|error| conf.error(&DECOMPRESS_BY, error))?;
        Ok(Box::new(Recode { run: Arc::new(run), what: "decompress", cx: cx.clone() }))
    },
    silent: false,
};

/// The algorithms whose levels end at 9.
const LEVELLED: [&str; 4] = ["flate", "gzip", "pgzip", "zlib"];

/// Batches with more content than this leave the async threads.
const LARGE: usize = 256 * 1024;

struct Recode {
    run: Run,
    what: &'static str,
    cx: Context,
}

type Run = Arc<dyn Fn(&[u8]) -> std::io::Result<Vec<u8>> + Send + Sync>;

fn found<T: Copy>(table: &[(&str, T)], name: &str) -> Result<T, String> {
    let entry = table.iter().find(|(known, _)| *known == name);
    entry.map(|(_, run)| *run).ok_or_else(|| {
        let hint = did_you_mean(name, table.iter().map(|(known, _)| *known));
        format!("the algorithm '{name}' is not known{hint}")
    })
}

fn recode(run: &Run, what: &str, mut batch: Batch) -> Batch {
    for message in &mut batch {
        match run(message.bytes()) {
            Ok(content) => message.set_bytes(content),
            Err(error) => message.fail(format!("failed to {what}: {error}")),
        }
    }
    batch
}

impl Processor for Recode {
    fn process(&self, batch: Batch) -> Step<'_> {
        let size: usize = batch.iter().map(|message| message.size()).sum();
        if size <= LARGE {
            return Step::one(recode(&self.run, self.what, batch));
        }
        let (run, what) = (self.run.clone(), self.what);
        Step::later(async move {
            let done = tokio::task::spawn_blocking(move || recode(&run, what, batch)).await;
            done.map(batches_of).map_err(|error| {
                self.cx.log().error(format_args!("Failed to {what}: {error}"));
                crate::component::Rejected(error.to_string().into())
            })
        })
    }
}
