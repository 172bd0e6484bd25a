//! The config of one stream.

use super::{
    AnyField, BufferConf, Conf, ConfError, Field, InputConf, Node, OutputConf, ProcessorConf, field,
};

const THREADS: Field<i64> =
    field("threads").default(-1).doc("How many batches are processed at once; -1 means one for each CPU.");
pub(super) const PROCESSORS: Field<Vec<ProcessorConf>> =
    field("processors").default_list(&[]).doc("What every batch runs through, in order.");

pub(super) const INPUT: Field<InputConf> = field("input").default("stdin").doc("Where messages come from.");
pub(super) const BUFFER: Field<BufferConf> =
    field("buffer").default("none").doc("What holds messages between input and pipeline.");
pub(super) const PIPELINE: Field<Conf> =
    field("pipeline").fields(&[&THREADS, &PROCESSORS]).doc("What is done to messages.");
pub(super) const OUTPUT: Field<OutputConf> = field("output").default("stdout").doc("Where messages go.");

/// The fields of a stream, as they stand in stream files and in the root of a single config.
pub const STREAM_FIELDS: &[&dyn AnyField] = &[&INPUT, &BUFFER, &PIPELINE, &OUTPUT];

/// A stream's components, not built yet.
#[derive(Clone, Debug)]
pub struct StreamConf {
    pub input: InputConf,
    pub buffer: BufferConf,
    pub pipeline: PipelineConf,
    pub output: OutputConf,
}

#[derive(Clone, Debug)]
pub struct PipelineConf {
    /// How many batches are processed at once; 0 and less mean one for each CPU.
    pub threads: i64,
    pub processors: Vec<ProcessorConf>,
}

impl StreamConf {
    pub fn read(node: &Node) -> Result<Self, ConfError> {
        let conf = Conf::new(node.clone(), "root");
        let pipeline = conf.get(&PIPELINE)?;
        Ok(Self {
            input: conf.get(&INPUT)?,
            buffer: conf.get(&BUFFER)?,
            pipeline: PipelineConf {
                threads: pipeline.get(&THREADS)?,
                processors: pipeline.get(&PROCESSORS)?,
            },
            output: conf.get(&OUTPUT)?,
        })
    }
}
