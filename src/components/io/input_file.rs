//! `file`: the contents of files, one after another.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::fs::File;

use super::metadata::file_metadata;
use super::paths::expand;
use crate::component::{
    AUTO_REPLAY_NACKS, Built, ConnectError, Context, Cut, InputBuild, InputSpec, ReadError, Reads, Scan,
    Scanner, Source, SourceAck, SourceSetup,
};
use crate::components::scan::{CODEC, MAX_BUFFER, SCANNER, scanner};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Message, sink};
use crate::value::{Object, Str};

const PATHS: Field<Vec<Str>> = field("paths")
    .doc("The files, read in this order. Wildcards are allowed, also `**` for any number of folders.");
const DELETE_ON_FINISH: Field<bool> = field("delete_on_finish")
    .default(false)
    .advanced()
    .doc("Whether a file is deleted once all its messages are delivered.");

pub const FILE: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "file")
        .categories(&["Local"])
        .summary("Reads files and cuts them into messages.")
        .description("Wildcards are expanded once, when the input starts; it ends with the last file. A file that cannot be opened is tried again until it can. Each message has the metadata `path`, `mod_time_unix` and `mod_time` (RFC 3339).")
        .fields(&[&PATHS, &CODEC, &MAX_BUFFER, &SCANNER, &DELETE_ON_FINISH, &AUTO_REPLAY_NACKS])
        .examples(&[Example {
            title: "Take over an inbox of tables",
            config: "file:\n  paths: [ inbox/**/*.csv ]\n  scanner: { csv: {} }\n  delete_on_finish: true\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let paths = expand(&conf.get(&PATHS)?).map_err(|error| conf.error(&PATHS, error))?;
        let source = Box::new(Files {
            paths: paths.into(),
            scanner: scanner(conf, cx)?,
            delete: conf.get(&DELETE_ON_FINISH)?,
            open: None,
            cx: cx.clone(),
        });
        Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

struct Files {
    /// Those that were not opened yet.
    paths: VecDeque<String>,
    scanner: Box<dyn Scanner>,
    delete: bool,
    open: Option<Open>,
    cx: Context,
}

/// The file that is being read.
struct Open {
    scan: Box<dyn Scan>,
    metadata: Object,
    /// Deletes the file when it is done with.
    ack: Option<Arc<SourceAck>>,
}

// === impl Files ===

impl Files {
    /// Opens the next file unless one is open.
    async fn open(&mut self) -> Result<(), ConnectError> {
        if self.open.is_some() {
            return Ok(());
        }
        let Some(path) = self.paths.front() else { return Err(ConnectError::End) };
        let unusable = |error: &dyn std::fmt::Display| ConnectError::failed(format!("{path}: {error}"));
        let file = File::open(path).await.map_err(|error| unusable(&error))?;
        let metadata = file.metadata().await.map_err(|error| unusable(&error))?;
        let scan = self.scanner.open(Box::new(file), path).map_err(|error| unusable(&error))?;
        let ack = self.delete.then(|| deleting(path.clone(), self.cx.clone()));
        self.open = Some(Open { scan, metadata: file_metadata(path, &metadata), ack });
        self.paths.pop_front();
        Ok(())
    }
}

/// Deletes the file at `path` when all of it was delivered.
fn deleting(path: String, cx: Context) -> Arc<SourceAck> {
    SourceAck::new(sink(move |outcome| {
        if outcome.is_ok() {
            let log = cx.log().clone();
            cx.run(Box::pin(async move {
                if let Err(error) = tokio::fs::remove_file(&path).await {
                    log.error(format_args!("Failed to delete {path}: {error}"));
                }
            }));
        }
    }))
}

#[async_trait]
impl Source for Files {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        self.open().await
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        loop {
            match self.open().await {
                Ok(()) => {}
                Err(ConnectError::End) => return Err(ReadError::EndOfInput),
                // Tried again, and told, by `connect`.
                Err(ConnectError::Failed { .. }) => return Err(ReadError::NotConnected),
            }
            let Some(open) = &mut self.open else { continue };
            let metadata = &open.metadata;
            let decorate = |message: &mut Message| merge(message, metadata);
            let read = open.scan.next(&mut Cut::new(out, open.ack.as_ref(), &decorate)).await;
            let Err(error) = read else { return Ok(()) };
            let ended = self.open.take();
            if error != ReadError::EndOfInput {
                return Err(error);
            }
            if let Some(ack) = ended.and_then(|open| open.ack) {
                ack.ended();
            }
        }
    }
}

/// Adds the file's metadata to what a scanner may have set; shared where it set nothing.
fn merge(message: &mut Message, metadata: &Object) {
    if message.meta().is_empty() {
        return message.replace_meta(metadata.clone());
    }
    for (key, value) in metadata {
        message.set_meta(key.clone(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, input, read_all};

    #[tokio::test]
    async fn files_are_read_in_order_and_deleted_when_delivered() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        for (name, text) in [("a", "one\ntwo\n"), ("b", ""), ("c", "three")] {
            std::fs::write(path(name), text).expect("written");
        }
        let cx = context();
        let conf = format!("file: {{ paths: [ '{}/*' ], delete_on_finish: true }}", folder.path().display());
        let read = read_all(&mut *input(&cx, &conf)).await;
        let texts: Vec<_> = read.iter().map(|m| String::from_utf8_lossy(m.bytes()).into_owned()).collect();
        assert_eq!(texts, ["one", "two", "three"]);
        assert_eq!(read[2].meta().get("path").and_then(|v| v.as_str()), Some(path("c").as_str()));
        let time = read[0].meta().get("mod_time").and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
        cx.environment().tasks.ended().await;
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
    }

    #[tokio::test]
    async fn a_file_that_breaks_off_is_kept_and_the_next_one_read() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("a", "1\nlonger than the limit\n"), ("b", "2\n")] {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let cx = context();
        let conf = format!(
            "file: {{ paths: [ '{}/*' ], delete_on_finish: true, scanner: {{ lines: {{ max_buffer_size: 5 }} }} }}",
            folder.path().display()
        );
        assert_eq!(read_all(&mut *input(&cx, &conf)).await.len(), 2);
        cx.environment().tasks.ended().await;
        assert!(folder.path().join("a").exists() && !folder.path().join("b").exists());
    }
}
