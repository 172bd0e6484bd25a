//! `generate`: messages that a mapping makes, at regular times.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Zoned;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use super::cron::Schedule;
use crate::component::{
    AUTO_REPLAY_NACKS, Built, ConnectError, Context, InputBuild, InputSpec, ReadError, Reads, Source,
    SourceSetup,
};
use crate::config::{self, ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::{ExprError, Mapping};
use crate::message::{Ack, Batch, GROUP_TRANSACTIONS};
use crate::value::Str;

const MAPPING: Field<Mapping> =
    field("mapping").doc("Makes each message. If it deletes its root or assigns nothing there is none.");
const INTERVAL: Field<Str> = field("interval")
    .default("1s")
    .usable(|text| Pace::parse(text).map(|_| ()))
    .doc("When messages are made: a duration between them, or a cron expression of five or six fields (with seconds), before which `TZ=Zone ` may stand; UTC otherwise. Empty: as fast as they are taken.");
const COUNT: Field<i64> =
    field("count").default(0).doc("The input ends after so many messages; 0 never does.");
const BATCH_SIZE: Field<i64> =
    field("batch_size").default(1).doc("How many messages are made each time, as one batch.");

pub const GENERATE: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "generate")
        .categories(&["Utility"])
        .version("3.40.0")
        .summary("Makes messages by a mapping, at regular times or as fast as they are taken.")
        .description("With a duration the first message comes at once, with a cron expression at its first time. Times that pass while a message waits to be taken are left out. Messages that are nacked are always sent again.")
        .fields(&[&MAPPING, &INTERVAL, &COUNT, &BATCH_SIZE, &AUTO_REPLAY_NACKS])
        .examples(&[
            Example {
                title: "A test load",
                config: "generate:\n  mapping: |\n    root.id = uuid_v4()\n    root.value = random_int(max: 100)\n  interval: ''\n  count: 10000\n",
            },
            Example {
                title: "On weekdays at nine in the morning in Berlin",
                config: "generate:\n  mapping: root = \"time to report\"\n  interval: 'TZ=Europe/Berlin 0 9 * * MON-FRI'\n",
            },
        ]),
    build: InputBuild::Source(|conf: &Conf, _: &Context| -> Built<SourceSetup> {
        let (mapping, count) = (conf.get(&MAPPING)?, conf.get(&COUNT)?);
        if mapping.is_empty() {
            return Err(conf.error(&MAPPING, "the mapping is empty").into());
        }
        // Read for its mistakes only.
        conf.get(&AUTO_REPLAY_NACKS)?;
        let source = Box::new(Generate {
            mapping,
            pace: Pace::parse(&conf.get(&INTERVAL)?).map_err(|error| conf.error(&INTERVAL, error))?,
            left: u64::try_from(count).ok().filter(|count| *count > 0),
            batch_size: u64::try_from(conf.get(&BATCH_SIZE)?).unwrap_or(0).max(1),
            failure: None,
        });
        Ok(SourceSetup { source, auto_replay: true, batching: None })
    }),
};

struct Generate {
    mapping: Mapping,
    pace: Pace,
    /// How many messages are still to be made; none: without end.
    left: Option<u64>,
    batch_size: u64,
    /// Why the mapping failed after messages of the same group were made; told when they are handed out.
    failure: Option<ExprError>,
}

/// When messages are made.
enum Pace {
    Free,
    /// The ticks begin with the first read.
    Every(Duration, Option<Interval>),
    Cron(Box<Schedule>),
}

// === impl Pace ===

impl Pace {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Pace::Free);
        }
        match text.parse::<config::Duration>() {
            Ok(period) if period.get().is_zero() => Ok(Pace::Free),
            Ok(period) => Ok(Pace::Every(period.get(), None)),
            Err(duration) => {
                Schedule::parse(text).map(|schedule| Pace::Cron(Box::new(schedule))).map_err(|cron| {
                    format!("'{text}' is no duration ({duration}) and no cron expression ({cron})")
                })
            }
        }
    }

    /// Waits for the next time. False: there is none any more.
    async fn next(&mut self) -> bool {
        match self {
            Pace::Free => {}
            Pace::Every(period, ticks) => {
                let ticks = ticks.get_or_insert_with(|| {
                    let mut ticks = interval(*period);
                    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
                    ticks
                });
                ticks.tick().await;
            }
            Pace::Cron(schedule) => {
                let now = Zoned::now();
                let Some(next) = schedule.next_after(&now) else { return false };
                let wait = Duration::try_from(next.duration_since(&now)).unwrap_or_default();
                sleep_until(Instant::now() + wait).await;
            }
        }
        true
    }
}

// === impl Generate ===

impl Generate {
    /// The next batch; empty if the mapping made nothing.
    fn batch(&mut self) -> Result<Batch, ExprError> {
        let size = self.left.map_or(self.batch_size, |left| left.min(self.batch_size));
        let mut batch = Batch::new();
        for _ in 0..size {
            batch.extend(self.mapping.create(&batch)?);
        }
        if let Some(left) = &mut self.left {
            *left -= batch.len() as u64;
        }
        Ok(batch)
    }
}

#[async_trait]
impl Source for Generate {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        if let Some(error) = self.failure.take() {
            return Err(ReadError::Failed(error.to_string()));
        }
        if self.left == Some(0) || !self.pace.next().await {
            return Err(ReadError::EndOfInput);
        }
        let at_once = if let Pace::Free = self.pace { GROUP_TRANSACTIONS } else { 1 };
        for _ in 0..at_once {
            if out.is_full() || self.left == Some(0) {
                break;
            }
            match self.batch() {
                Ok(batch) if batch.is_empty() => {}
                Ok(batch) => out.push(batch, Ack::none()),
                Err(error) if out.is_empty() => return Err(ReadError::Failed(error.to_string())),
                Err(error) => {
                    self.failure = Some(error);
                    break;
                }
            }
        }
        if out.is_empty() {
            // A mapping that never makes anything must not keep a thread for itself.
            tokio::task::yield_now().await;
            return Err(ReadError::Timeout);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, input, read_all};
    use super::*;

    #[tokio::test]
    async fn messages_are_counted_and_batched() {
        let conf = "generate: { mapping: 'root = counter()', interval: '', count: 600, batch_size: 7 }";
        assert_eq!(read_all(&mut *input(&context(), conf)).await.len(), 600);
        let mapping = "root = match counter() % 3 { 0 => deleted(), 1 => nothing(), _ => \"x\" }";
        let conf = format!("generate: {{ mapping: '{mapping}', interval: '', count: 5 }}");
        assert_eq!(
            read_all(&mut *input(&context(), &conf)).await.len(),
            5,
            "what is not made does not count"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_message_comes_at_once_and_the_others_in_time() {
        let began = Instant::now();
        let conf = "generate: { mapping: 'root = \"x\"', interval: 10s, count: 4 }";
        assert_eq!(read_all(&mut *input(&context(), conf)).await.len(), 4);
        assert_eq!(began.elapsed().as_secs(), 30);
    }
}
