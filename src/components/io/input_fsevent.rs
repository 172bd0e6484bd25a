//! `fsevent`: what happens to files.

use std::path::{Component, Path, PathBuf};

use async_trait::async_trait;
use notify::event::{ModifyKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use walkdir::WalkDir;

use crate::component::{
    Built, ConnectError, Context, InputBuild, InputSpec, ReadError, Reads, Source, SourceSetup,
};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::message::{Ack, Message, batch_of};
use crate::value::Str;

const PATHS: Field<Vec<Str>> = field("paths").doc("The files and folders that are watched.");
const IS_RECURSIVE: Field<bool> =
    field("is_recursive").default(false).doc("Whether the folders below them are watched as well.");
const WATCH_NEW: Field<bool> =
    field("watch_new_subdirs").default(false).doc("Whether folders that are made later are watched as well.");
const EXTENSIONS: Field<Vec<Str>> = field("extensions")
    .default_list(&[])
    .doc("Only files with these endings are told of, such as `.csv`; without any all are.");

pub const FSEVENT: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "fsevent")
        .status(Status::Experimental)
        .categories(&["Local"])
        .summary("Makes an empty message of everything that happens to files.")
        .description("Each message has the metadata `fsevent_path`, `fsevent_operation` (CREATE, WRITE, REMOVE, RENAME or CHMOD), `fsevent_mod_time_unix` and `fsevent_mod_time` (RFC 3339), which are the time of the event, and `fsevent_is_dir`. The input ends when nothing of what it watches is left.")
        .fields(&[&PATHS, &IS_RECURSIVE, &WATCH_NEW, &EXTENSIONS])
        .examples(&[Example {
            title: "New tables in an inbox",
            config: "fsevent: { paths: [ inbox ], is_recursive: true, watch_new_subdirs: true, extensions: [ .csv ] }\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let with_dot = |ending: Str| match ending.starts_with('.') || ending.is_empty() {
            true => ending,
            false => ecow::eco_format!(".{ending}"),
        };
        let source = Box::new(Events {
            paths: conf.get(&PATHS)?.iter().map(|path| clean(Path::new(path.as_str()))).collect(),
            recursive: conf.get(&IS_RECURSIVE)?,
            watch_new: conf.get(&WATCH_NEW)?,
            extensions: conf.get(&EXTENSIONS)?.into_iter().map(with_dot).collect(),
            watching: None,
            cx: cx.clone(),
        });
        Ok(SourceSetup { source, auto_replay: false, batching: None })
    }),
};

/// How many events wait until they are read; then the system waits, and drops some at last.
const WAITING: usize = 256;

struct Events {
    paths: Vec<PathBuf>,
    recursive: bool,
    watch_new: bool,
    extensions: Vec<Str>,
    watching: Option<Watching>,
    cx: Context,
}

struct Watching {
    // In this order: a watcher that waits for room must be let go before it can be dropped.
    events: mpsc::Receiver<notify::Result<Event>>,
    watcher: RecommendedWatcher,
    watched: Vec<PathBuf>,
}

// === impl Watching ===

impl Watching {
    fn new() -> notify::Result<Self> {
        let (sender, events) = mpsc::channel(WAITING);
        let watcher = notify::recommended_watcher(move |event| {
            // Nobody may listen any more.
            let _ = sender.blocking_send(event);
        })?;
        Ok(Self { events, watcher, watched: Vec::new() })
    }

    fn watch(&mut self, path: &Path) -> notify::Result<()> {
        if self.watched.iter().any(|watched| watched == path) {
            return Ok(());
        }
        self.watcher.watch(path, RecursiveMode::NonRecursive)?;
        self.watched.push(path.to_owned());
        Ok(())
    }
}

// === impl Events ===

impl Events {
    fn start(&self) -> Result<Watching, String> {
        let mut watching = Watching::new().map_err(|error| error.to_string())?;
        for path in &self.paths {
            watching.watch(path).map_err(|error| format!("{}: {error}", path.display()))?;
            if !self.recursive {
                continue;
            }
            // Folders that cannot be read are left alone.
            let folders = WalkDir::new(path).min_depth(1).into_iter().filter_map(Result::ok);
            for folder in folders.filter(|entry| entry.file_type().is_dir()) {
                if let Err(error) = watching.watch(folder.path()) {
                    self.cx.log().warn(format_args!("{}: {error}", folder.path().display()));
                }
            }
        }
        Ok(watching)
    }

    fn tells_of(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
        self.extensions.is_empty() || self.extensions.iter().any(|extension| extension == ending)
    }

