//! Processors that belong to no stream, as tests of configs run them.

use std::slice;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Manager;
use crate::component::{Built, Chain, Context, Environment, Mode};
use crate::config::ProcessorConf;

/// Processors outside of any stream; dropping them ends what they have running.
pub struct Processors {
    /// One for each processor, in order.
    pub chains: Vec<Chain>,
    /// Their surroundings, with their metrics.
    pub environment: Arc<Environment>,
}

impl Manager {
    /// Builds processors that share the resources of this manager but belong to no stream.
    pub fn processors(&self, confs: &[ProcessorConf]) -> Built<Processors> {
        let environment = self.shared.environment(None);
        let mut processors = Processors { chains: Vec::with_capacity(confs.len()), environment };
        let cx = Context::root(processors.environment.clone(), CancellationToken::new());
        for conf in confs {
            processors.chains.push(cx.chain_with(slice::from_ref(conf), Mode::Lenient)?);
        }
        Ok(processors)
    }
}

impl Drop for Processors {
    fn drop(&mut self) {
        self.environment.tasks.kill();
    }
}
