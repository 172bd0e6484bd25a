//! `local`: so many accesses in each span of time, counted in memory.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::component::{Built, Context, RateLimit, RateLimitSpec};
use crate::config::{self, ComponentSpec, Conf, Example, Field, Kind, field};

const COUNT: Field<i64> = field("count").default(1000).doc("How many accesses are granted in each interval.");
const INTERVAL: Field<config::Duration> = field("interval")
    .default("1s")
    .doc("How long an interval is. The next one begins with the first access after it.");

pub const LOCAL: RateLimitSpec = RateLimitSpec {
    spec: ComponentSpec::new(Kind::RateLimit, "local")
        .summary("Grants a number of accesses in each interval, to all that use it in this process together.")
        .fields(&[&COUNT, &INTERVAL])
        .examples(&[Example {
            title: "Five requests a minute",
            config: "local: { count: 5, interval: 1m }\n",
        }]),
    build: |conf: &Conf, _: &Context| -> Built<Arc<dyn RateLimit>> {
        let count = u64::try_from(conf.get(&COUNT)?).unwrap_or(0);
        if count == 0 {
            return Err(conf.error(&COUNT, "the count must be larger than zero").into());
        }
        Ok(Arc::new(Local::new(count, conf.get(&INTERVAL)?.get())))
    },
};

struct Local {
    count: u64,
    interval: Duration,
    window: Mutex<Window>,
}

struct Window {
    began: Instant,
    left: u64,
}

impl Local {
    fn new(count: u64, interval: Duration) -> Self {
        Self { count, interval, window: Mutex::new(Window { began: Instant::now(), left: count }) }
    }
}

#[async_trait]
impl RateLimit for Local {
    async fn access(&self) -> Result<Option<Duration>, String> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.left == 0 {
            let rest = self.interval.saturating_sub(window.began.elapsed());
            if !rest.is_zero() {
                return Ok(Some(rest));
            }
            *window = Window { began: Instant::now(), left: self.count };
        }
        window.left -= 1;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn accesses_wait_for_the_next_interval() {
        let limit = Local::new(2, Duration::from_secs(10));
        let wait = |seconds| Ok(Some(Duration::from_secs(seconds)));
        assert_eq!(limit.access().await, Ok(None));
        assert_eq!(limit.access().await, Ok(None));
        assert_eq!(limit.access().await, wait(10));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(limit.access().await, wait(6));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(limit.access().await, Ok(None));
        assert_eq!(limit.access().await, Ok(None));
        assert_eq!(limit.access().await, wait(10));
    }
}
