//! As much of WASI (preview 1) as a module without files, arguments and environment needs.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rand::RngCore;
use wasmi::{AsContextMut, Caller, Error, ExternType, Linker, Module, Val, ValType};

use super::guest::State;
use super::host::charge;

const MODULE: &str = "wasi_snapshot_preview1";

// Its numbers for what went wrong.
const BAD_FILE: u32 = 8;
const BAD_ADDRESS: u32 = 21;
const INVALID: u32 = 28;
const NOT_SUPPORTED: u32 = 52;

/// How much of a text that a module prints goes to the log, in bytes.
const MAX_PRINTED: usize = 4096;

/// Makes known what is there, and that everything else which `module` imports is not supported.
pub fn define(linker: &mut Linker<State>, module: &Module) -> Result<(), Error> {
    linker.allow_shadowing(true);
    for import in module.imports().filter(|import| import.module() == MODULE) {
        let ExternType::Func(ty) = import.ty() else { continue };
        linker.func_new(MODULE, import.name(), ty.clone(), |_, _, results: &mut [Val]| {
            for result in results.iter_mut().filter(|result| result.ty() == ValType::I32) {
                *result = Val::I32(NOT_SUPPORTED as i32);
            }
            Ok(())
        })?;
    }
    linker.func_wrap(MODULE, "proc_exit", |status: i32| Err::<(), _>(Error::i32_exit(status)))?;
    linker.func_wrap(MODULE, "sched_yield", || 0)?;
    linker.func_wrap(MODULE, "args_get", |_: u32, _: u32| 0)?;
    linker.func_wrap(MODULE, "args_sizes_get", no_sizes)?;
    linker.func_wrap(MODULE, "environ_get", |_: u32, _: u32| 0)?;
    linker.func_wrap(MODULE, "environ_sizes_get", no_sizes)?;
    linker.func_wrap(MODULE, "clock_time_get", clock)?;
    linker.func_wrap(MODULE, "random_get", random)?;
    linker.func_wrap(MODULE, "fd_write", write)?;
    linker.func_wrap(MODULE, "fd_prestat_get", |_: u32, _: u32| BAD_FILE)?;
    linker.func_wrap(MODULE, "fd_close", |_: u32| BAD_FILE)?;
    linker.func_wrap(MODULE, "fd_fdstat_get", |mut cx: Caller<'_, State>, file: u32, at: u32| {
        // A character device that can be written to.
        let mut stat = [0; 24];
        stat[0] = 2;
        stat[8] = 1 << 6;
        if file > 2 { BAD_FILE } else { answer(&mut cx, at, &stat) }
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Writes what was asked for to where the module wants it.
fn answer(cx: &mut Caller<'_, State>, at: u32, bytes: &[u8]) -> u32 {
    let memory = cx.data().exports.memory;
    match memory.map(|memory| memory.write(cx.as_context_mut(), at as usize, bytes)) {
        Some(Ok(())) => 0,
        _ => BAD_ADDRESS,
    }
}

/// There are none, of no length.
fn no_sizes(mut cx: Caller<'_, State>, count: u32, size: u32) -> u32 {
    match answer(&mut cx, count, &[0; 4]) {
        0 => answer(&mut cx, size, &[0; 4]),
        failure => failure,
    }
}

fn clock(mut cx: Caller<'_, State>, id: u32, _precision: u64, at: u32) -> u32 {
    let time = match id {
        0 => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        1 => START.elapsed(),
        _ => return INVALID,
    };
    answer(&mut cx, at, &(time.as_nanos() as u64).to_le_bytes())
}

/// What the steady clock counts from.
static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);

fn random(mut cx: Caller<'_, State>, at: u32, len: u32) -> Result<u32, Error> {
    charge(&mut cx, len as usize)?;
    let Some(memory) = cx.data().exports.memory else { return Ok(BAD_ADDRESS) };
    let bytes = memory.data_mut(&mut cx).get_mut(at as usize..).and_then(|rest| rest.get_mut(..len as usize));
    Ok(bytes.map_or(BAD_ADDRESS, |bytes| {
        rand::rng().fill_bytes(bytes);
        0
    }))
}

/// What goes to standard output or standard error is logged.
fn write(mut cx: Caller<'_, State>, file: u32, list: u32, count: u32, written: u32) -> Result<u32, Error> {
    if !matches!(file, 1 | 2) {
        return Ok(BAD_FILE);
    }
    let Some(printed) = gathered(&cx, list, count) else { return Ok(BAD_ADDRESS) };
    charge(&mut cx, printed.total as usize + MAX_PRINTED)?;
    let text = String::from_utf8_lossy(&printed.start);
    match file {
        1 => cx.data().log.info(text.trim_end()),
        _ => cx.data().log.error(text.trim_end()),
    }
    Ok(answer(&mut cx, written, &printed.total.to_le_bytes()))
}

struct Printed {
    start: Vec<u8>,
    /// How long the whole text is.
    total: u32,
}

/// Joins the pieces that a list of pointers and lengths names; nothing if one of them is outside of the memory.
fn gathered(cx: &Caller<'_, State>, list: u32, count: u32) -> Option<Printed> {
    let memory = cx.data().exports.memory?.data(cx);
    let part = |at: u32, len: u32| memory.get(at as usize..)?.get(..len as usize);
    let mut printed = Printed { start: Vec::new(), total: 0 };
    for entry in part(list, count.checked_mul(8)?)?.chunks_exact(8) {
        let number = |bytes: &[u8]| Some(u32::from_le_bytes(bytes.try_into().ok()?));
        let piece = part(number(&entry[..4])?, number(&entry[4..])?)?;
        printed.total = printed.total.checked_add(piece.len() as u32)?;
        let room = MAX_PRINTED.saturating_sub(printed.start.len());
        printed.start.extend_from_slice(&piece[..piece.len().min(room)]);
    }
    Some(printed)
}
