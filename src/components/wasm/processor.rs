//! The `wasm` processor.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::guest::{Guest, Limits, Program};
use crate::component::{Built, Context, Processor, ProcessorSpec, Rejected, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::message::{Batch, batches_of};
use crate::value::Str;

const MODULE_PATH: Field<Str> = field("module_path").doc("The file of the module, in binary form.");
const FUNCTION: Field<Str> =
    field("function").default("process").doc("The function of the module that is called for each message.");

pub const WASM: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "wasm")
        .status(Status::Experimental)
        .categories(&["Utility"])
        .version("4.11.0")
        .summary("Calls a function of a WebAssembly module for each message.")
        .description(DESCRIPTION)
        .fields(&[&MODULE_PATH, &FUNCTION])
        .examples(&[Example {
            title: "A module beside the config",
            config: "wasm:\n  module_path: ./louder.wasm\n",
        }]),
    build: new,
    silent: false,
};

const DESCRIPTION: &str = "\
The function takes nothing and returns nothing; it reaches its message through functions that it imports from the module `benthos_wasm`
(or `bento_wasm`). A text is a pointer and a length, both of 32 bits; where one is returned, the pointer is in the upper half of 64 bits.

- `v0_msg_as_bytes() -> text`: the content of the message.
- `v0_msg_set_bytes(text)`: replaces the content.
- `v0_msg_get_meta(key text) -> text`: metadata as text, which is empty where there is none.
- `v0_msg_set_meta(key text, value text)`: sets metadata.

What is returned lies in memory that the module gives: it exports `malloc` (and `free`, which is called after the message) or `allocate`.
Where it exports `deallocate`, that is called with each text it has passed, once it was read.

A module may import `wasi_snapshot_preview1`: it gets clock, random numbers and a standard output that goes to the log, but no files,
arguments or environment. `_start` or `_initialize` is called first, if it is there.

Instances are used again, each by one batch at a time. A call that traps, takes more than five billion steps (a byte that is copied
counts as sixteen) or needs more than 256 MiB flags its message, which stays as it was, and ends its instance.";

fn new(conf: &Conf, cx: &Context) -> Built<Box<dyn Processor>> {
    let path = conf.get(&MODULE_PATH)?;
    let binary = std::fs::read(&*path);
    let binary =
        binary.map_err(|error| conf.error(&MODULE_PATH, format!("'{path}' cannot be read: {error}")))?;
    let function = conf.get(&FUNCTION)?;
    let program = Program::new(&binary, &function, Limits::default(), cx.log().clone());
    let wasm = program.and_then(Wasm::new);
    Ok(Box::new(wasm.map_err(|error| conf.error(&MODULE_PATH, format!("'{path}' cannot be run: {error}")))?))
}

/// So many instances are kept for later at most; each may hold half of the memory that is allowed.
const MAX_IDLE: usize = 8;

/// Runs a program over messages, in threads that may block.
struct Wasm(Arc<Shared>);

struct Shared {
    program: Program,
    /// Instances that are free.
    idle: Mutex<Vec<Guest>>,
}

// === impl Wasm ===

impl Wasm {
    /// Fails where the program cannot be started.
    fn new(program: Program) -> Result<Self, String> {
        let first = program.start()?;
        Ok(Self(Arc::new(Shared { program, idle: Mutex::new(vec![first]) })))
    }
}

impl Processor for Wasm {
    fn process(&self, batch: Batch) -> Step<'_> {
        let shared = self.0.clone();
        Step::later(async move {
            let wanted = CancellationToken::new();
            let until = wanted.clone();
            // A stream that is killed no longer waits for its batch.
            let _guard = wanted.drop_guard();
            let done = tokio::task::spawn_blocking(move || shared.run(batch, &until)).await;
            Ok(batches_of(done.map_err(|error| Rejected(error.to_string().into()))?))
        })
    }
}

// === impl Shared ===

impl Shared {
    /// Stops after the message at which nobody waits for the batch any more.
    fn run(&self, mut batch: Batch, until: &CancellationToken) -> Batch {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        for message in batch.iter_mut().take_while(|_| !until.is_cancelled()) {
            let result = idle.take().map_or_else(|| self.program.start(), Ok).and_then(|mut guest| {
                let result = guest.run(message);
                idle = guest.is_sound().then_some(guest);
                result
            });
            match result {
                Ok(done) => *message = done,
                Err(error) => message.fail(error),
            }
        }
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(idle);
        all.truncate(MAX_IDLE);
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};
    use crate::message::Message;
    use crate::telemetry::Logger;

