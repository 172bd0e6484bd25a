//! `stdin`: what is piped into the process.

use async_trait::async_trait;

use super::stdin::stdin;
use crate::component::{
    AUTO_REPLAY_NACKS, Built, ConnectError, Context, Cut, InputBuild, InputSpec, ReadError, Reads, Scan,
    Scanner, Source, SourceSetup,
};
use crate::components::scan::{CODEC, MAX_BUFFER, SCANNER, scanner};
use crate::config::{ComponentSpec, Conf, Example, Kind};

pub const STDIN: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "stdin")
        .categories(&["Local"])
        .summary("Reads standard input and cuts it into messages.")
        .description("It ends with standard input. A message that is nacked and not replayed is lost.")
        .fields(&[&CODEC, &MAX_BUFFER, &SCANNER, &AUTO_REPLAY_NACKS])
        .examples(&[Example {
            title: "Records of several lines",
            config: "stdin:\n  scanner:\n    re_match: { pattern: '(?m)^> ' }\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let source = Box::new(Stdin { scanner: scanner(conf, cx)?, scan: None, broken: false });
        Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

struct Stdin {
    scanner: Box<dyn Scanner>,
    scan: Option<Box<dyn Scan>>,
    /// Whether nothing can be cut any more.
    broken: bool,
}

#[async_trait]
impl Source for Stdin {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        if self.scan.is_none() {
            let bytes = stdin().map_err(ConnectError::failed)?;
            self.scan = Some(self.scanner.open(bytes, "").map_err(ConnectError::failed)?);
        }
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(scan) = self.scan.as_mut().filter(|_| !self.broken) else {
            return Err(ReadError::EndOfInput);
        };
        let read = scan.next(&mut Cut::new(out, None, &|_| {})).await;
        self.broken = matches!(read, Err(ReadError::Failed(_)));
        read
    }
}
