//! `file`: files that messages are written to.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::framing::{CODEC, Framing};
use super::gathered::{Gathered, Outcomes, Written};
use crate::component::{Built, ConnectError, Context, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::{Batch, Transaction};
use crate::value::Str;

const PATH: Field<Template> = field("path")
    .version("3.33.0")
    .doc("The file that a message goes to. Folders on the way to it are created.");
const FILE_CODEC: Field<Str> = CODEC.version("3.33.0");

pub const FILE: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "file")
        .categories(&["Local"])
        .summary("Writes messages to files.")
        .description("One file is open at a time: messages that go to different files in turn are slower.")
        .fields(&[&PATH, &FILE_CODEC])
        .examples(&[Example {
            title: "A file for each day",
            config: "file:\n  path: log/${! now().ts_format(\"2006-01-02\") }.jsonl\n  codec: lines\n",
        }]),
    build: OutputBuild::Sink(|conf: &Conf, _: &Context| -> Built<SinkSetup> {
        let sink = Files {
            path: conf.get(&PATH)?,
            framing: Framing::read(conf, &FILE_CODEC)?,
            open: Mutex::new(Open { file: None, spare: Gathered::default() }),
        };
        Ok(SinkSetup { sink: Arc::new(sink), max_in_flight: 1, batching: None })
    }),
};

struct Files {
    path: Template,
    framing: Framing,
    open: Mutex<Open>,
}

struct Open {
    /// The file that was written last, with its path.
    file: Option<(PathBuf, File)>,
    /// An empty buffer that is used again and again.
    spare: Gathered,
}

/// Messages that follow each other into the same file; or, without a path, one that has none.
struct Run {
    path: Result<PathBuf, Str>,
    gathered: Gathered,
}

// === impl Files ===

impl Files {
    async fn save(
        &self,
        batches: impl Iterator<Item = &Batch> + Clone + Send,
    ) -> Result<Outcomes, WriteError> {
        let mut open = self.open.lock().await;
        let mut file = open.file.take();
        let runs = self.runs(batches, std::mem::take(&mut open.spare));
        let append = self.framing != Framing::Whole;
        let saved = tokio::task::spawn_blocking(move || {
            let mut outcomes = Outcomes::default();
            let mut spare = Gathered::default();
            for run in runs {
                run.save(append, &mut file, &mut outcomes);
                spare = run.gathered;
            }
            (file, spare, outcomes)
        });
        let (file, mut spare, outcomes) = saved.await.map_err(WriteError::failed)?;
        spare.clear();
        *open = Open { file, spare };
        Ok(outcomes)
    }

    fn runs<'b>(&self, batches: impl Iterator<Item = &'b Batch>, mut spare: Gathered) -> Vec<Run> {
        let fixed = self.path.as_static().map(|path| Ok(clean(path)));
        let mut runs: Vec<Run> = Vec::with_capacity(1);
        let one_file = fixed.is_some() && self.framing != Framing::Whole;
        for batch in batches {
            for (i, message) in batch.iter().enumerate() {
                if let Some(run) = runs.last_mut().filter(|_| one_file) {
                    run.gathered.add(message, &self.framing);
                    continue;
                }
                let path = match &fixed {
                    Some(path) => path.clone(),
                    None => self.render(batch, i),
                };
                let same = self.framing != Framing::Whole && path.is_ok();
                match runs.last_mut().filter(|run| same && run.path == path) {
                    Some(run) => run.gathered.add(message, &self.framing),
                    None => {
                        let mut gathered = std::mem::take(&mut spare);
                        gathered.add(message, &self.framing);
                        runs.push(Run { path, gathered });
                    }
                }
            }
        }
        runs
    }

    fn render(&self, batch: &Batch, index: usize) -> Result<PathBuf, Str> {
        match self.path.render(batch, index) {
            Ok(path) => Ok(clean(&path)),
            Err(error) => Err(format!("path interpolation error: {error}").into()),
        }
    }
}

/// A path without `.` and with `..` resolved where that is possible.
fn clean(path: &str) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            Component::ParentDir if clean.has_root() => {}
            part => clean.push(part),
        }
    }
    if clean.as_os_str().is_empty() { ".".into() } else { clean }
}

// === impl Run ===

