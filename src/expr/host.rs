//! The world as mappings see it.

use std::cell::RefCell;
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

thread_local! {
    /// Those that were offered on this thread: unit tests have caches of their own, many at a time, each on one thread.
    static OWN_CACHES: RefCell<Option<Weak<dyn Caches>>> = const { RefCell::new(None) };
}

/// Sets the caches that mappings see, as long as they live: on this thread, and wherever no thread offered any. The last
/// call counts.
pub fn offer_caches(caches: Weak<dyn Caches>) {
    OWN_CACHES.set(Some(caches.clone()));
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
        let own = OWN_CACHES.with_borrow(|caches| caches.as_ref().and_then(Weak::upgrade));
        own.or_else(|| CACHES.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.upgrade())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// Says its name, whatever it is asked.
    struct Named(&'static str);

    impl Caches for Named {
        fn get(&self, _: &str, _: &str) -> Result<Bytes, String> {
            Ok(Bytes::from_static(self.0.as_bytes()))
        }

        fn set(&self, _: &str, _: &str, _: Bytes) -> Result<(), String> {
            Ok(())
        }

        fn add(&self, _: &str, _: &str, _: Bytes) -> Result<(), String> {
            Ok(())
        }

        fn delete(&self, _: &str, _: &str) -> Result<(), String> {
            Ok(())
        }
    }

    /// Who answers on this thread.
    fn asked() -> Option<Bytes> {
        SystemHost::new(|_| None).caches().and_then(|caches| caches.get("", "").ok())
    }

    #[test]
    fn each_thread_sees_the_caches_that_it_was_offered() {
        let first: Arc<dyn Caches> = Arc::new(Named("first"));
        offer_caches(Arc::downgrade(&first));
        let other = std::thread::spawn(|| {
            let second: Arc<dyn Caches> = Arc::new(Named("second"));
            offer_caches(Arc::downgrade(&second));
            asked()
        });
        assert_eq!(other.join().ok().flatten(), Some(Bytes::from("second")));
        assert_eq!(asked(), Some(Bytes::from("first")));
    }
}
