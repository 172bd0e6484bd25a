//! `switch`: runs each message through the processors of the first case that it fits.

use futures_util::future::BoxFuture;

use crate::component::{Built, Chain, Context, Processed, Processor, ProcessorSpec, Step};
use crate::config::{
    ComponentSpec, Conf, Example, Field, Finding, Kind, ProcessorConf, bare, field, unreachable,
};
use crate::expr::Check;
use crate::message::{Batch, Batches, Message, batches_of};

/// No processors.
const NONE: &[&str] = &[];

const CHECK: Field<Check> =
    field("check").default("").doc("Whether a message belongs to this case; an empty check fits all.");
const PROCESSORS: Field<Vec<ProcessorConf>> =
    field("processors").default(NONE).doc("What the messages of this case run through.");
const FALLTHROUGH: Field<bool> = field("fallthrough")
    .default(false)
    .advanced()
    .doc("Whether the next case is run too, without its check.");
const CONTINUE: Field<bool> =
    field("continue").default(false).advanced().doc("Whether later cases are tried too.");

const CASES: Field<Vec<Conf>> =
    bare().fields(&[&CHECK, &PROCESSORS, &FALLTHROUGH, &CONTINUE]).doc("The cases, tried in order.");

pub const SWITCH: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "switch")
        .categories(&["Composition"])
        .summary("Runs each message through the processors of the first case whose check it passes.")
        .description("Messages that fit no case pass unchanged. A message whose check fails to run is flagged and passes unchanged. The order of the batch is kept.")
        .bare(&CASES)
        .examples(&[Example {
            title: "By level",
            config: "switch:\n  - check: this.level == \"error\"\n    processors:\n      - mapping: root.alert = true\n  - processors:\n      - mapping: root.alert = false\n",
        }])
        .rule(cases_fit),
    build: |conf, cx| Ok(Box::new(Switch::new(conf, cx)?)),
    silent: false,
};

/// A last case cannot fall through to another, and one that takes all messages comes last.
fn cases_fit(conf: &Conf, found: &mut Vec<Finding>) {
    unreachable(conf.node().items(), found);
    let Ok(cases) = conf.get(&CASES) else { return };
    for case in &cases {
        let says = |field| case.get(field).is_ok_and(|flag| flag);
        if says(&CONTINUE) && says(&FALLTHROUGH) {
            let text = "a case cannot both fall through and continue";
            found.push(Finding::warning(case.node().line, text));
        }
    }
    if let Some(last) = cases.last().filter(|last| last.get(&FALLTHROUGH).is_ok_and(|f| f)) {
        let text = "the last case cannot fall through, as no case follows";
        found.push(Finding::warning(last.node().line, text));
    }
}

struct Switch {
    cases: Vec<Case>,
}

struct Case {
    check: Check,
    chain: Chain,
    after: After,
}

/// What becomes of messages that a case has processed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Done,
    /// They run through the next case without its check.
    Fallthrough,
    /// Later cases are tried too.
    Continue,
}

/// A message with its place in the batch.
type Placed = (usize, Message);

// === impl Switch ===

impl Switch {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let cases = conf.get(&CASES)?.iter().map(|case| Case::new(case, cx)).collect::<Built<Vec<_>>>()?;
        Ok(Self { cases })
    }

    async fn run(&self, batch: Batch) -> Processed {
        let mut done: Vec<Placed> = Vec::new();
        let mut left: Vec<Placed> = batch.into_iter().enumerate().collect();
        let mut carried: Vec<Placed> = Vec::new();
        for case in &self.cases {
            if left.is_empty() && carried.is_empty() {
                break;
            }
            let mut chosen = std::mem::take(&mut carried);
            left = case.choose(left, &mut chosen, &mut done);
            if chosen.is_empty() {
                continue;
            }
            chosen.sort_by_key(|(place, _)| *place);
            let processed = case.process(chosen).await?;
            match case.after {
                After::Done => done.extend(processed),
                After::Fallthrough => carried = processed,
                After::Continue => left.extend(processed),
            }
        }
        // The reference loses what falls through the last case; here it passes.
        done.extend(carried);
        done.extend(left);
        done.sort_by_key(|(place, _)| *place);
        let batch: Batch = done.into_iter().map(|(_, message)| message).collect();
        Ok(if batch.is_empty() { Batches::new() } else { batches_of(batch) })
    }
}

// === impl Case ===

impl Case {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let after = match (conf.get(&FALLTHROUGH)?, conf.get(&CONTINUE)?) {
            (true, true) => {
                return Err(conf.error(&CONTINUE, "a case cannot both fall through and continue").into());
            }
            (true, false) => After::Fallthrough,
            (false, true) => After::Continue,
            (false, false) => After::Done,
        };
        let processors = conf.get(&PROCESSORS)?;
        if processors.is_empty() {
            return Err(conf.error(&PROCESSORS, "a case needs at least one processor").into());
        }
        Ok(Self { check: conf.get(&CHECK)?, chain: cx.chain(&processors)?, after })
    }

    /// Moves messages that pass the check to `chosen`, those that cannot be checked, flagged, to `done`; returns
    /// the others.
    fn choose(&self, left: Vec<Placed>, chosen: &mut Vec<Placed>, done: &mut Vec<Placed>) -> Vec<Placed> {
        let (places, batch): (Vec<usize>, Batch) = left.into_iter().unzip();
        let fits: Vec<_> = (0..batch.len()).map(|i| self.check.passes(&batch, i)).collect();
        let mut rest = Vec::new();
        for ((place, mut message), fits) in places.into_iter().zip(batch).zip(fits) {
            match fits {
                Ok(true) => chosen.push((place, message)),
                Ok(false) => rest.push((place, message)),
                Err(error) => {
                    message.fail(error.to_string());
                    done.push((place, message));
                }
            }
        }
        rest
    }

    /// Runs messages as one batch. Results take the places of the messages they come from.
    async fn process(&self, chosen: Vec<Placed>) -> Result<Vec<Placed>, crate::component::Rejected> {
        let (places, mut batch): (Vec<usize>, Batch) = chosen.into_iter().unzip();
        // Several messages may come from the same one of their transaction, so they are numbered anew meanwhile, from 1
        // as what is made inside of the case has no number.
        let sources: Vec<u32> = batch.iter().map(|message| message.source()).collect();
        for (message, number) in batch.iter_mut().zip(1..) {
            message.set_source(number);
        }
        let results = self.chain.process(batch).finish().await?;
        let placed = |(i, mut message): (usize, Message)| {
            let from = (message.source() as usize).checked_sub(1);
            message.set_source(from.and_then(|from| sources.get(from)).copied().unwrap_or_default());
            let place = places.get(from.unwrap_or(i)).or(places.last()).copied().unwrap_or_default();
            (place, message)
        };
        Ok(results.into_iter().flatten().enumerate().map(placed).collect())
    }
}

impl Processor for Switch {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(self.run(batch))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            for case in &self.cases {
                case.chain.close().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, processor, run};

    #[tokio::test]
    async fn messages_of_one_origin_keep_their_order() {
        let longest_first = "processors:\n- unarchive: {format: json_array}\n- switch:\n  - check: content().length() > 1\n    processors: [{mapping: 'root = content().uppercase()'}]\n";
        let chain = processor(&context(), longest_first);
        let made = run(&chain, &[r#"["aa","b","c","dd"]"#]).await;
        assert_eq!(made, [["\"AA\"", "\"B\"", "\"C\"", "\"DD\""]]);
    }
}