    /// Adds what an event tells.
    fn take(&mut self, event: &Event, out: &mut Reads) {
        let Some(operation) = operation(event.kind) else { return };
        for path in &event.paths {
            let is_dir = path.is_dir();
            if let Some(watching) = &mut self.watching {
                match operation {
                    "CREATE" if self.watch_new && is_dir => {
                        if let Err(error) = watching.watch(path) {
                            self.cx.log().warn(format_args!("{}: {error}", path.display()));
                        }
                    }
                    "REMOVE" | "RENAME" => watching.watched.retain(|watched| watched != path),
                    _ => {}
                }
            }
            if self.tells_of(path) {
                out.push(batch_of(message(operation, path, is_dir)), Ack::none());
            }
        }
    }
}

fn message(operation: &str, path: &Path, is_dir: bool) -> Message {
    let now = jiff::Timestamp::now();
    let mut message = Message::default();
    message.set_meta("fsevent_operation", operation);
    message.set_meta("fsevent_path", &*path.to_string_lossy());
    message.set_meta("fsevent_mod_time_unix", now.as_second());
    message.set_meta("fsevent_mod_time", now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    message.set_meta("fsevent_is_dir", is_dir);
    message
}

/// The name of what happened; none where nobody is told.
fn operation(kind: EventKind) -> Option<&'static str> {
    Some(match kind {
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => "CREATE",
        // Both ends of a renaming were told already.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return None,
        EventKind::Modify(ModifyKind::Name(_)) => "RENAME",
        EventKind::Modify(ModifyKind::Metadata(_)) => "CHMOD",
        EventKind::Modify(_) => "WRITE",
        EventKind::Remove(_) => "REMOVE",
        EventKind::Any | EventKind::Access(_) | EventKind::Other => return None,
    })
}

/// A path without the dots in it that mean nothing.
fn clean(path: &Path) -> PathBuf {
    let parts: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if parts.as_os_str().is_empty() { ".".into() } else { parts }
}

#[async_trait]
impl Source for Events {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        self.watching = Some(self.start().map_err(ConnectError::failed)?);
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(watching) = &mut self.watching else { return Err(ReadError::NotConnected) };
        if watching.watched.is_empty() {
            self.cx.log().warn("Nothing being watched. Closing the input.");
            return Err(ReadError::EndOfInput);
        }
        match watching.events.recv().await {
            Some(Ok(event)) => self.take(&event, out),
            Some(Err(error)) => return Err(ReadError::Failed(error.to_string())),
            None => return Err(ReadError::EndOfInput),
        }
        if out.is_empty() { Err(ReadError::Timeout) } else { Ok(()) }
    }

    async fn close(&mut self) {
        self.watching = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, input};
    use crate::component::Pull;

    #[tokio::test]
    async fn what_happens_in_new_folders_is_told_until_nothing_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("root");
        std::fs::create_dir(&root).expect("a folder");
        let cx = context();
        let conf = format!(
            "fsevent: {{ paths: [ '{}' ], watch_new_subdirs: true, extensions: [ csv, '' ] }}",
            root.display()
        );
        let mut input = input(&cx, &conf);
        let acting = async {
            let pause = || tokio::time::sleep(std::time::Duration::from_millis(100));
            pause().await;
            std::fs::create_dir(root.join("sub")).expect("a folder");
            pause().await;
            std::fs::write(root.join("sub/a.csv"), "x").expect("written");
            std::fs::write(root.join("sub/a.txt"), "x").expect("written");
            std::fs::rename(root.join("sub/a.csv"), root.join("sub/b.csv")).expect("renamed");
            pause().await;
            std::fs::remove_dir_all(&root).expect("removed");
        };
        let reading = async {
            let mut told = Vec::new();
            loop {
                match input.pull().await {
                    Pull::Group(group) => {
                        for message in group.into_iter().flat_map(|transaction| transaction.batch) {
                            let meta = |key: &str| {
                                crate::value::text::string(message.meta().get(key).expect(key)).into_owned()
                            };
                            let path = meta("fsevent_path");
                            let name = path.strip_prefix(&*root.to_string_lossy()).unwrap_or(&path);
                            told.push(format!("{} {name}", meta("fsevent_operation")));
                        }
                    }
                    Pull::Exhausted => {}
                    Pull::End => return told,
                }
            }
        };
        let (told, ()) = tokio::join!(reading, acting);
        for want in [
            "CREATE /sub",
            "CREATE /sub/a.csv",
            "WRITE /sub/a.csv",
            "RENAME /sub/a.csv",
            "CREATE /sub/b.csv",
            "REMOVE /sub/b.csv",
            "REMOVE ",
        ] {
            assert!(told.iter().any(|got| got == want), "{want} in {told:?}");
        }
        assert!(!told.iter().any(|got| got.contains("txt")), "{told:?}");
    }
}
