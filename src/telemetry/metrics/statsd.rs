//! Metrics as lines for a StatsD server.
//!
//! Series that configs name themselves are told event by event, as other engines do; what the engine counts is told
//! as its growth since the last time, and its timings as values with the number of times that each was measured.

use std::fmt::Write;
use std::time::Duration;

use super::block::Series;
use super::since::Since;
use super::{Metrics, Reading, timing};
use crate::value::Str;

/// A StatsD server and how it wants its lines.
#[derive(Clone, Debug)]
pub struct Statsd {
    /// Host and port.
    pub address: String,
    /// Between two packets.
    pub period: Duration,
    pub tag_style: TagStyle,
    /// Tags of every line.
    pub tags: Vec<(Str, Str)>,
}

/// Where labels stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagStyle {
    /// After the value: `name:1|c|#key:value`.
    Datadog,
    /// Within the name: `name,key=value:1|c`.
    Influx,
}

/// The labels that every component has, which come first.
const STANDARD: [&str; 3] = ["label", "path", "stream"];

/// A packet is at most so long, so that it fits into one frame of an Ethernet.
const PACKET: usize = 1432;

// === impl Statsd ===

impl Statsd {
    /// What happened since the last call, as packets of whole lines.
    pub fn packets(&self, metrics: &Metrics, since: &mut Since) -> Vec<Vec<u8>> {
        let mut packets: Vec<Vec<u8>> = Vec::new();
        let mut add = |line: String| match packets.last_mut() {
            Some(packet) if packet.len() + 1 + line.len() <= PACKET => {
                packet.push(b'\n');
                packet.extend_from_slice(line.as_bytes());
            }
            _ => packets.push(line.into_bytes()),
        };
        metrics.drain(&mut |series, events| {
            let kind = kind(series.reading);
            match (events, series.reading) {
                (Some(events), _) => {
                    events.iter().for_each(|event| self.event(&series, *event, kind, &mut add))
                }
                (None, Reading::Counter(now)) => {
                    let grown = since.counter(&series, now);
                    if grown > 0 {
                        add(self.line(&series, grown, kind, ""));
                    }
                }
                (None, Reading::Gauge(value)) => self.event(&series, value, kind, &mut add),
                (None, Reading::Timing(timing)) => {
                    let grown = since.timing(&series, timing.bucket_counts());
                    for (bucket, n) in grown.iter().enumerate().filter(|(_, n)| **n > 0) {
                        let rate = if *n > 1 { format!("|@{}", 1.0 / *n as f64) } else { String::new() };
                        add(self.line(&series, timing::middle(bucket), kind, &rate));
                    }
                }
            }
        });
        packets
    }

    fn event(&self, series: &Series<'_>, value: f64, kind: &str, add: &mut dyn FnMut(String)) {
        // A sign makes a gauge relative, so that a negative value has to start from zero.
        if kind == "g" && value < 0.0 {
            add(self.line(series, 0, kind, ""));
        }
        add(self.line(series, value as i64, kind, ""));
    }

    fn line(&self, series: &Series<'_>, value: impl std::fmt::Display, kind: &str, rate: &str) -> String {
        let mut line = String::from(series.name);
        let own = |standard: bool| {
            series.labels.iter().filter(move |(key, _)| STANDARD.contains(key) == standard).copied()
        };
        let always = self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let tags = always.chain(own(true)).chain(own(false));
        // Writing to a string cannot fail.
        match self.tag_style {
            TagStyle::Influx => {
                for (key, value) in tags {
                    let _ = write!(line, ",{key}={value}");
                }
                let _ = write!(line, ":{value}|{kind}{rate}");
            }
            TagStyle::Datadog => {
                let _ = write!(line, ":{value}|{kind}{rate}");
                for (i, (key, value)) in tags.enumerate() {
                    let _ = write!(line, "{}{key}:{value}", if i == 0 { "|#" } else { "," });
                }
            }
        }
        line
    }
}

fn kind(reading: Reading<'_>) -> &'static str {
    match reading {
        Reading::Counter(_) => "c",
        Reading::Gauge(_) => "g",
        Reading::Timing(_) => "ms",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CustomKind, Input};
    use super::*;

    fn statsd(tag_style: TagStyle) -> Statsd {
        let period = Duration::from_millis(100);
        Statsd { address: String::new(), period, tag_style, tags: vec![("dc".into(), "x".into())] }
    }

    fn lines(statsd: &Statsd, metrics: &Metrics, since: &mut Since) -> Vec<String> {
        let packets = statsd.packets(metrics, since);
        assert!(packets.iter().all(|packet| packet.len() <= PACKET));
        let text = String::from_utf8(packets.join(&b"\n"[..])).expect("text");
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn lines_tell_what_is_new() {
        let metrics = Metrics::recording(None);
        let scope = metrics.scope(Some("s"));
        let (mut since, statsd) = (Since::default(), statsd(TagStyle::Datadog));
        let input = scope.register::<Input>("", "root.input");
        input.received.add(5);
        input.latency.record(1_000_000, 4);
        let custom = |kind, name| scope.custom(("", "p"), kind, name, &[("k".into(), "v".into())]);
        custom(CustomKind::Counter, "mine").observe(1.0);
        custom(CustomKind::Counter, "mine").observe(2.0);
        custom(CustomKind::Gauge, "level").observe(-3.0);
        custom(CustomKind::Gauge, "level").observe(1.5);
        let all = lines(&statsd, &metrics, &mut since);
        for line in [
            "input_received:5|c|#dc:x,label:,path:root.input,stream:s",
            "mine:1|c|#dc:x,label:,path:p,stream:s,k:v",
            "mine:2|c|#dc:x,label:,path:p,stream:s,k:v",
            "level:0|g|#dc:x,label:,path:p,stream:s,k:v",
            "level:-3|g|#dc:x,label:,path:p,stream:s,k:v",
            "level:1|g|#dc:x,label:,path:p,stream:s,k:v",
        ] {
            assert!(all.iter().any(|it| it == line), "{line}: {all:#?}");
        }
        assert!(all.iter().any(|it| it.starts_with("input_latency_ns:") && it.contains("|ms|@0.25|#")));
        assert_eq!(lines(&statsd, &metrics, &mut since), Vec::<String>::new());
        input.received.add(1);
        assert_eq!(
            lines(&statsd, &metrics, &mut since),
            ["input_received:1|c|#dc:x,label:,path:root.input,stream:s"]
        );
    }

    #[test]
    fn labels_may_stand_in_the_name() {
        let metrics = Metrics::recording(None);
        let scope = metrics.scope(None);
        scope.custom(("l", "p"), CustomKind::Timing, "t", &[]).observe(7.0);
        let all = lines(&statsd(TagStyle::Influx), &metrics, &mut Since::default());
        assert_eq!(all, ["t,dc=x,label=l,path=p:7|ms"]);
    }
}
