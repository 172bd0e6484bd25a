//! The log: levels, fields, two formats, and a writer thread so that a slow terminal or disk never holds a stream.

mod format;
mod rotate;
mod writer;

pub use format::{Format, Layout};
pub use rotate::RotatingFile;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::value::{Str, Value};
use writer::Writer;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Fatal,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// Writes lines with fields. Cheap to clone; children add fields.
#[derive(Clone)]
pub struct Logger {
    /// None: nothing is written.
    core: Option<Arc<Core>>,
    fields: Option<Arc<Fields>>,
}

struct Core {
    level: Level,
    layout: Layout,
    writer: Writer,
}

struct Fields {
    parent: Option<Arc<Fields>>,
    own: SmallVec<[(Str, Value); 2]>,
}

// === impl Level ===

impl Level {
    /// The level that a config or a flag names, in any case: `None` in the result silences everything, an unknown
    /// word is an error.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        Ok(Some(match text.to_ascii_lowercase().as_str() {
            "off" | "none" => return Ok(None),
            "fatal" => Self::Fatal,
            "error" => Self::Error,
            "warn" => Self::Warn,
            "info" => Self::Info,
            "debug" => Self::Debug,
            "trace" | "all" => Self::Trace,
            _ => {
                return Err(format!(
                    "log level `{text}` is none of off, error, warn, info, debug, trace, all"
                ));
            }
        }))
    }

    /// The word printed for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warn => "warning",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

// === impl Logger ===

impl Logger {
    /// A logger for lines of `level` and above (`None`: nothing), written to `sink` by a thread of its own.
    /// `static_fields` are part of every line.
    pub fn new(
        level: Option<Level>,
        layout: Layout,
        static_fields: impl IntoIterator<Item = (Str, Value)>,
        sink: Box<dyn Write + Send>,
    ) -> Self {
        let Some(level) = level else { return Self::silent() };
        let core = Core { level, layout, writer: Writer::start(sink) };
        Self { core: Some(Arc::new(core)), fields: None }.with_all(static_fields)
    }

    /// A logger that writes nothing.
    pub fn silent() -> Self {
        Self { core: None, fields: None }
    }

    /// A child whose lines carry one more field.
    pub fn with(&self, key: &str, value: impl Into<Value>) -> Self {
        self.with_all([(key.into(), value.into())])
    }

    /// A child whose lines carry the label and the path of a component.
    pub fn with_component(&self, label: &str, path: &str) -> Self {
        self.with_all([("label".into(), label.into()), ("path".into(), path.into())])
    }

    /// A child whose lines carry more fields; of equal keys the youngest wins.
    pub fn with_all(&self, fields: impl IntoIterator<Item = (Str, Value)>) -> Self {
        let own: SmallVec<_> =
            if self.core.is_some() { fields.into_iter().collect() } else { SmallVec::new() };
        if own.is_empty() {
            return self.clone();
        }
        let fields = Fields { parent: self.fields.clone(), own };
        Self { core: self.core.clone(), fields: Some(Arc::new(fields)) }
    }

    /// Whether lines of `level` are written; ask before preparing a costly message.
    pub fn enabled(&self, level: Level) -> bool {
        self.core.as_ref().is_some_and(|core| level <= core.level)
    }

    pub fn log(&self, level: Level, message: impl Display) {
        let Some(core) = self.core.as_ref().filter(|core| level <= core.level) else { return };
        let mut fields = BTreeMap::new();
        let mut generation = self.fields.as_deref();
        while let Some(some) = generation {
            for (key, value) in some.own.iter().rev() {
                fields.entry(key.as_str()).or_insert(value);
            }
            generation = some.parent.as_deref();
        }
        core.writer.write(core.layout.line(level, &message.to_string(), fields));
    }

    pub fn error(&self, message: impl Display) {
        self.log(Level::Error, message);
    }

    pub fn warn(&self, message: impl Display) {
        self.log(Level::Warn, message);
    }

    pub fn info(&self, message: impl Display) {
        self.log(Level::Info, message);
    }

    pub fn debug(&self, message: impl Display) {
        self.log(Level::Debug, message);
    }

    pub fn trace(&self, message: impl Display) {
        self.log(Level::Trace, message);
    }

    /// Waits (blocking, at most a second) until everything logged so far is written.
    pub fn flush(&self) {
        if let Some(core) = &self.core {
            core.writer.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Mutex, PoisonError};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: Format, act: impl FnOnce(&Logger)) -> String {
        let captured = Captured::default();
        let layout = Layout { format, timestamp: None, ..Layout::default() };
        let statics = [("@service".into(), "nekton".into())];
        let logger = Logger::new(Some(Level::Info), layout, statics, Box::new(captured.clone()));
        act(&logger);
        logger.flush();
        let bytes = captured.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).expect("lines are text")
    }

    #[test]
    fn logfmt_sorts_fields_and_quotes_where_needed() {
        let out = logged(Format::Logfmt, |log| {
            let log =
                log.with_component("", "root.input").with("a b", "x:y\n").with("plain", "a-b_c.d/e@f^g+h");
            log.warn("it's \"here\"");
            log.debug("not this");
        });
        assert_eq!(
            out,
            "level=warning msg=\"it's \\\"here\\\"\" @service=nekton a b=\"x:y\\n\" label=\"\" path=root.input \
             plain=a-b_c.d/e@f^g+h\n"
        );
    }

    #[test]
    fn json_sorts_keys_and_escapes_html() {
        let out = logged(Format::Json, |log| log.with("msg", "dup").with("zz", "a\u{1}\u{2028}").info("<&>"));
        assert_eq!(
            out,
            "{\"@service\":\"nekton\",\"fields.msg\":\"dup\",\"level\":\"info\",\"msg\":\"\\u003c\\u0026\\u003e\",\
             \"zz\":\"a\\u0001\\u2028\"}\n"
        );
    }

    #[test]
    fn values_keep_their_type() {
        let value = || Value::from(vec![Value::Int(1), Value::from("<x>")]);
        let act = |log: &Logger| log.with("n", 5).with("list", value()).with("z", f64::NAN).info("m");
        let json = "{\"@service\":\"nekton\",\"level\":\"info\",\"list\":[1,\"\\u003cx\\u003e\"],\"msg\":\"m\",\"n\":5,\"z\":null}\n";
        assert_eq!(logged(Format::Json, act), json);
        assert_eq!(
            logged(Format::Logfmt, act),
            "level=info msg=m @service=nekton list=\"[1,\\\"<x>\\\"]\" n=5 z=\"\"\n"
        );
    }

    #[test]
    fn the_youngest_field_wins() {
        let out = logged(Format::Logfmt, |log| log.with("label", "old").with("label", "new").error("x"));
        assert_eq!(out, "level=error msg=x @service=nekton label=new\n");
    }

    #[test]
    fn levels_are_read_in_any_case() {
        assert_eq!(Level::parse("OFF"), Ok(None));
        assert_eq!(Level::parse("Warn"), Ok(Some(Level::Warn)));
        assert_eq!(Level::parse("ALL"), Ok(Some(Level::Trace)));
        assert!(Level::parse("loud").is_err());
    }
}
