//! `file`: reads, writes, moves, deletes and looks at files.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use crate::bloblang::go::path::clean;
use crate::component::{Built, Context, Cut, Processor, ProcessorSpec, ReadError, Reads, Scanner, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Finding, Kind, Node, ScannerConf, Status, field};
use crate::expr::Template;
use crate::message::{Batch, Message, batch_of};
use crate::value::Value;

const OPERATION: Field<String> = field("operation")
    .options(&["read", "write", "delete", "move", "rename", "stat"])
    .doc("What is done. `rename` stays within a file system, `move` copies and deletes.");
const PATH: Field<Template> = field("path").rule(not_empty).doc("The file.");
const DESTINATION: Field<Option<Template>> =
    field("destination_path").doc("Where `move` and `rename` put the file.");
const SCANNER: Field<Option<ScannerConf>> =
    field("scanner").advanced().doc("How `read` cuts the file into messages.");

pub const FILE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "file")
        .status(Status::Experimental)
        .categories(&["Local"])
        .summary("Reads, writes, moves, deletes or looks at a file for each message.")
        .description("`read` turns a message into those that the file holds, all with its metadata. `read` and `stat` add the metadata `file_path`, `file_name`, `file_size`, `file_mode`, `file_is_dir`, `file_mod_time` and `file_mod_time_unix`. A file is written beside its place and then put there, so that nobody sees half of it.")
        .fields(&[&OPERATION, &PATH, &DESTINATION, &SCANNER])
        .rule(complete)
        .examples(&[Example {
            title: "The lines of files whose names come as messages",
            config: "file:\n  operation: read\n  path: ${! content() }\n  scanner:\n    lines: {}\n",
        }]),
    build: |conf, cx| Ok(Box::new(FileProcessor::new(conf, cx)?)),
    silent: false,
};

/// Finds operations without what they need.
fn complete(conf: &Conf, findings: &mut Vec<Finding>) {
    let operation = conf.get(&OPERATION).unwrap_or_default();
    let missing = match operation.as_str() {
        "move" | "rename" if !conf.has(&DESTINATION) => "destination_path",
        "read" if !conf.has(&SCANNER) => "scanner",
        _ => return,
    };
    findings
        .push(Finding::custom(conf.node().line, format!("the operation '{operation}' needs '{missing}'")));
}

fn not_empty(node: &Node, findings: &mut Vec<Finding>) {
    if node.as_scalar().is_some_and(|scalar| scalar.text.is_empty()) {
        findings.push(Finding::custom(node.line, "the path is empty"));
    }
}

struct FileProcessor {
    operation: Operation,
    path: Template,
}

enum Operation {
    Read(Box<dyn Scanner>),
    Write,
    Delete,
    Move(Template),
    Rename(Template),
    Stat,
}

// === impl FileProcessor ===

impl FileProcessor {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let destination = || -> Built<Template> {
            Ok(conf
                .get(&DESTINATION)?
                .ok_or_else(|| conf.error(&DESTINATION, "the file needs a place to go to"))?)
        };
        let operation = match conf.get(&OPERATION)?.as_str() {
            "read" => {
                let scanner =
                    conf.get(&SCANNER)?.ok_or_else(|| conf.error(&SCANNER, "reading needs a scanner"))?;
                Operation::Read(cx.scanner(&scanner)?)
            }
            "write" => Operation::Write,
            "delete" => Operation::Delete,
            "move" => Operation::Move(destination()?),
            "rename" => Operation::Rename(destination()?),
            "stat" => Operation::Stat,
            other => return Err(conf.error(&OPERATION, format!("there is no operation '{other}'")).into()),
        };
        Ok(Self { operation, path: conf.get(&PATH)? })
    }

    /// What becomes of a message.
    async fn run(&self, batch: &Batch, index: usize) -> Result<Batch, String> {
        let path = rendered(&self.path, batch, index)?;
        let mut message = batch[index].clone();
        match &self.operation {
            Operation::Read(scanner) => return read(&**scanner, &path, &message).await,
            Operation::Write => {
                let content = message.bytes().clone();
                blocking(move || write(&path, |mut file| io::Write::write_all(&mut file, &content))).await?;
            }
            Operation::Delete => blocking(move || fs::remove_file(path)).await?,
            Operation::Rename(to) => {
                let to = rendered(to, batch, index)?;
                blocking(move || fs::rename(path, to)).await?;
            }
            Operation::Move(to) => {
                let to = rendered(to, batch, index)?;
                blocking(move || move_file(&path, &to)).await?;
            }
            Operation::Stat => {
                let of = path.clone();
                describe(&mut message, &path, &blocking(move || fs::metadata(of)).await?);
            }
        }
        Ok(batch_of(message))
    }
}

fn rendered(template: &Template, batch: &Batch, index: usize) -> Result<String, String> {
    let path = template.render(batch, index).map_err(|error| format!("path interpolation error: {error}"))?;
    Ok(clean(&path))
}

/// Runs what may wait for a disk in a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?;
    done.map_err(|error| error.to_string())
}

