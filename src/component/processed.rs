//! The processors that stand on an input or an output itself.

use std::sync::Arc;

use async_trait::async_trait;

use super::chain::Chain;
use super::{Input, Output, Pull};
use crate::message::Group;

/// An input whose transactions run through processors before anybody sees them.
pub struct ProcessedInput {
    input: Box<dyn Input>,
    chain: Chain,
}

/// An output whose transactions run through processors before they are written.
pub struct ProcessedOutput {
    chain: Chain,
    output: Arc<dyn Output>,
}

impl ProcessedInput {
    pub fn new(input: Box<dyn Input>, chain: Chain) -> Self {
        Self { input, chain }
    }
}

#[async_trait]
impl Input for ProcessedInput {
    async fn pull(&mut self) -> Pull {
        loop {
            match self.input.pull().await {
                Pull::Group(group) => {
                    let group = self.chain.process_group(group).await;
                    if !group.is_empty() {
                        return Pull::Group(group);
                    }
                }
                other => return other,
            }
        }
    }

    async fn close(&mut self) {
        self.input.close().await;
        self.chain.close().await;
    }
}

impl ProcessedOutput {
    pub fn new(chain: Chain, output: Arc<dyn Output>) -> Self {
        Self { chain, output }
    }
}

#[async_trait]
impl Output for ProcessedOutput {
    async fn send(&self, group: Group) {
        let group = self.chain.process_group(group).await;
        if !group.is_empty() {
            self.output.send(group).await;
        }
    }

    fn broken(&self) -> Option<&str> {
        self.output.broken()
    }

    async fn flush(&self) {
        self.output.flush().await;
    }

    async fn close(&self) {
        self.output.close().await;
        self.chain.close().await;
    }
}
