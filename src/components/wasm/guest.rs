//! Modules, and instances of them that work on messages within limits.

use wasmi::{
    Config, Engine, Error, Func, Linker, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, TypedFunc,
    Val,
};

use super::{host, wasi};
use crate::message::Message;
use crate::telemetry::Logger;

/// How deeply functions of a module may call each other.
const MAX_DEPTH: usize = 10_000;

/// What a call may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of the interpreter; about one for an instruction.
    pub steps: u64,
    /// Of the whole instance, in bytes.
    pub memory: usize,
}

/// A module that can be started.
pub struct Program {
    module: Module,
    linker: Linker<State>,
    function: String,
    limits: Limits,
    log: Logger,
}

/// An instance of a module.
pub struct Guest {
    store: Store<State>,
    process: Func,
    limits: Limits,
    failed: bool,
}

/// What an instance's calls work on.
pub struct State {
    pub message: Message,
    /// What went wrong in a function of ours during this call.
    pub failure: Option<String>,
    /// Where texts were put for the module to read.
    pub lent: Vec<u32>,
    pub exports: Exports,
    pub log: Logger,
    bounds: StoreLimits,
}

/// What a module may export for us.
#[derive(Default)]
pub struct Exports {
    pub memory: Option<Memory>,
    pub allocate: Option<TypedFunc<u32, u32>>,
    pub free: Option<TypedFunc<u32, ()>>,
    pub deallocate: Option<TypedFunc<(u32, u32), ()>>,
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 5_000_000_000, memory: 256 << 20 }
    }
}

// === impl Program ===

impl Program {
    /// The module that `binary` holds.
    ///
    /// # Errors
    /// What is wrong with the module, as text.
    pub fn new(binary: &[u8], function: &str, limits: Limits, log: Logger) -> Result<Self, String> {
        let mut config = Config::default();
        config.consume_fuel(true).set_max_recursion_depth(MAX_DEPTH).ignore_custom_sections(true);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, binary).map_err(|error| error.to_string())?;
        let mut linker = Linker::new(&engine);
        host::define(&mut linker).map_err(|error| error.to_string())?;
        wasi::define(&mut linker, &module).map_err(|error| error.to_string())?;
        Ok(Self { module, linker, function: function.to_owned(), limits, log })
    }

    /// A new instance.
    ///
    /// # Errors
    /// Why it could not start, as text.
    pub fn start(&self) -> Result<Guest, String> {
        let bounds = StoreLimitsBuilder::new().memory_size(self.limits.memory).table_elements(1 << 20);
        let state = State {
            message: Message::default(),
            failure: None,
            lent: Vec::new(),
            exports: Exports::default(),
            log: self.log.clone(),
            bounds: bounds.memories(1).tables(100).build(),
        };
        let mut store = Store::new(self.module.engine(), state);
        store.limiter(|state| &mut state.bounds);
        store.set_fuel(self.limits.steps).map_err(described)?;
        let instance = self.linker.instantiate_and_start(&mut store, &self.module).map_err(described)?;
        let memory = instance.get_memory(&store, "memory");
        let mut allocate = instance.get_typed_func(&store, "allocate").ok();
        allocate = allocate.or_else(|| instance.get_typed_func(&store, "malloc").ok());
        let free = instance.get_typed_func(&store, "free").ok();
        let deallocate = instance.get_typed_func(&store, "deallocate").ok();
        store.data_mut().exports = Exports { memory, allocate, free, deallocate };
        for name in ["_initialize", "_start"] {
            if let Ok(start) = instance.get_typed_func::<(), ()>(&store, name) {
                start.call(&mut store, ()).or_else(ended_well).map_err(described)?;
            }
        }
        let name = &self.function;
        let process = instance.get_func(&store, name);
        let process = process.ok_or_else(|| format!("it exports no function '{name}'"))?;
        if !process.ty(&store).params().is_empty() {
            return Err(format!("its function '{name}' takes arguments"));
        }
        Ok(Guest { store, process, limits: self.limits, failed: false })
    }
}

/// A program whose main function exits without a failure is ready to be called.
fn ended_well(error: Error) -> Result<(), Error> {
    if error.i32_exit_status() == Some(0) { Ok(()) } else { Err(error) }
}

fn described(error: Error) -> String {
    match error.i32_exit_status() {
        Some(status) => format!("the module ended with {status}"),
        None => error.to_string(),
    }
}

// === impl Guest ===

impl Guest {
    /// What the function makes of `message`.
    ///
    /// # Errors
    /// Why the call failed, as text.
    pub fn run(&mut self, message: &Message) -> Result<Message, String> {
        let state = self.store.data_mut();
        state.message = message.clone();
        state.failure = None;
        let called = self.call().map_err(described);
        self.failed = called.is_err();
        let state = self.store.data_mut();
        state.lent.clear();
        let done = std::mem::take(&mut state.message);
        called?;
        state.failure.take().map_or(Ok(done), Err)
    }

    fn call(&mut self) -> Result<(), Error> {
        self.store.set_fuel(self.limits.steps)?;
        let mut results = vec![Val::I32(0); self.process.ty(&self.store).results().len()];
        self.process.call(&mut self.store, &[], &mut results)?;
        if let Some(free) = self.store.data().exports.free {
            for pointer in std::mem::take(&mut self.store.data_mut().lent) {
                free.call(&mut self.store, pointer)?;
            }
        }
        Ok(())
    }

    /// Whether it can be used again: no call was cut off, and it has not grown so much that what it forgot to free
    /// will soon be in its way.
    pub fn is_sound(&self) -> bool {
        let memory = self.store.data().exports.memory;
        !self.failed && memory.is_none_or(|memory| memory.data_size(&self.store) <= self.limits.memory / 2)
    }
}
