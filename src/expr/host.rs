//! The world as mappings see it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

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

thread_local! {
    /// The caches of the stream that is being built on this thread.
    static CACHES: RefCell<Option<Weak<dyn Caches>>> = const { RefCell::new(None) };
}

/// The mappings that `build` compiles see `caches`, as long as these live.
pub fn with_caches<T>(caches: Weak<dyn Caches>, build: impl FnOnce() -> T) -> T {
    /// Also puts back what was there if `build` panics.
    struct Restore(Option<Weak<dyn Caches>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CACHES.set(self.0.take());
        }
    }
    let _restore = Restore(CACHES.replace(Some(caches)));
    build()
}

/// Sets the host of all mappings of the process. Only the first call counts, and only before a mapping was compiled.
pub fn install_host(host: Arc<dyn Host>) {
    // A second host could not reach the mappings that are compiled already.
    let _ = HOST.set(host);
}

/// Where mappings are compiled: with the installed host and the caches of the stream that is being built, relative to the
/// working directory.
pub fn environment() -> Environment {
    let host = HOST.get_or_init(|| Arc::new(SystemHost::new(|_| None))).clone();
    let caches = CACHES.with_borrow(Clone::clone);
    Environment { host, caches, directory: Str::new(), evaluates: true, isolated: false }
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

    /// Who answers to a mapping that is compiled now.
    fn asked() -> Option<Bytes> {
        environment().caches?.upgrade()?.get("", "").ok()
    }

    #[test]
    fn what_is_compiled_sees_the_caches_of_what_is_built() {
        let (outer, inner): (Arc<dyn Caches>, Arc<dyn Caches>) =
            (Arc::new(Named("outer")), Arc::new(Named("inner")));
        let seen = with_caches(Arc::downgrade(&outer), || {
            let within = with_caches(Arc::downgrade(&inner), asked);
            (within, asked())
        });
        assert_eq!(seen, (Some(Bytes::from("inner")), Some(Bytes::from("outer"))));
        assert_eq!(asked(), None);
    }
}