/// Puts a file at `path` when all of it is written.
fn write(path: &str, fill: impl FnOnce(&fs::File) -> io::Result<()>) -> io::Result<()> {
    let path = Path::new(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), fs::create_dir_all)?;
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{}.part", uuid::Uuid::new_v4().simple()));
    let written =
        fs::File::create_new(&part).and_then(|file| fill(&file)).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // It may not even have been made.
        let _ = fs::remove_file(&part);
    }
    written
}

fn move_file(from: &str, to: &str) -> io::Result<()> {
    let mut source = fs::File::open(from)?;
    write(to, |mut file| io::copy(&mut source, &mut file).map(drop))?;
    fs::remove_file(from)
}

/// What `scanner` cuts out of a file, each with the metadata of `message` and of the file; the message itself if
/// there is nothing.
async fn read(scanner: &dyn Scanner, path: &str, message: &Message) -> Result<Batch, String> {
    let file = tokio::fs::File::open(path).await.map_err(|error| format!("'{path}': {error}"))?;
    let metadata = file.metadata().await.map_err(|error| format!("'{path}': {error}"))?;
    let mut all = Batch::new();
    let mut scan = scanner.open(Box::new(file), path)?;
    let mut reads = Reads::default();
    loop {
        match scan.next(&mut Cut::new(&mut reads, None, &|_| {})).await {
            Ok(()) => {
                let read = reads.take().into_iter().flat_map(|transaction| transaction.batch);
                all.extend(read.map(|part| message.with_bytes(part.bytes().clone())));
            }
            Err(ReadError::EndOfInput) => break,
            Err(ReadError::Failed(reason)) => return Err(format!("'{path}': {reason}")),
            Err(_) => return Err(format!("'{path}' could not be read")),
        }
    }
    if all.is_empty() {
        all.push(message.clone());
    }
    all.iter_mut().for_each(|message| describe(message, path, &metadata));
    Ok(all)
}

fn describe(message: &mut Message, path: &str, metadata: &Metadata) {
    let time =
        metadata.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok()).unwrap_or_default();
    let name = Path::new(path).file_name().map_or_else(|| path.into(), |name| name.to_string_lossy());
    message.set_meta("file_path", path);
    message.set_meta("file_name", &*name);
    message.set_meta("file_size", Value::Int(i64::try_from(metadata.len()).unwrap_or(i64::MAX)));
    message.set_meta("file_mod_time_unix", time.as_second());
    message.set_meta("file_mod_time", time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    message.set_meta("file_is_dir", metadata.is_dir());
    message.set_meta("file_mode", mode(metadata));
}

/// Permissions as `-rw-r--r--`, folders with a `d`.
fn mode(metadata: &Metadata) -> String {
    use std::os::unix::fs::PermissionsExt;
    let bits = metadata.permissions().mode();
    let permissions =
        "rwxrwxrwx".chars().enumerate().map(|(i, c)| if bits >> (8 - i) & 1 == 1 { c } else { '-' });
    std::iter::once(if metadata.is_dir() { 'd' } else { '-' }).chain(permissions).collect()
}

impl Processor for FileProcessor {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(async move {
            let mut all = Batch::new();
            for index in 0..batch.len() {
                match self.run(&batch, index).await {
                    Ok(messages) => all.extend(messages),
                    Err(error) => {
                        let mut message = batch[index].clone();
                        message.fail(error);
                        all.push(message);
                    }
                }
            }
            Ok(crate::message::non_empty(all))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};

    #[tokio::test]
    async fn files_are_written_moved_and_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let build = |config: String| alone(&FILE, &config).expect("built");
        let write = build(format!("{{operation: write, path: '{}/${{! content() }}.txt'}}", at("sub")));
        assert_eq!(run_alone(&*write, &["a", "b"]).await, ["a", "b"]);
        let (from, to) = (at("sub/a.txt"), at("other/c.txt"));
        let moving = build(format!("{{operation: move, path: '{from}', destination_path: '{to}'}}"));
        assert_eq!(run_alone(&*moving, &["x"]).await, ["x"]);
        assert!(run_alone(&*moving, &["x"]).await[0].starts_with("x!"));
        assert_eq!(fs::read_to_string(&to).expect("there"), "a");
        let stat = build(format!("{{operation: stat, path: '{to}'}}"));
        let batches = stat.process(batch_of(Message::from_bytes("x"))).finish().await.expect("not rejected");
        let meta = batches[0][0].meta();
        assert_eq!(meta.get("file_name").and_then(Value::as_str), Some("c.txt"));
        assert!(matches!(meta.get("file_size"), Some(Value::Int(1))));
        let delete = build(format!("{{operation: delete, path: '{to}'}}"));
        assert_eq!(run_alone(&*delete, &["x"]).await, ["x"]);
        assert!(run_alone(&*delete, &["x"]).await[0].starts_with("x!"));
        assert_eq!(fs::read_dir(folder.path().join("other")).expect("there").count(), 0);
    }
}
