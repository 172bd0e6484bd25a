//! `disk`: a queue in files between input and pipeline.
//!
//! Its format and what it promises are told in [`log`](super::log) and [`segment`](super::segment).

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use super::log::{Lock, Log, Settings};
use super::queue::Queue;
use crate::component::{Buffer, BufferSpec, BuildError, Built, Context, Pull};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::message::Group;
use crate::value::Str;

const PATH: Field<Str> = field("path")
    .doc("The folder that the files are in; no other buffer may have it. It is made where there is none.");
const MAX_BYTES: Field<u64> =
    field("max_bytes").default(1 << 30).doc("How large the files together may be; then the input waits.");
const SEGMENT_BYTES: Field<u64> = field("segment_bytes")
    .default(16 << 20)
    .advanced()
    .doc("At about this size a new file is begun. A file is removed when all that is in it was delivered.");
const SYNC: Field<bool> = field("sync").default(true).advanced().doc(
    "Whether messages are on the disk itself before they are acked, so that they also outlive a loss of power; \
     else they are with the operating system, which is enough for a crash of the process.",
);

pub const DISK: BufferSpec = BufferSpec {
    spec: ComponentSpec::new(Kind::Buffer, "disk")
        .status(Status::Beta)
        .categories(&["Utility"])
        .summary("Keeps messages in files until the rest of the stream has delivered them.")
        .description("Messages are acked when they are stored, and come again after a crash or a restart if they were not delivered; a few that were may then come twice. Batches stay together. When the disk is full the input waits. A stream that is told to stop leaves in the buffer what is in it.")
        .fields(&[&PATH, &MAX_BYTES, &SEGMENT_BYTES, &SYNC])
        .examples(&[Example {
            title: "Ten gigabytes for bad days",
            config: "disk: { path: queue/orders, max_bytes: 10000000000 }\n",
        }]),
    build: |conf: &Conf, cx: &Context| -> Built<Option<Arc<dyn Buffer>>> {
        let folder = PathBuf::from(conf.get(&PATH)?.as_str());
        let lock = Lock::take(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let Some(lock) = lock else {
            let reason = format!("the folder {} is in use by another buffer", folder.display());
            return Err(BuildError { in_use: true, ..BuildError::new(reason) });
        };
        let settings = Settings {
            folder,
            max_bytes: conf.get(&MAX_BYTES)?,
            segment_bytes: conf.get(&SEGMENT_BYTES)?,
            sync: conf.get(&SYNC)?,
        };
        let log = cx.log().clone();
        let open = move || {
            let opened = Log::open(settings.clone(), log.clone());
            opened.map_err(|error| format!("{}: {error}", settings.folder.display()))
        };
        Ok(Some(Arc::new(Disk { queue: Queue::new(Box::new(open), cx), _lock: lock })))
    },
};

struct Disk {
    queue: Queue<Log>,
    _lock: Lock,
}

#[async_trait]
impl Buffer for Disk {
    async fn write(&self, group: Group) {
        self.queue.write(group).await;
    }

    async fn read(&self) -> Pull {
        self.queue.read().await
    }

    fn end_of_input(&self) {
        self.queue.end();
    }

    async fn close(&self) {
        self.queue.close().await;
    }
}
