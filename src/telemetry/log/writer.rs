//! The thread that writes lines.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines may wait; beyond that lines are dropped and counted, because a blocked log must not block streams.
const WAITING: usize = 4096;
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// Hands whole lines to a thread that writes them. The thread ends with its writer.
pub(super) struct Writer {
    /// Missing only if the thread could not be started.
    tasks: Option<SyncSender<Task>>,
    dropped: Arc<AtomicU64>,
}

enum Task {
    Line(String),
    Flush(SyncSender<()>),
}

impl Writer {
    pub fn start(sink: Box<dyn Write + Send>) -> Self {
        let (sender, tasks) = sync_channel(WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = dropped.clone();
        let builder = thread::Builder::new().name("log".into()).stack_size(256 * 1024);
        let started = builder.spawn(move || run(&tasks, sink, &counter));
        Self { tasks: started.is_ok().then_some(sender), dropped }
    }

    pub fn write(&self, line: String) {
        let Some(tasks) = &self.tasks else { return };
        if let Err(TrySendError::Full(_)) = tasks.try_send(Task::Line(line)) {
            self.dropped.fetch_add(1, Relaxed);
        }
    }

    /// Waits until everything sent before is written, or the limit is over.
    pub fn flush(&self) {
        let Some(tasks) = &self.tasks else { return };
        let (done, written) = sync_channel(1);
        let deadline = Instant::now() + FLUSH_LIMIT;
        let mut task = Task::Flush(done);
        while let Err(TrySendError::Full(back)) = tasks.try_send(task) {
            if Instant::now() > deadline {
                return;
            }
            task = back;
            thread::sleep(Duration::from_millis(1));
        }
        // Either it is written, or waiting longer would not help.
        let _ = written.recv_timeout(FLUSH_LIMIT);
    }
}

/// Writes until all senders are gone. Lines that cannot be written have nowhere else to go.
fn run(tasks: &Receiver<Task>, mut sink: Box<dyn Write + Send>, dropped: &AtomicU64) {
    for task in tasks {
        let lost = dropped.swap(0, Relaxed);
        if lost > 0 {
            let _ =
                writeln!(sink, "level=warning msg=\"{lost} log lines were dropped, the log is too slow\"");
        }
        match task {
            Task::Line(line) => {
                let _ = sink.write_all(line.as_bytes());
            }
            Task::Flush(done) => {
                let _ = sink.flush();
                let _ = done.send(());
            }
        }
    }
    let _ = sink.flush();
}