impl Run {
    /// Writes the messages; blocks. Leaves the file open in `file` where more may be appended to it.
    fn save(&self, append: bool, file: &mut Option<(PathBuf, File)>, outcomes: &mut Outcomes) {
        let path = match &self.path {
            Ok(path) => path,
            Err(reason) => return outcomes.push(Some(reason.clone())),
        };
        if file.as_ref().is_none_or(|(open, _)| !append || open != path) {
            match open(path, append) {
                Ok(opened) => *file = Some((path.clone(), opened)),
                Err(error) => {
                    *file = None;
                    let error = Some(format!("{}: {error}", path.display()));
                    return outcomes.push_written(&self.gathered, &Written { error, ..Written::default() });
                }
            }
        }
        let Some((_, opened)) = file else { return };
        let mut written = self.gathered.write_to(opened);
        if let Some(error) = &mut written.error {
            *error = format!("{}: {error}", path.display());
            // A message of which half is there will be written again as a whole. Where the half cannot be removed the
            // next one still follows it, as it would have.
            let _ = cut(opened, self.gathered.torn(written.bytes));
        }
        if written.error.is_some() || !append {
            *file = None;
        }
        outcomes.push_written(&self.gathered, &written);
    }
}

fn open(path: &Path, append: bool) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().create(true).read(true).write(true).append(append).truncate(!append).open(path)
}

/// Takes back so many bytes that were just written, unless somebody else has written behind them.
fn cut(mut file: &File, torn: usize) -> io::Result<()> {
    let here = file.stream_position()?;
    let length = file.metadata()?.len();
    if torn == 0 || here != length {
        return Ok(());
    }
    file.set_len(length.saturating_sub(torn as u64))
}

#[async_trait]
impl Sink for Files {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        let outcomes = self.save(std::iter::once(batch)).await?;
        outcomes.by_batch(std::iter::once(batch)).collect()
    }

    async fn write_group(&self, group: &[Transaction], results: &mut Vec<Result<(), WriteError>>) {
        let batches = group.iter().map(|transaction| &transaction.batch);
        match self.save(batches.clone()).await {
            Ok(outcomes) => results.extend(outcomes.by_batch(batches)),
            Err(error) => results.extend(group.iter().map(|_| Err(error.clone()))),
        }
    }

    async fn close(&self) {
        self.open.lock().await.file = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, output, send};
    use super::*;

    /// Sends texts to a file output, with `@` in its config for a folder; what is in the folder then.
    async fn saved(conf: &str, texts: &[&str]) -> (Vec<(String, String)>, usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().to_string_lossy();
        let output = output(&context(), &conf.replace('@', &root));
        let outcomes = send(&*output, texts).await;
        output.close().await;
        let files =
            walkdir::WalkDir::new(folder.path()).sort_by_file_name().into_iter().filter_map(Result::ok);
        let files = files.filter(|entry| entry.file_type().is_file()).map(|entry| {
            let name = entry.path().to_string_lossy().replace(&format!("{root}/"), "");
            (name, std::fs::read_to_string(entry.path()).expect("text"))
        });
        (files.collect(), outcomes.iter().filter(|outcome| outcome.is_err()).count())
    }

    #[tokio::test]
    async fn messages_go_to_their_files() {
        for (conf, texts, want, failed) in [
            ("file: { path: '@/a/./b/../c.txt' }", &["x", "y\n"][..], &[("a/c.txt", "x\ny\n")][..], 0),
            (
                "file: { path: '@/${! content() }', codec: append }",
                &["x", "y", "y", "x"],
                &[("x", "xx"), ("y", "yy")],
                0,
            ),
            ("file: { path: '@/f', codec: all-bytes }", &["first", "2"], &[("f", "2")], 0),
            (
                "file: { path: '@/${! json(\"n\") }' }",
                &["{\"n\":1}", "no", "{\"n\":1}"],
                &[("1", "{\"n\":1}\n{\"n\":1}\n")],
                1,
            ),
            ("file: { path: '@' }", &["x", "y"], &[], 2),
        ] {
            let want: Vec<_> = want.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
            assert_eq!(saved(conf, texts).await, (want, failed), "{conf}");
        }
    }

    #[test]
    fn paths_are_made_clean() {
        for (path, want) in
            [("./a//b/./c", "a/b/c"), ("a/../../b", "../b"), ("/../a", "/a"), ("", "."), ("a/..", ".")]
        {
            assert_eq!(clean(path), Path::new(want), "{path}");
        }
    }
}
