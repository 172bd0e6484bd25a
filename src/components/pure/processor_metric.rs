//! `metric`: counts or measures messages in a metric of the config's own.

use std::sync::Arc;

use crate::component::{Built, Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::Batch;
use crate::telemetry::metrics::{Custom, CustomKind};
use crate::value::Str;

const TYPE: Field<Str> = field("type")
    .options(&["counter", "counter_by", "gauge", "timing"])
    .doc("`counter` counts messages, `counter_by` adds up values, `gauge` keeps the last value, `timing` measures nanoseconds.");
const NAME: Field<Str> = field("name").doc("The name of the metric.");
const LABELS: Field<Option<Vec<(Str, Template)>>> = field("labels").doc("Labels and their values.");
const VALUE: Field<Template> = field("value").default("").doc("The value, for all types but `counter`.");

pub const METRIC: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "metric")
        .categories(&["Utility"])
        .summary("Counts or measures messages in a metric of your own, and passes them on unchanged.")
        .description("Negative values and those that are no numbers are only logged.")
        .fields(&[&TYPE, &NAME, &LABELS, &VALUE])
        .examples(&[Example {
            title: "Sold items by country",
            config: "metric:\n  type: counter_by\n  name: sold_items\n  labels:\n    country: ${! this.country }\n  value: ${! this.items.length() }\n",
        }]),
    build: |conf, cx| Ok(Box::new(Metric::new(conf, cx)?)),
    silent: true,
};

struct Metric {
    kind: CustomKind,
    /// None: every message counts as one.
    value: Option<Template>,
    name: Str,
    labels: Vec<(Str, Template)>,
    /// The only series there is without labels.
    only: Option<Arc<Custom>>,
    cx: Context,
}

// === impl Metric ===

impl Metric {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let name = conf.get(&NAME)?;
        if name.is_empty() {
            return Err(conf.error(&NAME, "the name of the metric is empty").into());
        }
        let value = conf.get(&VALUE)?;
        let (kind, value) = match conf.get(&TYPE)?.to_lowercase().as_str() {
            "counter" => (CustomKind::Counter, None),
            "counter_by" => (CustomKind::Counter, Some(value)),
            "gauge" => (CustomKind::Gauge, Some(value)),
            "timing" => (CustomKind::Timing, Some(value)),
            other => return Err(conf.error(&TYPE, format!("there is no metric type '{other}'")).into()),
        };
        let labels = conf.get(&LABELS)?.unwrap_or_default();
        let only = labels.is_empty().then(|| cx.custom_metric(kind, &name, &[]));
        Ok(Self { kind, value, name, labels, only, cx: cx.clone() })
    }

    fn observe(&self, batch: &Batch, index: usize) -> Result<(), String> {
        let value = match &self.value {
            None => 1.0,
            Some(value) => self.number(&value.render(batch, index).map_err(|error| error.to_string())?)?,
        };
        if let Some(only) = &self.only {
            only.observe(value);
            return Ok(());
        }
        let label = |(key, value): &(Str, Template)| Ok((key.clone(), value.render(batch, index)?));
        let labels = self.labels.iter().map(label).collect::<Result<Vec<_>, crate::expr::ExprError>>();
        let labels = labels.map_err(|error| error.to_string())?;
        self.cx.custom_metric(self.kind, &self.name, &labels).observe(value);
        Ok(())
    }

    /// A number that is not negative; a timing takes whole ones only.
    fn number(&self, text: &str) -> Result<f64, String> {
        let whole = text.parse::<i64>().map(|n| n as f64);
        let number = match (whole, self.kind) {
            (Err(_), CustomKind::Counter | CustomKind::Gauge) => text.parse::<f64>().ok(),
            (whole, _) => whole.ok(),
        };
        match number {
            Some(n) if n < 0.0 => Err(format!("value {text} is negative")),
            Some(n) => Ok(n),
            None => Err(format!("value '{text}' is not a number")),
        }
    }
}

impl Processor for Metric {
    fn process(&self, batch: Batch) -> Step<'_> {
        for i in 0..batch.len() {
            if let Err(error) = self.observe(&batch, i) {
                self.cx.log().error(format_args!("Metric {}: {error}", self.name));
            }
        }
        Step::one(batch)
    }
}
