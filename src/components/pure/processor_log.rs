//! `log`: writes a line for each message.

use crate::component::{Built, Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::{Mapping, Template};
use crate::message::Batch;
use crate::telemetry::log::Level;
use crate::value::{Str, Value};

const LEVEL: Field<Str> = field("level")
    .default("INFO")
    .suggestions(&["ERROR", "WARN", "INFO", "DEBUG", "TRACE"])
    .doc("The level of the line.");
const FIELDS_MAPPING: Field<Option<Mapping>> =
    field("fields_mapping").doc("A mapping to an object whose entries are added to the line as fields.");
const MESSAGE: Field<Template> = field("message").default("").doc("The text of the line.");
const FIELDS: Field<Option<Vec<(Str, Template)>>> = field("fields")
    .deprecated()
    .doc("Fields that are added to the line; `fields_mapping` keeps their types.");

pub const LOG: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "log")
        .categories(&["Utility"])
        .summary("Writes a line to the log for each message, which passes unchanged.")
        .fields(&[&LEVEL, &FIELDS_MAPPING, &MESSAGE, &FIELDS])
        .examples(&[Example {
            title: "What came in",
            config: "log:\n  level: DEBUG\n  message: 'got ${! this.id }'\n  fields_mapping: root.size = content().length()\n",
        }]),
    build: |conf, cx| Ok(Box::new(Log::new(conf, cx)?)),
    silent: false,
};

struct Log {
    level: Option<Level>,
    message: Template,
    fields_mapping: Option<Mapping>,
    fields: Vec<(Str, Template)>,
    cx: Context,
}

// === impl Log ===

impl Log {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let level = Level::parse(&conf.get(&LEVEL)?).map_err(|e| conf.error(&LEVEL, e))?;
        Ok(Self {
            level,
            message: conf.get(&MESSAGE)?,
            fields_mapping: conf.get(&FIELDS_MAPPING)?,
            fields: conf.get(&FIELDS)?.unwrap_or_default(),
            cx: cx.clone(),
        })
    }

    fn line(&self, batch: &Batch, index: usize, level: Level) -> Result<(), String> {
        let mut fields: Vec<(Str, Value)> = vec![("custom_source".into(), Value::Bool(true))];
        for (key, template) in &self.fields {
            let value = template.render(batch, index).map_err(|e| format!("field {key}: {e}"))?;
            fields.push((key.clone(), value.into()));
        }
        if let Some(mapping) = &self.fields_mapping {
            match mapping.query(batch, index).map_err(|e| format!("fields_mapping: {e}"))? {
                Value::Object(object) => {
                    fields.extend(object);
                }
                Value::Nothing => {}
                other => {
                    return Err(format!("fields_mapping: expected an object, got {}", other.type_name()));
                }
            }
        }
        let message = self.message.render(batch, index).map_err(|e| format!("message: {e}"))?;
        self.cx.log().with_all(fields).log(level, message);
        Ok(())
    }
}

impl Processor for Log {
    fn process(&self, batch: Batch) -> Step<'_> {
        if let Some(level) = self.level.filter(|level| self.cx.log().enabled(*level)) {
            for index in 0..batch.len() {
                if let Err(error) = self.line(&batch, index, level) {
                    self.cx.log().error(format_args!("The line of a log processor cannot be made: {error}"));
                }
            }
        }
        Step::one(batch)
    }
}
