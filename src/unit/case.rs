//! One case: what is fed to which processors, and what must come out.

use std::path::Path;

use super::condition::{Condition, read as conditions};
use crate::bloblang::go::path;
use crate::config::cases::{
    CONTENT, ENVIRONMENT, FILE_CONTENT, INPUT_BATCH, INPUT_BATCHES, JSON_CONTENT, METADATA, MOCKS, NAME,
    OUTPUT_BATCHES, TARGET_MAPPING, TARGET_PROCESSORS,
};
use crate::config::{Conf, ConfError, Node};
use crate::message::{Batch, Message, number};
use crate::value::Str;
use crate::value::json::{Style, print_string};

/// A case of a unit test.
#[derive(Clone)]
pub struct Case {
    pub name: Str,
    /// Where it stands in its file.
    pub line: u32,
    /// Environment variables while it runs.
    pub environment: Vec<(Str, Str)>,
    pub target: Target,
    /// Processors by the label or the pointer of what they replace.
    pub mocks: Vec<(Str, Node)>,
    pub inputs: Vec<Vec<Input>>,
    /// For every message of every batch that comes out its conditions.
    pub expected: Vec<Vec<Vec<Condition>>>,
}

/// What a case tests.
#[derive(Clone, Debug)]
pub enum Target {
    /// A label or a pointer, with or without a file before it.
    Processors(Str),
    /// A file with a mapping, relative to that of the config.
    Mapping(Str),
}

/// A message that is fed in.
#[derive(Clone)]
pub struct Input {
    content: Str,
    /// A file that holds the content, from the folder of the config.
    file: Option<Str>,
    metadata: Vec<(Str, crate::value::Value)>,
}

// === impl Case ===

impl Case {
    /// Reads a case of a config that stands in `folder`.
    pub fn read(conf: &Conf, folder: &Path) -> Result<Self, ConfError> {
        let mapping = conf.get(&TARGET_MAPPING)?;
        let batch = |batch: &Vec<Conf>| batch.iter().map(Input::read).collect::<Result<Vec<_>, _>>();
        let mut batches = conf.get(&INPUT_BATCHES)?.unwrap_or_default();
        batches.extend(conf.get(&INPUT_BATCH)?.filter(|batch| !batch.is_empty()));
        let wanted = |batch: &Vec<Conf>| batch.iter().map(|conf| conditions(conf, folder)).collect();
        Ok(Self {
            name: conf.get(&NAME)?,
            line: conf.node().line,
            environment: conf.get(&ENVIRONMENT)?.unwrap_or_default(),
            target: match mapping.is_empty() {
                true => Target::Processors(conf.get(&TARGET_PROCESSORS)?),
                false => Target::Mapping(mapping),
            },
            mocks: conf.get(&MOCKS)?.unwrap_or_default(),
            inputs: batches.iter().map(batch).collect::<Result<_, _>>()?,
            expected: conf
                .get(&OUTPUT_BATCHES)?
                .unwrap_or_default()
                .iter()
                .map(wanted)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The name, or a word that says there is none.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { "(unnamed)" } else { &self.name }
    }

    /// The batches that are fed in; `folder` is that of the config.
    pub fn batches(&self, folder: &Path) -> Result<Vec<Batch>, String> {
        let batch = |batch: &Vec<Input>| {
            let messages = batch.iter().enumerate().map(|(i, input)| {
                input.message(folder).map_err(|error| format!("failed to create test input {i}: {error}"))
            });
            let mut batch = messages.collect::<Result<Batch, _>>()?;
            number(&mut batch);
            Ok(batch)
        };
        self.inputs.iter().map(batch).collect()
    }
}

// === impl Input ===

impl Input {
    fn read(conf: &Conf) -> Result<Self, ConfError> {
        let content = conf.get(&CONTENT)?.unwrap_or_default();
        // A null that is written is content too, so the value is asked for by its place.
        let document = conf.node().get(JSON_CONTENT.name()).map(Node::to_value);
        let style = Style { escape_html: true, ..Style::default() };
        let document = document.map(|value| print_string(&value, style));
        Ok(Self {
            content: match document {
                Some(Ok(text)) => text.into(),
                Some(Err(_)) => return Err(conf.error(&JSON_CONTENT, "the value has no JSON form")),
                None => content,
            },
            file: conf.get(&FILE_CONTENT)?.filter(|file| !file.is_empty()),
            metadata: conf.get(&METADATA)?.unwrap_or_default(),
        })
    }

    fn message(&self, folder: &Path) -> Result<Message, String> {
        let mut message = match &self.file {
            Some(file) => {
                let file = path::join([&folder.to_string_lossy(), file.as_str()]);
                Message::from_bytes(std::fs::read(&file).map_err(|error| format!("{file}: {error}"))?)
            }
            None => Message::from_bytes(self.content.as_bytes().to_vec()),
        };
        for (key, value) in &self.metadata {
            message.set_meta(key.clone(), value.clone());
        }
        Ok(message)
    }
}
