//! The log of the disk buffer: segments in a folder, and how far they are done with.
//!
//! # Files
//!
//! - `lock`: held by whoever has the log open, so that nobody else does.
//! - `NUMBER.log`: the segments, see [`segment`](super::segment). Records are only ever added, to the last one; when
//!   that has reached its size a new one is begun.
//! - `done`: the number before which all records are done with: 20 digits, written over, which a full disk cannot stop.
//!
//! # What always holds
//!
//! 1. A record that [`append`](Store::append) has reported as added is written, and on the disk where `sync` is set.
//! 2. Segments are removed only once every record in them is done with, and `done` says so before they go, unless
//!    the disk is too full even for that: they go all the same, which makes room.
//! 3. What is read is what was written: a record whose checksum is wrong is never handed out. Where the last segment
//!    ends in a broken record it is cut there, which is what a crash in the middle of a write leaves; broken records
//!    elsewhere are lost with what follows them in their segment. Both are told in the log.
//! 4. All segments together are no larger than the limit, unless a single group of records is.
//! 5. After a crash records that were done with may come again, never the other way round.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::done::DoneFile;
use super::segment::{self, HEAD, Reader, Segment};
use super::store::{Record, Refused, Store};
use crate::telemetry::Logger;

/// How a log is kept.
#[derive(Clone, Debug)]
pub struct Settings {
    pub folder: PathBuf,
    /// How large all segments together may be.
    pub max_bytes: u64,
    /// At this size a new segment is begun.
    pub segment_bytes: u64,
    /// Whether records are on the disk itself when they count as added.
    pub sync: bool,
}

/// An open log.
pub struct Log {
    settings: Settings,
    segments: VecDeque<Segment>,
    /// The last segment, where something may be added to it.
    writer: Option<File>,
    reader: Option<Reader>,
    /// The record that is read next.
    next: u64,
    done_file: DoneFile,
    /// All records before this one are done with ...
    done: u64,
    /// ... and these too.
    done_beyond: BTreeSet<u64>,
    log: Logger,
}

/// Holds the lock of a folder for as long as it lives.
pub struct Lock {
    _file: File,
}

// === impl Lock ===

impl Lock {
    /// Makes the folder and takes its lock; none if somebody else has it.
    pub fn take(folder: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

// === impl Log ===

impl Log {
    /// Opens a log and cuts off what a crash has left.
    pub fn open(settings: Settings, log: Logger) -> io::Result<Self> {
        let done_file = DoneFile::open(&settings.folder)?;
        let done = done_file.read(&log)?;
        let mut this = Self {
            settings,
            segments: VecDeque::new(),
            writer: None,
            reader: None,
            next: done,
            done_file,
            done,
            done_beyond: BTreeSet::new(),
            log,
        };
        let firsts = this.firsts()?;
        for (i, first) in firsts.iter().enumerate() {
            this.take_over(*first, i + 1 == firsts.len())?;
        }
        this.advance()?;
        Ok(this)
    }

    /// The numbers that the files of segments are named by, in order.
    fn firsts(&self) -> io::Result<Vec<u64>> {
        let mut firsts = Vec::new();
        for entry in std::fs::read_dir(&self.settings.folder)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".log"));
            firsts.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        firsts.sort_unstable();
        Ok(firsts)
    }

    /// Adds a segment that is there already.
    fn take_over(&mut self, first: u64, is_last: bool) -> io::Result<()> {
        let segment = Segment::scan(&self.settings.folder, first)?;
        let path = segment.path(&self.settings.folder);
        let size = std::fs::metadata(&path)?.len();
        let broken = size - segment.bytes.min(size);
        if broken > 0 {
            let shown = path.display();
            if is_last {
                self.log
                    .warn(format_args!("{shown} ends in {broken} bytes that are no whole record: cut off"));
            } else {
                self.log.error(format_args!("{shown} is damaged: {broken} bytes of it are lost"));
            }
        }
        if is_last && segment.bytes >= HEAD {
            let file = OpenOptions::new().read(true).write(true).open(&path)?;
            file.set_len(segment.bytes)?;
            self.writer = Some(file);
        }
        self.segments.push_back(Segment { bytes: segment.bytes.max(HEAD).max(size - broken), ..segment });
        Ok(())
    }

    /// The number of the next record that is added.
    fn end(&self) -> u64 {
        self.segments.back().map_or(self.done, |segment| segment.end.max(self.done))
    }

    fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// The last segment and its file, which is a new one where the old one is full.
    fn last(&mut self) -> io::Result<(&mut Segment, &File)> {
        // Several of them fit, so that there is room again before all is done with.
        let size = self.settings.segment_bytes.min(self.settings.max_bytes / 4);
        let full = self.segments.back().is_none_or(|last| last.end > last.first && last.bytes >= size);
        if full || self.writer.is_none() {
            let first = self.end();
            // A segment that never held anything makes way for the new one.
            self.segments.pop_back_if(|last| last.first == first);
            let (segment, file) = Segment::create(&self.settings.folder, first)?;
            if self.settings.sync {
                file.sync_all()?;
                File::open(&self.settings.folder)?.sync_all()?;
            }
            self.segments.push_back(segment);
            self.writer = Some(file);
        }
        match (self.segments.back_mut(), &self.writer) {
            (Some(segment), Some(file)) => Ok((segment, file)),
            _ => Err(io::Error::other("the log has no last segment")),
        }
    }

