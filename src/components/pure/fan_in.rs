//! Reading from several inputs at the same time.

use std::task::Poll;

use async_trait::async_trait;

use crate::component::{Context, Feed, Input, Pull};

/// Several inputs as one; whoever has something is next.
pub struct FanIn {
    cx: Context,
    /// The inputs before the first pull, as nothing is read before.
    inputs: Vec<Box<dyn Input>>,
    branches: Vec<Branch>,
    /// Where to look first, so that a busy input does not hide the others.
    first: usize,
    /// Whether it was said that there is no fresh data.
    announced: bool,
}

struct Branch {
    feed: Feed,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    /// Without fresh data, but with open acks.
    Exhausted,
    Ended,
}

// === impl FanIn ===

impl FanIn {
    pub fn new(inputs: Vec<Box<dyn Input>>, cx: &Context) -> Self {
        Self { cx: cx.clone(), inputs, branches: Vec::new(), first: 0, announced: false }
    }

    /// The next thing that any of the inputs has to say, and which one it is.
    async fn next(&mut self) -> (usize, Pull) {
        let (branches, first) = (&mut self.branches, self.first);
        std::future::poll_fn(|cx| {
            let count = branches.len();
            for i in (0..count).map(|i| (first + i) % count) {
                let branch = &mut branches[i];
                if branch.state == State::Ended {
                    continue;
                }
                if let Poll::Ready(pull) = branch.feed.poll_pull(cx) {
                    return Poll::Ready((i, pull));
                }
            }
            Poll::Pending
        })
        .await
    }

    fn all(&self, states: &[State]) -> bool {
        self.branches.iter().all(|branch| states.contains(&branch.state))
    }
}

#[async_trait]
impl Input for FanIn {
    async fn pull(&mut self) -> Pull {
        let feeds = std::mem::take(&mut self.inputs).into_iter().map(|input| Feed::start(input, &self.cx));
        self.branches.extend(feeds.map(|feed| Branch { feed, state: State::Fresh }));
        loop {
            if self.all(&[State::Ended]) {
                return Pull::End;
            }
            if !self.announced && self.all(&[State::Exhausted, State::Ended]) {
                self.announced = true;
                return Pull::Exhausted;
            }
            let (i, pull) = self.next().await;
            self.first = i + 1;
            let branch = &mut self.branches[i];
            match pull {
                Pull::Group(group) => {
                    branch.state = State::Fresh;
                    self.announced = false;
                    return Pull::Group(group);
                }
                // A replayed group may have been held back downstream again.
                Pull::Exhausted => branch.state = State::Exhausted,
                Pull::End => branch.state = State::Ended,
            }
        }
    }

    async fn close(&mut self) {
        for input in &mut self.inputs {
            input.close().await;
        }
        for branch in &mut self.branches {
            branch.feed.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::message::{Ack, Message, Transaction, batch_of};

    /// Says what it was given, one after another.
    struct Script(Vec<Pull>);

    #[async_trait]
    impl Input for Script {
        async fn pull(&mut self) -> Pull {
            if self.0.is_empty() { std::future::pending().await } else { self.0.remove(0) }
        }

        async fn close(&mut self) {}
    }

    fn group(text: &'static str) -> Pull {
        Pull::Group(vec![Transaction::new(batch_of(Message::from_bytes(text)), Ack::none())])
    }

    #[tokio::test]
    async fn tells_of_the_end_of_data_once_all_inputs_have_none() {
        let cx = testing::context();
        let first = Script(vec![group("a"), Pull::Exhausted, group("replayed"), Pull::Exhausted, Pull::End]);
        let second = Script(vec![group("b"), Pull::End]);
        let mut fan_in = FanIn::new(vec![Box::new(first), Box::new(second)], &cx);
        let mut seen = Vec::new();
        loop {
            match fan_in.pull().await {
                Pull::Group(group) => {
                    seen.extend(
                        group.iter().map(|t| String::from_utf8_lossy(t.batch[0].bytes()).into_owned()),
                    );
                }
                Pull::Exhausted => seen.push("exhausted".into()),
                Pull::End => break,
            }
        }
        assert_eq!(seen.last().map(String::as_str), Some("exhausted"));
        seen.retain(|text| text != "exhausted");
        seen.sort();
        assert_eq!(seen, ["a", "b", "replayed"]);
    }
}
