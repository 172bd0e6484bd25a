//! `file_tail`: the lines of a file, also those that are added later.

use std::fs::Metadata;
use std::io::SeekFrom;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use memchr::memchr;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::component::{
    AUTO_REPLAY_NACKS, Built, ConnectError, Context, InputBuild, InputSpec, ReadError, Reads, Source,
    SourceSetup,
};
use crate::config::{self, ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::message::{Ack, Message, batch_of};
use crate::value::Str;

const PATH: Field<Str> = field("path").doc("The file, which has to be there when the input starts.");
const POLL_INTERVAL: Field<config::Duration> =
    field("poll_interval").default("1s").doc("How often it is looked at once all of it was read.");
const LINE_BUFFER: Field<i64> =
    field("line_buffer").default(1000).advanced().doc("How many lines are read ahead at most.");
const START_POSITION: Field<Str> = field("start_position")
    .default("start")
    .options(&["start", "end"])
    .doc("Whether lines that are there already are read.");

pub const FILE_TAIL: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "file_tail")
        .status(Status::Experimental)
        .version("1.15.0")
        .categories(&["Local"])
        .summary("Reads the lines of a file and goes on with those that are added to it.")
        .description("Empty lines are left out. When the file is truncated or another one takes its place it is read from its beginning. A line without an end is taken as it is when nothing was added to it for a while, and one of more than 1 MiB in pieces. Each message has the metadata `file_tail_path` and `file_tail_position`: where its line ends.")
        .fields(&[&PATH, &POLL_INTERVAL, &LINE_BUFFER, &START_POSITION, &AUTO_REPLAY_NACKS])
        .examples(&[Example {
            title: "Follow a log from now on",
            config: "file_tail: { path: /var/log/app.log, start_position: end }\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let path = conf.get(&PATH)?;
        std::fs::metadata(path.as_str()).map_err(|error| conf.error(&PATH, format!("{path}: {error}")))?;
        let poll = conf.get(&POLL_INTERVAL)?.get();
        if poll.is_zero() {
            return Err(conf.error(&POLL_INTERVAL, "it must be more than no time").into());
        }
        let source = Box::new(Tail {
            path,
            poll,
            ahead: usize::try_from(conf.get(&LINE_BUFFER)?).unwrap_or(0).max(1),
            from_end: conf.get(&START_POSITION)? == "end",
            open: None,
            missing: false,
            cx: cx.clone(),
        });
        Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

/// A longer line is cut.
const MAX_LINE: usize = 1 << 20;

const CHUNK: usize = 64 << 10;

struct Tail {
    path: Str,
    poll: Duration,
    ahead: usize,
    /// Whether reading begins at the end; only the first time.
    from_end: bool,
    open: Option<Open>,
    /// Whether it was told that the file is gone.
    missing: bool,
    cx: Context,
}

struct Open {
    file: File,
    /// Device and number of the file.
    identity: (u64, u64),
    /// What was read but is no whole line yet.
    rest: BytesMut,
    /// How much of `rest` holds no line break.
    searched: usize,
    /// The position of the first byte of `rest`.
    position: u64,
    /// Whether a poll has found nothing new behind `rest`.
    settled: bool,
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

// === impl Open ===

impl Open {
    async fn new(path: &str, from_end: bool) -> std::io::Result<Self> {
        let mut file = File::open(path).await?;
        let identity = identity(&file.metadata().await?);
        let position = if from_end { file.seek(SeekFrom::End(0)).await? } else { 0 };
        Ok(Self { file, identity, rest: BytesMut::new(), searched: 0, position, settled: false })
    }

    /// The next line with where it ends; at `end` also one that is not ended.
    fn line(&mut self, end: bool) -> Option<(Bytes, u64)> {
        let found = memchr(b'\n', &self.rest[self.searched..]).map(|at| self.searched + at + 1);
        let length = match found {
            Some(length) => length,
            None if self.rest.len() >= MAX_LINE || end && !self.rest.is_empty() => self.rest.len(),
            None => {
                self.searched = self.rest.len();
                return None;
            }
        };
        self.searched = 0;
        self.position += length as u64;
        let mut line = self.rest.split_to(length);
        let kept = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |at| at + 1);
        line.truncate(kept);
        Some((line.freeze(), self.position))
    }

    fn lines(&mut self, path: &Str, ahead: usize, end: bool, out: &mut Reads) {
        while !out.is_full()
            && out.len() < ahead
            && let Some((line, position)) = self.line(end)
        {
            if line.is_empty() {
                continue;
            }
            let mut message = Message::from_bytes(line);
            message.set_meta("file_tail_path", path.clone());
            message.set_meta("file_tail_position", position.to_string());
            out.push(batch_of(message), Ack::none());
        }
    }

    /// Whether the file at `path` is another one by now, or shorter than what was read of it.
    fn is_over(&self, now: &Metadata) -> bool {
        identity(now) != self.identity || now.len() < self.position + self.rest.len() as u64
    }
}

// === impl Tail ===

impl Tail {
    /// What to do at the end of the file: wait, and look whether it is still the same.
    async fn at_end(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        tokio::time::sleep(self.poll).await;
        let now = tokio::fs::metadata(self.path.as_str()).await;
        let Some(open) = &mut self.open else { return Err(ReadError::NotConnected) };
        let over = match &now {
            Ok(now) => {
                self.missing = false;
                open.is_over(now)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.missing, true) {
                    self.cx.log().warn(format_args!("{}: {error}; waiting for it", self.path));
                }
                false
            }
        };
        // What has no end is taken when nothing was added since the last poll, or nothing ever will be.
        if std::mem::replace(&mut open.settled, true) || over {
            open.lines(&self.path, usize::MAX, true, out);
        }
        if over {
            self.open = Some(Open::new(&self.path, false).await.map_err(|_| ReadError::NotConnected)?);
        }
        if out.is_empty() { Err(ReadError::Timeout) } else { Ok(()) }
    }
}

#[async_trait]
impl Source for Tail {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        let opened = Open::new(&self.path, self.from_end).await;
        self.open = Some(opened.map_err(|error| ConnectError::failed(format!("{}: {error}", self.path)))?);
        self.from_end = false;
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        loop {
            let Some(open) = &mut self.open else { return Err(ReadError::NotConnected) };
            open.lines(&self.path, self.ahead, false, out);
            if !out.is_empty() {
                return Ok(());
            }
            open.rest.reserve(CHUNK);
            match open.file.read_buf(&mut open.rest).await {
                Ok(0) => return self.at_end(out).await,
                Ok(_) => open.settled = false,
                Err(error) => return Err(ReadError::Failed(format!("{}: {error}", self.path))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::testing::{context, input};
    use crate::component::{Input, Pull};

    async fn next(input: &mut dyn Input, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count {
            let Pull::Group(group) = input.pull().await else { panic!("more lines") };
            for transaction in group {
                texts.extend(
                    transaction.batch.iter().map(|m| String::from_utf8_lossy(m.bytes()).into_owned()),
                );
                transaction.ack.ok();
            }
        }
        texts
    }

    #[tokio::test]
    async fn lines_are_followed_through_growth_truncation_and_rotation() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let add = |text: &str| {
            let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
            file.and_then(|mut file| file.write_all(text.as_bytes())).expect("written");
        };
        add("one\r\n\n  two \nhal");
        let cx = context();
        let conf = format!("file_tail: {{ path: '{}', poll_interval: 20ms }}", path.display());
        let mut input = input(&cx, &conf);
        assert_eq!(next(&mut *input, 2).await, ["one", "  two "]);
        add("f\nthree\nrest");
        assert_eq!(next(&mut *input, 3).await, ["half", "three", "rest"]);
        std::fs::write(&path, "new\n").expect("truncated");
        assert_eq!(next(&mut *input, 1).await, ["new"]);
        add("last");
        std::fs::rename(&path, folder.path().join("log.1")).expect("moved");
        add("other\n");
        assert_eq!(next(&mut *input, 2).await, ["last", "other"]);
        std::fs::remove_file(&path).expect("removed");
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        add("back\n");
        assert_eq!(next(&mut *input, 1).await, ["back"]);
    }

    #[tokio::test]
    async fn lines_before_the_start_can_be_left_out() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "old\n").expect("written");
        let path = file.path().display();
        let conf = format!("file_tail: {{ path: '{path}', poll_interval: 20ms, start_position: end }}");
        let cx = context();
        let mut input = input(&cx, &conf);
        let adding = async {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            let file = std::fs::OpenOptions::new().append(true).open(file.path());
            file.and_then(|mut file| file.write_all(b"new\n")).expect("written");
        };
        let (read, ()) = tokio::join!(next(&mut *input, 1), adding);
        assert_eq!(read, ["new"]);
    }
}