    fn write(&mut self, records: &[Vec<u8>]) -> io::Result<()> {
        let sync = self.settings.sync;
        let (segment, file) = self.last()?;
        let mut bytes =
            Vec::with_capacity(records.iter().map(|record| segment::size_of(record) as usize).sum());
        for (number, record) in (segment.end..).zip(records) {
            segment::put(&mut bytes, number, record);
        }
        let written = file.write_all_at(&bytes, segment.bytes);
        let written = written.and_then(|()| if sync { file.sync_data() } else { Ok(()) });
        match written {
            Ok(()) => {
                segment.end += records.len() as u64;
                segment.bytes += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Where even this fails the rest is cut off when the log is opened again; until then the next records
                // overwrite it.
                let _ = file.set_len(segment.bytes);
                Err(error)
            }
        }
    }

    /// Moves `done` as far as it goes and removes the segments before it.
    fn advance(&mut self) -> io::Result<()> {
        let before = self.done;
        loop {
            while self.done_beyond.remove(&self.done) {
                self.done += 1;
            }
            // Records that are lost are nobody's work any more.
            let follower = self.segments.iter().find(|segment| segment.end > self.done);
            match follower {
                Some(segment) if segment.first > self.done => self.done = segment.first,
                _ => break,
            }
        }
        self.next = self.next.max(self.done);
        let gone = self.segments.iter().take_while(|segment| segment.end <= self.done).count();
        if before == self.done && gone == 0 {
            return Ok(());
        }
        let noted = self.done_file.write(self.done);
        for segment in self.segments.drain(..gone) {
            std::fs::remove_file(segment.path(&self.settings.folder))?;
        }
        if self.segments.is_empty() {
            self.writer = None;
        }
        noted
    }

    /// Gives up what cannot be read of the segment that holds the next record.
    fn skip(&mut self, segment: &Segment) {
        let lost = segment.end - self.next;
        let path = segment.path(&self.settings.folder);
        self.log.error(format_args!("{} is damaged: {lost} batches of it are lost", path.display()));
        self.done_beyond.extend(self.next..segment.end);
        self.next = segment.end;
        self.reader = None;
        if self.end() == segment.end {
            // What is added behind the damage could not be read either.
            self.writer = None;
        }
    }
}

impl Store for Log {
    fn append(&mut self, records: &[Vec<u8>]) -> Result<(), Refused> {
        let wanted: u64 = records.iter().map(|record| segment::size_of(record)).sum();
        let (now, limit) = (self.bytes(), self.settings.max_bytes);
        let holds_any = self.segments.iter().any(|segment| segment.end > segment.first);
        if holds_any && now + wanted + HEAD > limit {
            return Err(Refused::Full);
        }
        self.write(records)
            .map_err(|error| Refused::Failed(format!("{}: {error}", self.settings.folder.display())))
    }

    fn read(&mut self, bytes: usize) -> Result<Vec<Record>, String> {
        let folder = self.settings.folder.clone();
        let failed = |error: io::Error| format!("{}: {error}", folder.display());
        let mut records = Vec::new();
        let mut size = 0;
        while size < bytes {
            let Some(segment) = self.segments.iter().find(|segment| segment.end > self.next).cloned() else {
                break;
            };
            self.next = self.next.max(segment.first);
            if self.reader.as_ref().is_none_or(|reader| reader.first != segment.first) {
                self.reader = Reader::open(&folder, &segment).map_err(failed)?;
            }
            let Some(reader) = &mut self.reader else {
                self.skip(&segment);
                continue;
            };
            let number = reader.number;
            match reader.next(segment.bytes).map_err(failed)? {
                None => self.skip(&segment),
                Some(_) if number < self.next || self.done_beyond.contains(&number) => {
                    self.next = self.next.max(number + 1);
                }
                Some(content) => {
                    size += content.len() + 1;
                    records.push((number, content.to_vec()));
                    self.next = number + 1;
                }
            }
        }
        Ok(records)
    }