    /// A module that exports what both kinds of guests do: memory, `allocate` by counting up, and `process`.
    fn module(head: &str, process: &str) -> Vec<u8> {
        let text = format!(
            r#"(module
              (import "benthos_wasm" "v0_msg_as_bytes" (func $get (result i64)))
              (import "benthos_wasm" "v0_msg_set_bytes" (func $set (param i32 i32)))
              (import "bento_wasm" "v0_msg_get_meta" (func $get_meta (param i32 i32) (result i64)))
              (import "bento_wasm" "v0_msg_set_meta" (func $set_meta (param i32 i32 i32 i32)))
              {head}
              (memory (export "memory") 1)
              (data (i32.const 0) "key")
              (global $next (mut i32) (i32.const 1024))
              (func (export "allocate") (param $size i32) (result i32)
                global.get $next
                (global.set $next (i32.add (global.get $next) (local.get $size))))
              (func $pointer (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
              (func (export "process") (local $text i64) (local $other i64) {process}))"#
        );
        wat::parse_str(text).expect("a module")
    }

    fn started(binary: &[u8], limits: Limits) -> Result<Wasm, String> {
        Program::new(binary, "process", limits, Logger::silent()).and_then(Wasm::new)
    }

    fn wasm(head: &str, process: &str) -> Wasm {
        started(&module(head, process), Limits::default()).expect("started")
    }

    /// Writes an exclamation mark over the first byte.
    const SHOUT: &str = "(local.set $text (call $get))
        (i32.store8 (call $pointer (local.get $text)) (i32.const 33))
        (call $set (call $pointer (local.get $text)) (i32.wrap_i64 (local.get $text)))";

    #[tokio::test]
    async fn guests_change_content_and_metadata() {
        assert_eq!(run_alone(&wasm("", SHOUT), &["abc", "x", "yz"]).await, ["!bc", "!", "!z"]);
        let copy = "(local.set $text (call $get))
            (local.set $other (call $get_meta (i32.const 0) (i32.const 3)))
            (call $set_meta (i32.const 0) (i32.const 3) (call $pointer (local.get $text)) (i32.wrap_i64 (local.get $text)))
            (call $set (call $pointer (local.get $other)) (i32.wrap_i64 (local.get $other)))";
        let mut message = Message::from_bytes("content");
        message.set_meta("key", 5);
        let copier = wasm("", copy);
        let copies = copier.process([message, Message::from_bytes("x")].into_iter().collect());
        let done = copies.finish().await.expect("nothing is rejected");
        let shown: Vec<_> =
            done[0].iter().map(|m| (m.bytes().clone(), m.meta().get("key").cloned())).collect();
        assert_eq!(shown, [("5".into(), Some("content".into())), ("".into(), Some("x".into()))]);
    }

    #[tokio::test]
    async fn what_fails_flags_its_message_alone() {
        let picky = format!(
            "{SHOUT} (if (i32.eq (i32.wrap_i64 (local.get $text)) (i32.const 1)) (then unreachable))"
        );
        let results = run_alone(&wasm("", &picky), &["ab", "c", "de"]).await;
        assert_eq!(results[0], "!b");
        assert!(results[1].starts_with("c!") && results[1].contains("unreachable"), "{}", results[1]);
        assert_eq!(results[2], "!e");
        let outside = "(call $set (i32.const 65530) (i32.const 10))";
        assert_eq!(
            run_alone(&wasm("", outside), &["x"]).await,
            ["x!the module passed a text outside of its memory"]
        );
    }

    #[tokio::test]
    async fn steps_memory_and_depth_are_bounded() {
        let limits = || Limits { steps: 1_000_000, memory: 1 << 20 };
        for (process, reason) in [
            ("(loop (br 0))", "fuel"),
            ("(loop (drop (call $get)) (br 0))", "fuel"),
            (
                "(loop (call $set_meta (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 60000)) (br 0))",
                "fuel",
            ),
            ("(drop (memory.grow (i32.const 100))) (i32.store (i32.const 200000) (i32.const 1))", "bounds"),
            ("(call $deep)", "stack"),
        ] {
            let binary = module("(func $deep (call $deep) (call $deep))", process);
            let results = run_alone(&started(&binary, limits()).expect("started"), &["x"]).await;
            assert!(results[0].starts_with("x!") && results[0].contains(reason), "{process}: {}", results[0]);
        }
    }

    #[tokio::test]
    async fn wasi_is_there_but_gives_no_files() {
        let head = r#"(import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
            (func (export "_start") (call $exit (i32.const 0)))"#;
        let process = "(if (call $random (i32.const 0) (i32.const 8)) (then unreachable))
            (i32.store8 (i32.const 0) (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1)
              (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 64)))
            (call $set (i32.const 0) (i32.const 1))";
        assert_eq!(run_alone(&wasm(head, process), &["x"]).await, ["4"], "the number of ENOSYS, 52");
        assert_eq!(
            run_alone(&wasm(head, "(call $exit (i32.const 3))"), &["x"]).await,
            ["x!the module ended with 3"]
        );
    }

    #[test]
    fn what_is_no_such_module_is_refused() {
        let refused = |binary: &[u8]| started(binary, Limits::default()).err().unwrap_or_default();
        assert!(refused(b"no module").contains("magic"), "{}", refused(b"no module"));
        let text = |text: &str| refused(&wat::parse_str(text).expect("a module"));
        assert_eq!(text("(module)"), "it exports no function 'process'");
        assert_eq!(
            text(r#"(module (func (export "process") (param i32)))"#),
            "its function 'process' takes arguments"
        );
        assert!(text(r#"(module (import "env" "f" (func)) (func (export "process")))"#).contains("env"));
        assert!(alone(&WASM, "module_path: ./nothing.wasm").is_err());
    }
}
