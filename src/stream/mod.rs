//! One running stream: an input, perhaps a buffer, a pipeline, an output.
//!
//! A stream without a buffer is one task: it pulls a group from the input, runs it through the pipeline and hands
//! it to the output, whose acks run straight back to the input. A buffer makes two tasks of it.

mod pipeline;
mod stop;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use stop::{Forced, Stopped};

use crate::component::{Buffer, BuildError, Built, Connections, Context, Environment, Failure, Input, Pull};
use crate::config::StreamConf;
use crate::message::GROUP_TRANSACTIONS;
use pipeline::Pipeline;

/// A stream from its start until it is dropped; dropping it kills what is still running.
pub struct Stream {
    environment: Arc<Environment>,
    stop: CancellationToken,
    end: watch::Receiver<Option<End>>,
    started: Instant,
    /// Notes the end.
    supervisor: JoinHandle<()>,
}

/// A stream that is built but does not read yet, so that it can take the place of another one; dropping it closes it.
pub struct Prepared {
    cx: Context,
    /// Taken at the start.
    parts: Option<Parts>,
}

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub why: Why,
    pub after: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The input has ended, or was told to stop, and everything was delivered.
    Finished,
    /// A component panicked, with what it said.
    Panicked(String),
    /// A component can do its work never again, and said why.
    Broken(String),
    /// It was killed with work left.
    Killed,
}

// === impl Stream ===

impl Stream {
    /// Builds and starts a stream.
    pub fn start(conf: &StreamConf, environment: Arc<Environment>) -> Result<Self, BuildError> {
        Ok(Prepared::build(conf, environment)?.start())
    }

    /// How the stream ended, once it has.
    pub fn end(&self) -> Option<End> {
        self.end.borrow().clone()
    }

    pub fn is_active(&self) -> bool {
        self.end.borrow().is_none()
    }

    /// Waits for the stream to end.
    pub async fn ended(&self) -> End {
        let mut end = self.end.clone();
        let end = end.wait_for(Option::is_some).await.ok().and_then(|end| end.clone());
        end.unwrap_or_else(|| End { why: Why::Killed, after: self.started.elapsed() })
    }

    /// How long the stream has been running, or ran.
    pub fn uptime(&self) -> Duration {
        self.end.borrow().as_ref().map_or_else(|| self.started.elapsed(), |end| end.after)
    }

    /// The connections of its components.
    pub fn connections(&self) -> &Connections {
        &self.environment.connections
    }

    pub fn environment(&self) -> &Arc<Environment> {
        &self.environment
    }
}

// === impl Prepared ===

impl Prepared {
    /// Builds a stream. Its outputs begin to connect and its endpoints to be served at once, but nothing is read
    /// before it starts.
    pub fn build(conf: &StreamConf, environment: Arc<Environment>) -> Result<Self, BuildError> {
        let stop = CancellationToken::new();
        let cx = Context::root(environment.clone(), stop);
        match Parts::build(conf, &cx) {
            Ok(parts) => Ok(Self { cx, parts: Some(parts) }),
            Err(error) => {
                environment.tasks.kill();
                Err(error)
            }
        }
    }

    pub fn start(mut self) -> Stream {
        let environment = self.cx.environment().clone();
        let stop = self.cx.stop_token().clone();
        if let Some(parts) = self.parts.take() {
            environment.tasks.run(Box::pin(parts.run(self.cx.clone())));
        }
        let (ended, end) = watch::channel(None);
        let started = Instant::now();
        let supervised = environment.clone();
        let supervisor = tokio::spawn(async move {
            let why = supervise(&supervised).await;
            ended.send_replace(Some(End { why, after: started.elapsed() }));
        });
        Stream { environment, stop, end, started, supervisor }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if self.parts.is_some() {
            self.cx.environment().tasks.kill();
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.environment.tasks.kill();
        self.supervisor.abort();
    }
}

/// Waits until every task of the stream has ended.
async fn supervise(environment: &Environment) -> Why {
    let tasks = &environment.tasks;
    tasks.ended().await;
    let log = &environment.log;
    match tasks.failure() {
        Some(Failure::Panicked(panic)) => {
            log.error(format_args!("The stream ended, as one of its components panicked: {panic}"));
            Why::Panicked(panic.to_owned())
        }
        Some(Failure::Broken(reason)) => {
            log.error(format_args!("The stream ended, as it cannot go on: {reason}"));
            Why::Broken(reason.to_owned())
        }
        None if tasks.is_killed() => Why::Killed,
        None => Why::Finished,
    }
}

/// What a stream consists of.
struct Parts {
    input: Box<dyn Input>,
    buffer: Option<Arc<dyn Buffer>>,
    pipeline: Pipeline,
}

impl Parts {
    fn build(conf: &StreamConf, cx: &Context) -> Built<Self> {
        let input = cx.input(&conf.input)?;
        let buffer = cx.buffer(&conf.buffer)?;
        let chain = Arc::new(cx.chain(&conf.pipeline.processors)?);
        let output = cx.output(&conf.output)?;
        let threads = match usize::try_from(conf.pipeline.threads) {
            Ok(threads) if threads > 0 => threads,
            _ => std::thread::available_parallelism().map_or(1, |n| n.get()),
        };
        let pipeline = Pipeline::new(chain, output, threads, cx.environment().tasks.clone());
        Ok(Self { input, buffer, pipeline })
    }

    async fn run(self, cx: Context) {
        let Self { mut input, buffer, pipeline } = self;
        if let Some(buffer) = buffer {
            let front = Buffered(buffer.clone());
            let mut back = std::mem::replace(&mut input, Box::new(front));
            cx.run(Box::pin(async move {
                fill(&mut *back, &*buffer).await;
                back.close().await;
            }));
        }
        drain(&mut *input, &pipeline).await;
        pipeline.close().await;
        input.close().await;
    }
}

/// What is read out of a buffer, as the input of what comes after it.
struct Buffered(Arc<dyn Buffer>);

#[async_trait]
impl Input for Buffered {
    async fn pull(&mut self) -> Pull {
        self.0.read().await
    }

    async fn close(&mut self) {
        self.0.close().await;
    }
}

/// Moves everything that the input brings through the pipeline.
async fn drain(input: &mut dyn Input, pipeline: &Pipeline) {
    loop {
        match input.pull().await {
            Pull::Group(group) => {
                let full = group.len() >= GROUP_TRANSACTIONS;
                pipeline.push(group).await;
                // A source that always has more must not keep a thread for itself.
                if full {
                    tokio::task::yield_now().await;
                }
            }
            Pull::Exhausted => pipeline.flush().await,
            Pull::End => return,
        }
        tokio::task::consume_budget().await;
    }
}

/// Moves everything from the input into the buffer.
async fn fill(input: &mut dyn Input, buffer: &dyn Buffer) {
    loop {
        match input.pull().await {
            Pull::Group(group) => buffer.write(group).await,
            Pull::Exhausted => {}
            Pull::End => return buffer.end_of_input(),
        }
        tokio::task::consume_budget().await;
    }
}
