//! An open database, and how it is opened: once, with its initial statements.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::fields::{
    AZURE, DATA_SOURCE_NAME, DRIVER, DSN, ENTRA_ENABLED, IAM_ENABLED, INIT_FILES, INIT_STATEMENT,
    INIT_VERIFY, SECRET_NAME,
};
use super::sqlite::Sqlite;
use crate::component::{Built, Context, Processed, Rejected, expand};
use crate::config::Conf;
use crate::message::{Batch, batches_of};
use crate::telemetry::log::Logger;
use crate::value::{Str, Value};

/// A database of one component. Clones share its connection.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    dsn: Str,
    /// What is run when the database was opened for the first time, each with what it is called in the log.
    init: Vec<(String, String)>,
    connection: Mutex<Connection>,
    log: Logger,
}

#[derive(Default)]
struct Connection {
    open: Option<Sqlite>,
    initialised: bool,
}

// === impl Database ===

impl Database {
    /// Reads the settings of `conf` without opening the database.
    pub fn read(conf: &Conf, cx: &Context) -> Built<Self> {
        let mut init = Vec::new();
        let files = expand(&conf.get(&INIT_FILES)?.unwrap_or_default());
        for path in files.map_err(|error| conf.error(&INIT_FILES, error))? {
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
            init.push((format!("init_file '{path}'"), text));
        }
        if let Some(text) = conf.get(&INIT_STATEMENT)?.filter(|text| !text.is_empty()) {
            init.push(("init_statement".to_owned(), text.to_string()));
        }
        let azure = conf.get(&AZURE)?.map(|azure| azure.get(&ENTRA_ENABLED)).transpose()?.unwrap_or(false);
        if conf.get(&IAM_ENABLED)? || conf.get(&SECRET_NAME)?.is_some() || azure {
            return Err("sqlite has no users that a cloud could name".into());
        }
        let database = Self::named(conf, conf.get(&DSN)?, init, cx)?;
        if conf.get(&INIT_VERIFY)? {
            let opened = away(|| database.shared.with(|_| Ok(())));
            opened.map_err(|error| format!("the database cannot be opened: {error}"))?;
        }
        Ok(database)
    }

    /// As [`Self::read`], for the components that know nothing but a name.
    pub fn read_plain(conf: &Conf, cx: &Context) -> Built<Self> {
        Self::named(conf, conf.get(&DATA_SOURCE_NAME)?, Vec::new(), cx)
    }

    fn named(conf: &Conf, dsn: Str, init: Vec<(String, String)>, cx: &Context) -> Built<Self> {
        let driver = conf.get(&DRIVER)?;
        if driver != "sqlite" {
            return Err(conf
                .error(&DRIVER, format!("this build cannot speak to '{driver}', only to sqlite"))
                .into());
        }
        let shared = Shared { dsn, init, connection: Mutex::default(), log: cx.log().clone() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Opens the database now, as its initial statements may make what other components look for. Blocks, but not the
    /// other tasks. A failure is told by who uses the database first.
    pub fn open(self) -> Self {
        let _ = away(|| self.shared.with(|_| Ok(())));
        self
    }

    /// Does something with the database, which is opened first where it is not.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Sqlite) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let shared = self.shared.clone();
        let done = tokio::task::spawn_blocking(move || shared.with(work)).await;
        done.unwrap_or_else(|error| Err(error.to_string()))
    }

    /// Does something with the messages of a batch; when the database cannot be opened or `work` fails, all of them are
    /// flagged.
    pub async fn process(
        &self,
        batch: Batch,
        work: impl FnOnce(&mut Sqlite, &mut Batch) -> Result<(), String> + Send + 'static,
    ) -> Processed {
        let shared = self.shared.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut batch = batch;
            if let Err(error) = shared.with(|sqlite| work(sqlite, &mut batch)) {
                batch.iter_mut().for_each(|message| message.fail(error.as_str()));
            }
            batch
        });
        match done.await {
            Ok(batch) => Ok(batches_of(batch)),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(stopped) => Err(Rejected(stopped.to_string().into())),
            },
        }
    }

    /// Lets go of the connection.
    pub async fn close(&self) {
        let shared = self.shared.clone();
        let closed = tokio::task::spawn_blocking(move || shared.lock().open = None);
        // Closing does nothing that could panic.
        let _ = closed.await;
    }
}

// === impl Sqlite ===

impl Sqlite {
    /// Runs statements and returns the rows of the last one.
    pub fn list(&mut self, query: &str, args: &[Value]) -> Result<Vec<Value>, String> {
        let mut list = Vec::new();
        self.rows(query, args, &mut |row| {
            list.push(Value::Object(row));
            ControlFlow::Continue(())
        })?;
        Ok(list)
    }

    /// Runs `work` as one transaction, undone where it fails.
    pub fn transaction<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.execute("BEGIN IMMEDIATE", &[])?;
        let done = work(self).and_then(|done| self.execute("COMMIT", &[]).map(|()| done));
        if done.is_err() {
            // The failure itself may have ended the transaction.
            let _ = self.execute("ROLLBACK", &[]);
        }
        done
    }
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Sqlite) -> Result<T, String>) -> Result<T, String> {
        let mut connection = self.lock();
        let Connection { open, initialised } = &mut *connection;
        let sqlite = match open {
            Some(sqlite) => sqlite,
            None => open.insert(Sqlite::open(&self.dsn)?),
        };
        if !std::mem::replace(initialised, true) {
            for (name, text) in &self.init {
                if let Err(error) = sqlite.execute(text, &[]) {
                    self.log.warn(format_args!("Failed to execute {name}: {error}"));
                }
            }
        }
        work(sqlite)
    }
}

/// Blocks; other tasks move to other threads where there are any.
fn away<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