    fn forget(&mut self, numbers: &[u64]) -> Result<(), String> {
        self.done_beyond.extend(numbers.iter().filter(|number| **number >= self.done));
        self.advance().map_err(|error| format!("{}: {error}", self.settings.folder.display()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings(folder: &Path) -> Settings {
        Settings { folder: folder.to_owned(), max_bytes: 4096, segment_bytes: 512, sync: false }
    }

    fn open(folder: &Path) -> Log {
        Log::open(settings(folder), Logger::silent()).expect("opened")
    }

    fn read_all(log: &mut Log) -> Vec<Record> {
        let mut all = Vec::new();
        loop {
            let records = log.read(300).expect("read");
            if records.is_empty() {
                return all;
            }
            all.extend(records);
        }
    }

    /// What is done to a log.
    #[derive(Clone, Debug)]
    enum Act {
        Append(Vec<u8>),
        Read(usize),
        /// One in so many of what was read is forgotten.
        Forget(usize),
        Reopen,
        /// A crash in the middle of a write: so many bytes of it are there.
        Crash(usize),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            4 => proptest::collection::vec(any::<u8>(), 1..5).prop_map(Act::Append),
            3 => (1_usize..600).prop_map(Act::Read),
            3 => (1_usize..4).prop_map(Act::Forget),
            1 => Just(Act::Reopen),
            1 => (0_usize..80).prop_map(Act::Crash),
        ]
    }

    /// What must be in a log: all that was appended and not forgotten.
    #[derive(Default)]
    struct Model {
        appended: Vec<Vec<u8>>,
        kept: BTreeSet<u64>,
        read: Vec<u64>,
        /// The record that is expected next.
        next: u64,
    }

    impl Model {
        fn take(&mut self, records: Vec<Record>) {
            for (number, content) in records {
                assert_eq!(Some(&content), self.appended.get(number as usize), "record {number}");
                let missed = self.kept.range(self.next..number).next();
                assert!(number >= self.next && missed.is_none(), "{number} instead of {}", self.next);
                self.next = number + 1;
                self.read.push(number);
            }
        }

        fn reopened(&mut self) {
            self.read.clear();
            self.next = 0;
        }
    }

    fn run(acts: Vec<Act>) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = open(folder.path());
        let mut model = Model::default();
        for act in acts {
            match act {
                Act::Append(sizes) => {
                    let records: Vec<_> = sizes.iter().map(|size| vec![*size; usize::from(*size)]).collect();
                    match log.append(&records) {
                        Ok(()) => {
                            let first = model.appended.len() as u64;
                            model.kept.extend(first..first + records.len() as u64);
                            model.appended.extend(records);
                        }
                        Err(refused) => assert_eq!((refused, model.kept.is_empty()), (Refused::Full, false)),
                    }
                    assert!(log.bytes() <= 4096 || model.kept.len() <= sizes.len());
                }
                Act::Read(bytes) => model.take(log.read(bytes).expect("read")),
                Act::Forget(n) => {
                    let (forgotten, kept) =
                        model.read.iter().partition(|number| (**number as usize).is_multiple_of(n));
                    let forgotten: Vec<u64> = forgotten;
                    log.forget(&forgotten).expect("forgotten");
                    model.kept.retain(|number| !forgotten.contains(number));
                    model.read = kept;
                }
                Act::Reopen => {
                    drop(log);
                    log = open(folder.path());
                    model.reopened();
                }
                Act::Crash(bytes) => {
                    let mut record = Vec::new();
                    segment::put(&mut record, log.end(), &[7; 60]);
                    if let (Some(last), Some(file)) = (log.segments.back(), &log.writer) {
                        file.write_all_at(&record[..bytes.min(record.len() - 1)], last.bytes)
                            .expect("written");
                    }
                    drop(log);
                    log = open(folder.path());
                    model.reopened();
                }
            }
        }
        model.take(read_all(&mut log));
        assert!(model.kept.range(model.next..).next().is_none(), "records are missing at the end");
        log.forget(&(0..model.appended.len() as u64).collect::<Vec<_>>()).expect("forgotten");
        assert_eq!((log.segments.len(), log.firsts().expect("listed").len()), (0, 0));
        drop(log);
        assert_eq!(open(folder.path()).done, model.appended.len() as u64);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_log_is_what_its_model_is(acts in proptest::collection::vec(act(), 1..60)) {
            run(acts);
        }
    }

    #[test]
    fn damage_costs_the_rest_of_its_segment_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = open(folder.path());
        for i in 0..9 {
            log.append(&[vec![i; 200]]).expect("added");
        }
        drop(log);
        let first = folder.path().join(format!("{:020}.log", 0));
        let mut bytes = std::fs::read(&first).expect("read");
        // In the second of its three records.
        bytes[16 + 216 + 100] ^= 1;
        std::fs::write(&first, bytes).expect("written");
        let mut log = open(folder.path());
        let numbers: Vec<_> = read_all(&mut log).iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [0, 3, 4, 5, 6, 7, 8]);
        log.forget(&numbers).expect("forgotten");
        assert_eq!(log.done, 9);
    }

    #[test]
    fn damage_that_comes_later_is_found_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = open(folder.path());
        log.append(&[vec![1; 50], vec![2; 50], vec![3; 50]]).expect("added");
        let file = log.writer.as_ref().expect("a file");
        file.write_all_at(&[9], 16 + 66 + 20).expect("written");
        let numbers: Vec<_> = read_all(&mut log).iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [0]);
        log.append(&[vec![4; 50]]).expect("added");
        assert_eq!(read_all(&mut log), [(3, vec![4; 50])], "it goes to another segment");
    }

    #[test]
    fn a_folder_has_one_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = Lock::take(folder.path()).expect("a lock");
        assert!(lock.is_some() && Lock::take(folder.path()).expect("asked").is_none());
        drop(lock);
        assert!(Lock::take(folder.path()).expect("asked").is_some());
    }
}
