//! Engines that run a program over messages, in threads that may block.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Object, Runtime, Value};

use super::functions;
use crate::component::{Processor, Rejected, Step};
use crate::message::{Batch, Message, batches_of};
use crate::telemetry::log::Logger;

/// How long a program may work on one message.
const LIMIT: Duration = Duration::from_secs(5);

/// How many bytes an engine may hold.
const MEMORY: usize = 256 << 20;

/// How much stack an engine may use; its threads have more.
const STACK: usize = 4 << 20;

/// A global `require` and `console` over a few functions of ours.
const PRELUDE: &str = include_str!("prelude.js");

pub struct Program {
    /// The file that modules are looked for from.
    pub name: String,
    pub code: String,
}

/// Runs a program over messages.
pub struct Engine(Arc<Shared>);

struct Shared {
    program: Program,
    folders: Vec<String>,
    log: Logger,
    /// Engines that are free.
    idle: Mutex<Vec<Vm>>,
}

/// One engine with its global scope.
struct Vm {
    context: Context,
    current: Current,
}

/// The message that is being processed, and how long it may still take.
#[derive(Clone)]
pub struct Current {
    message: Arc<Mutex<Message>>,
    deadline: Deadline,
}

/// When the program has to end.
#[derive(Clone)]
struct Deadline {
    start: Instant,
    /// Milliseconds after `start`.
    at: Arc<AtomicU64>,
}

// === impl Engine ===

impl Engine {
    /// Fails where the program has a syntax error.
    pub fn new(program: Program, folders: Vec<String>, log: Logger) -> Result<Self, String> {
        let shared = Shared { program, folders, log, idle: Mutex::default() };
        let vm = shared.vm()?;
        vm.check(&shared.program.code)?;
        lock(&shared.idle).push(vm);
        Ok(Self(Arc::new(shared)))
    }
}

impl Processor for Engine {
    fn process(&self, batch: Batch) -> Step<'_> {
        let shared = self.0.clone();
        Step::later(async move {
            let done = tokio::task::spawn_blocking(move || shared.run(batch)).await;
            Ok(batches_of(done.map_err(|error| Rejected(error.to_string().into()))?))
        })
    }
}

// === impl Shared ===

impl Shared {
    fn vm(&self) -> Result<Vm, String> {
        let deadline = Deadline { start: Instant::now(), at: Arc::default() };
        deadline.set(LIMIT);
        let current = Current { message: Arc::default(), deadline: deadline.clone() };
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        runtime.set_memory_limit(MEMORY);
        runtime.set_max_stack_size(STACK);
        runtime.set_interrupt_handler(Some(Box::new(move || deadline.is_over())));
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        context.with(|cx| self.prepare(&cx, &current).catch(&cx).map_err(described))?;
        Ok(Vm { context, current })
    }

    /// Fills the global scope.
    fn prepare<'js>(&self, cx: &Ctx<'js>, current: &Current) -> rquickjs::Result<()> {
        let functions = functions::all(cx, current)?;
        cx.globals().set("benthos", functions.clone())?;
        cx.globals().set("bento", functions)?;
        let host = Object::new(cx.clone())?;
        let log = self.log.clone();
        host.set(
            "log",
            Function::new(cx.clone(), move |level: String, text: String| print(&log, &level, &text))?,
        )?;
        host.set("read", Function::new(cx.clone(), |path: String| std::fs::read_to_string(path).ok())?)?;
        host.set("folders", self.folders.clone())?;
        host.set("main", self.program.name.clone())?;
        cx.eval::<Function, _>(PRELUDE)?.call((host,))
    }

    fn run(&self, mut batch: Batch) -> Batch {
        let mut vm = lock(&self.idle).pop();
        for message in &mut batch {
            let result = match vm.take().map_or_else(|| self.vm(), Ok) {
                Ok(engine) => {
                    let result = engine.run(&self.program, message);
                    // What was stopped may have left anything behind.
                    vm = (!engine.current.deadline.is_over()).then_some(engine);
                    result
                }
                Err(error) => Err(error),
            };
            match result {
                Ok(done) => *message = done,
                Err(error) => message.fail(error),
            }
        }
        lock(&self.idle).extend(vm);
        batch
    }
}

fn print(log: &Logger, level: &str, text: &str) {
    match level {
        "error" => log.error(text),
        "warn" => log.warn(text),
        "debug" => log.debug(text),
        _ => log.info(text),
    }
}

// === impl Vm ===

impl Vm {
    fn check(&self, code: &str) -> Result<(), String> {
        self.context.with(|cx| {
            let check: Function =
                cx.eval("(code) => { new Function(code) }").map_err(|error| error.to_string())?;
            check.call::<_, ()>((code,)).catch(&cx).map_err(described)
        })
    }

