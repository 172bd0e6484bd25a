//! `while`: runs processors again and again for as long as a check holds.

use futures_util::future::BoxFuture;

use crate::component::{Built, Chain, Context, Processed, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, ProcessorConf, field};
use crate::expr::Check;
use crate::message::{Batch, Batches, batches_of};

const AT_LEAST_ONCE: Field<bool> =
    field("at_least_once").default(false).doc("Whether the processors run once before the check is made.");
const MAX_LOOPS: Field<u64> =
    field("max_loops").default(0).advanced().doc("How often the processors run at most; 0: without limit.");
const CHECK: Field<Check> = field("check")
    .default("")
    .doc("Whether to run once more, asked of the first message of the first batch.");
const PROCESSORS: Field<Vec<ProcessorConf>> = field("processors").doc("What runs.");

pub const WHILE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "while")
        .categories(&["Composition"])
        .summary("Runs processors again and again for as long as a check holds.")
        .description("A check that cannot be made ends the loop.")
        .fields(&[&AT_LEAST_ONCE, &MAX_LOOPS, &CHECK, &PROCESSORS])
        .examples(&[Example {
            title: "Up to the next power of two",
            config: "while:\n  check: this.size < this.wanted\n  processors:\n    - mutation: root.size = this.size * 2\n",
        }]),
    build: |conf, cx| Ok(Box::new(While::new(conf, cx)?)),
    silent: false,
};

struct While {
    at_least_once: bool,
    max_loops: u64,
    check: Check,
    chain: Chain,
    cx: Context,
}

// === impl While ===

impl While {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let check = conf.get(&CHECK)?;
        if check.is_empty() {
            return Err(conf.error(&CHECK, "a check is required").into());
        }
        Ok(Self {
            at_least_once: conf.get(&AT_LEAST_ONCE)?,
            max_loops: conf.get(&MAX_LOOPS)?,
            check,
            chain: cx.chain(&conf.get(&PROCESSORS)?)?,
            cx: cx.clone(),
        })
    }

    fn holds(&self, batch: &Batch) -> bool {
        self.check.passes(batch, 0).unwrap_or_else(|error| {
            self.cx.log().error(format_args!("Query failed for loop: {error}"));
            false
        })
    }

    async fn run(&self, batch: Batch) -> Processed {
        let mut batches = batches_of(batch);
        let mut loops = 0;
        while batches.first().is_some_and(|first| self.holds(first)) || (loops == 0 && self.at_least_once) {
            if self.max_loops > 0 && loops >= self.max_loops {
                break;
            }
            loops += 1;
            let mut next = Batches::new();
            for batch in batches {
                next.extend(self.chain.process(batch).finish().await?);
            }
            batches = next;
            // An endless loop without I/O must neither starve others nor outlive its stream.
            tokio::task::yield_now().await;
        }
        Ok(batches)
    }
}

impl Processor for While {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(self.run(batch))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.chain.close())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, processor, run};

    #[tokio::test]
    async fn loops_while_the_check_holds_and_not_too_often() {
        let body = "processors: [{mutation: root.n = this.n + 1}]";
        for (options, text, want) in [
            ("check: this.n < 3", r#"{"n":0}"#, r#"{"n":3}"#),
            ("check: this.n < 3, max_loops: 2", r#"{"n":0}"#, r#"{"n":2}"#),
            ("check: this.n < 3, at_least_once: true", r#"{"n":7}"#, r#"{"n":8}"#),
            ("check: this.n < 3", r#"{"n":7}"#, r#"{"n":7}"#),
            ("check: this.x", r#"{"n":0}"#, r#"{"n":0}"#),
        ] {
            let chain = processor(&context(), &format!("while: {{{options}, {body}}}"));
            assert_eq!(run(&chain, &[text]).await, [[want]], "{options}");
        }
    }
}
