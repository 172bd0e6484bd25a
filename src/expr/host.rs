//! The world as mappings see it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

use crate::bloblang::{Caches, Environment, Host};
use crate::value::{Str, Timestamp};

/// Looks an environment variable up.
type Variables = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The machine that the process runs on. Environment variables are looked up through a function, as only the command
/// line reads the process environment.
pub struct SystemHost {
    variables: Variables,
    counters: Mutex<HashMap<String, i64>>,
}

static HOST: OnceLock<Arc<dyn Host>> = OnceLock::new();

/// The caches that mappings see; none before the first resources were made.
static CACHES: RwLock<Option<Weak<dyn Caches>>> = RwLock::new(None);

/// Sets the caches that all mappings of the process see, as long as they live. The last call counts.
pub fn offer_caches(caches: Weak<dyn Caches>) {
    *CACHES.write().unwrap_or_else(PoisonError::into_inner) = Some(caches);
}

/// Sets the host of all mappings of the process. Only the first call counts, and only before a mapping was compiled.
pub fn install_host(host: Arc<dyn Host>) {
    // A second host could not reach the mappings that are compiled already.
    let _ = HOST.set(host);
}

/// Where mappings are compiled: with the installed host, relative to the working directory.
pub fn environment() -> Environment {
    let host = HOST.get_or_init(|| Arc::new(SystemHost::new(|_| None))).clone();
    Environment { host, directory: Str::new(), evaluates: true, isolated: false }
}

impl SystemHost {
    pub fn new(variables: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { variables: Box::new(variables), counters: Mutex::default() }
    }
}

impl Host for SystemHost {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn random(&self) -> u64 {
        rand::random()
    }

    fn env(&self, name: &str) -> Option<String> {
        (self.variables)(name)
    }

    fn read_file(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|e| format!("{path}: {e}"))
    }

    fn hostname(&self) -> Result<String, String> {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname");
        name.map(|n| n.trim().to_owned()).map_err(|e| format!("the host name cannot be read: {e}"))
    }

    fn count(&self, name: &str) -> i64 {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        match counters.get_mut(name) {
            Some(count) => {
                *count += 1;
                *count
            }
            None => {
                counters.insert(name.to_owned(), 1);
                1
            }
        }
    }

    fn caches(&self) -> Option<Arc<dyn Caches>> {
        CACHES.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.upgrade()
    }
}