    fn run(&self, program: &Program, message: &Message) -> Result<Message, String> {
        *self.current.lock() = message.clone();
        self.current.deadline.set(LIMIT);
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(program.name.clone());
        let result = self.context.with(|cx| {
            let result = cx.eval_with_options::<Value, _>(program.code.as_str(), options).catch(&cx);
            let result = result.map(drop).map_err(described);
            while result.is_ok() && cx.execute_pending_job() && !self.current.deadline.is_over() {}
            result
        });
        let done = std::mem::take(&mut *self.current.lock());
        if self.current.deadline.is_over() {
            return Err(format!("the program did not end within {} seconds", LIMIT.as_secs()));
        }
        result.map(|()| done)
    }
}

fn described(error: CaughtError<'_>) -> String {
    match error {
        CaughtError::Exception(exception) => {
            let name = exception.get::<_, String>("name").unwrap_or_else(|_| "Error".to_owned());
            format!("{name}: {}", exception.message().unwrap_or_default())
        }
        CaughtError::Value(value) => {
            value.get::<rquickjs::Coerced<String>>().map_or_else(|error| error.to_string(), |text| text.0)
        }
        CaughtError::Error(error) => error.to_string(),
    }
}

// === impl Current ===

impl Current {
    pub fn lock(&self) -> MutexGuard<'_, Message> {
        lock(&self.message)
    }

    /// Waits for something outside, which does not count as the program's time.
    pub fn outside<T>(&self, wait: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = wait();
        self.deadline.put_off(start.elapsed());
        done
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// === impl Deadline ===

impl Deadline {
    fn set(&self, limit: Duration) {
        self.at.store((self.start.elapsed() + limit).as_millis() as u64, Ordering::Relaxed);
    }

    fn put_off(&self, time: Duration) {
        self.at.fetch_add(time.as_millis() as u64, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.start.elapsed().as_millis() as u64 >= self.at.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::processor::JAVASCRIPT;
    use crate::component::testing::{alone, run_alone};

    async fn results(code: &str, texts: &[&str]) -> Vec<String> {
        let config = format!("code: |\n  {code}\n");
        run_alone(&*alone(&JAVASCRIPT, &config).expect("built"), texts).await
    }

    #[tokio::test]
    async fn programs_see_and_change_the_message() {
        for (code, text, want) in [
            ("benthos.v0_msg_set_string(bento.v0_msg_as_string() + '!')", "a", "a!"),
            (
                "benthos.v0_msg_set_structured(benthos.v0_msg_as_structured().l.map(n => n + 0.5))",
                r#"{"l":[1,2.5]}"#,
                "[1.5,3]",
            ),
            (
                "benthos.v0_msg_set_structured({n: null, u: undefined, d: new Date(0), e: 1e21, z: -0, b: 12n})",
                "",
                r#"{"b":12,"d":"1970-01-01T00:00:00Z","e":1e+21,"n":null,"u":null,"z":-0}"#,
            ),
            (
                "benthos.v0_msg_set_meta('k', {a: 1}); benthos.v0_msg_set_string(benthos.v0_msg_get_meta('k'))",
                "",
                r#"{"a":1}"#,
            ),
            (
                "try { benthos.v0_msg_get_meta('k') } catch (e) { benthos.v0_msg_set_string(typeof e) }",
                "",
                "string",
            ),
            (
                "console.log('%s is %d', 'a', 1, {b: 2}); Promise.resolve(1).then(() => benthos.v0_msg_set_string('later'))",
                "",
                "later",
            ),
        ] {
            assert_eq!(results(code, &[text]).await, [want], "{code}");
        }
    }

    #[tokio::test]
    async fn failures_flag_and_leave_the_message() {
        let code = "if (benthos.v0_msg_as_string() === 'bad') { benthos.v0_msg_set_string('x'); throw new Error('no') }";
        assert_eq!(results(code, &["good", "bad", "good"]).await, ["good", "bad!Error: no", "good"]);
        assert!(alone(&JAVASCRIPT, "code: 'function ('").is_err());
        let endless = "if (benthos.v0_msg_as_string() === 'bad') { while (true) {} }";
        assert_eq!(
            results(endless, &["bad", "good"]).await,
            ["bad!the program did not end within 5 seconds", "good"]
        );
        let greedy = "let a = []; while (true) { a.push('x'.repeat(1 << 20) + a.length) }";
        assert!(results(greedy, &["x"]).await[0].starts_with("x!"));
    }

    #[tokio::test]
    async fn modules_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("two")).expect("a folder");
        let write = |name: &str, code: &str| std::fs::write(folder.path().join(name), code).expect("written");
        write("one.js", "exports.n = require('./two').n + require('./three.json').n");
        write("two/index.js", "let { n } = require('../three'); module.exports = { n }");
        write("three.json", r#"{"n": 20}"#);
        let config = format!(
            "{{code: \"benthos.v0_msg_set_structured(require('one').n)\", global_folders: ['{}']}}",
            folder.path().display()
        );
        let chain = alone(&JAVASCRIPT, &config).expect("built");
        assert_eq!(run_alone(&*chain, &["", ""]).await, ["40", "40"]);
        assert!(results("require('nothing')", &["x"]).await[0].starts_with("x!Error: "));
    }
}
