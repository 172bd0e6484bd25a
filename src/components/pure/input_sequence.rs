//! `sequence`: several inputs one after another.

use std::time::Duration;

use async_trait::async_trait;

use super::sharded_join::{SHARDED_JOIN, ShardedJoin};
use crate::component::{Built, Context, Input, InputBuild, InputSpec, Pull};
use crate::config::{ComponentSpec, Conf, Example, Field, InputConf, Kind, field};

const INPUTS: Field<Vec<InputConf>> = field("inputs").at_least(1).doc("The inputs, in order.");

pub const SEQUENCE: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "sequence")
        .categories(&["Utility"])
        .summary("Reads several inputs one after another.")
        .description("An input is only built when the one before it has ended. One that cannot be built is tried again every second.")
        .fields(&[&SHARDED_JOIN, &INPUTS])
        .examples(&[Example {
            title: "Old orders first",
            config: "sequence:\n  inputs:\n    - resource: archived_orders\n    - resource: orders\n",
        }]),
    build: InputBuild::Input(build),
};

/// Inputs one after another, the first of them built already.
pub(super) struct Sequence {
    current: Option<Box<dyn Input>>,
    next: usize,
    confs: Vec<InputConf>,
    cx: Context,
}

fn build(conf: &Conf, cx: &Context) -> Built<Box<dyn Input>> {
    // All of them stand, and count, at one place, as only one of them is there at a time.
    let place = format!("{}.sequence", cx.path());
    let confs: Vec<_> = conf.get(&INPUTS)?.into_iter().map(|child| child.at_path(place.as_str())).collect();
    if confs.is_empty() {
        return Err(conf.error(&INPUTS, "a sequence needs at least one input").into());
    }
    let sequence = Sequence::start(confs, cx)?;
    Ok(match ShardedJoin::read(&conf.get(&SHARDED_JOIN)?)? {
        Some(join) => Box::new(join.over(sequence, cx)),
        None => Box::new(sequence),
    })
}

// === impl Sequence ===

impl Sequence {
    fn start(confs: Vec<InputConf>, cx: &Context) -> Built<Self> {
        let current = confs.first().map(|first| cx.input(first)).transpose()?;
        Ok(Self { current, next: 1, confs, cx: cx.clone() })
    }

    /// Begins again with the first input; it is built at the next pull.
    pub(super) fn restart(&mut self) {
        self.next = 0;
    }

    /// Whether the input being read is the last one.
    pub(super) fn is_last(&self) -> bool {
        self.next >= self.confs.len()
    }

    /// Builds the next input; false if there is none, or no more reading is wanted.
    async fn advance(&mut self) -> bool {
        loop {
            let Some(conf) = self.confs.get(self.next).filter(|_| !self.cx.stop_token().is_cancelled())
            else {
                return false;
            };
            match self.cx.input(conf) {
                Ok(input) => {
                    self.current = Some(input);
                    self.next += 1;
                    return true;
                }
                Err(error) => {
                    self.cx.log().error(format_args!("Failed to start the next input: {error}"));
                    tokio::select! {
                        () = self.cx.stop_token().cancelled() => {}
                        () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    }
                }
            }
        }
    }
}

#[async_trait]
impl Input for Sequence {
    async fn pull(&mut self) -> Pull {
        loop {
            let Some(current) = &mut self.current else {
                if self.advance().await {
                    continue;
                }
                return Pull::End;
            };
            match current.pull().await {
                Pull::End => {
                    current.close().await;
                    self.current = None;
                }
                pull => return pull,
            }
        }
    }

    async fn close(&mut self) {
        if let Some(mut current) = self.current.take() {
            current.close().await;
        }
    }
}
