//! The caches of a stream as its mappings see them. Mappings do not wait, so a cache that has to is waited for on the
//! thread, of which the runtime then has one less.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::{Cache, CacheError, Resources};
use crate::bloblang::Caches;

/// A cache that has not answered by then has failed.
const PATIENCE: Duration = Duration::from_secs(10);

impl Caches for Resources {
    fn get(&self, resource: &str, key: &str) -> Result<Bytes, String> {
        let cache = self.cache(resource)?;
        waited(cache.get(key))
    }

    fn set(&self, resource: &str, key: &str, value: Bytes) -> Result<(), String> {
        let cache = self.cache(resource)?;
        waited(cache.set(key, value, None))
    }

    fn add(&self, resource: &str, key: &str, value: Bytes) -> Result<(), String> {
        let cache = self.cache(resource)?;
        waited(cache.add(key, value, None))
    }

    fn delete(&self, resource: &str, key: &str) -> Result<(), String> {
        let cache = self.cache(resource)?;
        waited(cache.delete(key))
    }
}

impl Resources {
    fn cache(&self, label: &str) -> Result<std::sync::Arc<dyn Cache>, String> {
        let handle = self.caches.get(label);
        handle
            .map(|handle| handle.current())
            .ok_or_else(|| format!("cache resource '{label}' does not exist"))
    }
}

/// The answer of a cache: at once if it has one, as those in memory do.
fn waited<T>(answer: impl Future<Output = Result<T, CacheError>>) -> Result<T, String> {
    let Ok(runtime) = Handle::try_current() else {
        return Err("caches are only there while a stream runs".to_owned());
    };
    let mut answer = pin!(answer);
    if let Poll::Ready(answer) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        return answer.map_err(|error| error.to_string());
    }
    if runtime.runtime_flavor() == RuntimeFlavor::CurrentThread {
        return Err("a cache that has to wait cannot be asked on the only thread".to_owned());
    }
    let answer = tokio::task::block_in_place(|| {
        runtime.block_on(async { tokio::time::timeout(PATIENCE, answer).await })
    });
    match answer {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the cache did not answer within {} seconds", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;

    use super::*;

    /// Answers only after others had a turn.
    struct Slow;

    #[async_trait]
    impl Cache for Slow {
        async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(Bytes::copy_from_slice(key.as_bytes()))
        }

        async fn set(&self, _: &str, _: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
            Ok(())
        }

        async fn add(&self, _: &str, _: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
            Err(CacheError::AlreadyExists)
        }

        async fn delete(&self, _: &str) -> Result<(), CacheError> {
            Ok(())
        }
    }

    fn resources() -> Resources {
        let resources = Resources::default();
        resources.caches.set("slow", Arc::new(Slow));
        resources
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_mapping_waits_for_a_cache() {
        let asked = tokio::spawn(async { Caches::get(&resources(), "slow", "key") });
        assert_eq!(asked.await.expect("the task ends"), Ok(Bytes::from("key")));
    }

    #[tokio::test]
    async fn failures_are_told() {
        let resources = resources();
        assert_eq!(Caches::set(&resources, "slow", "k", Bytes::new()), Ok(()));
        assert!(Caches::add(&resources, "slow", "k", Bytes::new()).is_err());
        assert!(Caches::get(&resources, "slow", "k").is_err_and(|e| e.contains("only thread")));
        assert!(Caches::delete(&resources, "none", "k").is_err_and(|e| e.contains("'none'")));
    }

    #[test]
    fn without_a_runtime_there_are_none() {
        assert!(Caches::get(&resources(), "slow", "k").is_err());
    }
}
