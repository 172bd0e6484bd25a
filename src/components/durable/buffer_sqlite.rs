//! `sqlite`: a queue in a SQLite database between input and pipeline.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::queue::Queue;
use super::store::{Record, Refused, Store};
use crate::component::{Buffer, BufferSpec, Built, Chain, Context, Pull};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, ProcessorConf, field};
use crate::message::{Group, Join, Transaction};
use crate::value::Str;

const PATH: Field<Str> = field("path").doc("The file of the database, which is made where there is none.");
const PRE_PROCESSORS: Field<Option<Vec<ProcessorConf>>> =
    field("pre_processors").doc("Processors that run before messages are stored, to make them smaller.");
const POST_PROCESSORS: Field<Option<Vec<ProcessorConf>>> =
    field("post_processors").doc("Processors that run when messages come out again, to undo that.");

pub const SQLITE: BufferSpec = BufferSpec {
    spec: ComponentSpec::new(Kind::Buffer, "sqlite")
        .categories(&["Utility"])
        .summary("Keeps messages in a SQLite database until the rest of the stream has delivered them.")
        .description("Messages are acked when they are stored, and come again after a restart if they were not delivered. Batches stay together, and are what a write stores: batches at the input make it faster. A stream that is told to stop leaves in the database what is in it. The buffer `disk` is faster and bounded.")
        .fields(&[&PATH, &PRE_PROCESSORS, &POST_PROCESSORS])
        .examples(&[Example {
            title: "Compressed batches",
            config: "sqlite:\n  path: buffer.db\n  pre_processors:\n    - archive: { format: binary }\n    - compress: { algorithm: zlib }\n  post_processors:\n    - decompress: { algorithm: zlib }\n    - unarchive: { format: binary }\n",
        }]),
    build: |conf: &Conf, cx: &Context| -> Built<Option<Arc<dyn Buffer>>> {
        let path = conf.get(&PATH)?;
        let open = move || Table::open(&path).map_err(|error| format!("{path}: {error}"));
        Ok(Some(Arc::new(Sqlite {
            queue: Queue::new(Box::new(open), cx),
            before: cx.chain(&conf.get(&PRE_PROCESSORS)?.unwrap_or_default())?,
            after: cx.chain(&conf.get(&POST_PROCESSORS)?.unwrap_or_default())?,
        })))
    },
};

struct Sqlite {
    queue: Queue<Table>,
    before: Chain,
    after: Chain,
}

/// What processors make of transactions.
async fn through(chain: &Chain, group: Group) -> Group {
    if chain.is_empty() {
        return group;
    }
    let mut out = Group::new();
    for Transaction { batch, ack } in group {
        match chain.process(batch).finish().await {
            Ok(batches) => out.extend(Join::split(batches, ack)),
            Err(rejected) => ack.fail(rejected.0),
        }
    }
    out
}

#[async_trait]
impl Buffer for Sqlite {
    async fn write(&self, group: Group) {
        self.queue.write(through(&self.before, group).await).await;
    }

    async fn read(&self) -> Pull {
        loop {
            match self.queue.read().await {
                Pull::Group(group) => {
                    let group = through(&self.after, group).await;
                    if !group.is_empty() {
                        return Pull::Group(group);
                    }
                }
                end => return end,
            }
        }
    }

    fn end_of_input(&self) {
        self.queue.end();
    }

    async fn close(&self) {
        self.queue.close().await;
        self.before.close().await;
        self.after.close().await;
    }
}

/// Records in the rows of a table.
struct Table {
    connection: Connection,
    /// The row that was read last.
    last: i64,
}

/// How long a statement waits for others that use the database.
const BUSY: Duration = Duration::from_secs(5);

// === impl Table ===

impl Table {
    fn open(path: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS nekton_batches (number INTEGER PRIMARY KEY AUTOINCREMENT, content BLOB NOT NULL)",
        )?;
        Ok(Self { connection, last: 0 })
    }

    fn next(&mut self, bytes: usize) -> rusqlite::Result<Vec<Record>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT number, content FROM nekton_batches WHERE number > ? ORDER BY number")?;
        let mut rows = statement.query([self.last])?;
        let (mut records, mut size) = (Vec::new(), 0);
        while size < bytes
            && let Some(row) = rows.next()?
        {
            let (number, content): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            self.last = number;
            size += content.len() + 1;
            records.push((number.unsigned_abs(), content));
        }
        Ok(records)
    }

    fn add(&mut self, records: &[Vec<u8>]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        for record in records {
            let mut statement =
                transaction.prepare_cached("INSERT INTO nekton_batches (content) VALUES (?)")?;
            statement.execute(params![record])?;
        }
        transaction.commit()
    }

    fn remove(&mut self, numbers: &[u64]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        for number in numbers {
            let mut statement = transaction.prepare_cached("DELETE FROM nekton_batches WHERE number = ?")?;
            statement.execute([i64::try_from(*number).unwrap_or(i64::MAX)])?;
        }
        transaction.commit()
    }
}

impl Store for Table {
    fn append(&mut self, records: &[Vec<u8>]) -> Result<(), Refused> {
        self.add(records).map_err(|error| Refused::Failed(error.to_string()))
    }

    fn read(&mut self, bytes: usize) -> Result<Vec<Record>, String> {
        self.next(bytes).map_err(|error| error.to_string())
    }

    fn forget(&mut self, numbers: &[u64]) -> Result<(), String> {
        self.remove(numbers).map_err(|error| error.to_string())
    }
}
