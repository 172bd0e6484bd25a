//! The functions that a module reaches its message with, and how texts pass its border.

use wasmi::{AsContextMut, Caller, Error, Linker};

use super::guest::State;
use crate::value::{Str, Value, text};

/// The names that a module may import the functions from.
const MODULES: &[&str] = &["benthos_wasm", "bento_wasm"];

/// What one of our functions costs, in steps, and what a byte does that passes the border. This bounds what a module
/// can make the process hold.
const CALL_COST: u64 = 1000;
const BYTE_COST: u64 = 16;

/// Why a function of ours failed: either the call goes on and its message is flagged, or it ends here.
enum Failure {
    Flag(String),
    Trap(Error),
}

/// Makes the functions known under each of the names.
pub fn define(linker: &mut Linker<State>) -> Result<(), Error> {
    for module in MODULES {
        linker.func_wrap(module, "v0_msg_as_bytes", |mut cx: Caller<'_, State>| {
            let bytes = cx.data().message.bytes().clone();
            let lent = lend(&mut cx, &bytes);
            or_flag(&mut cx, lent)
        })?;
        linker.func_wrap(module, "v0_msg_set_bytes", |mut cx: Caller<'_, State>, at: u32, len: u32| {
            let set = take(&mut cx, at, len).map(|bytes| cx.data_mut().message.set_bytes(bytes));
            or_flag(&mut cx, set)
        })?;
        linker.func_wrap(module, "v0_msg_get_meta", |mut cx: Caller<'_, State>, at: u32, len: u32| {
            let lent = take(&mut cx, at, len).and_then(|key| {
                let value = cx.data().message.meta().get(&String::from_utf8_lossy(&key)).cloned();
                let value = value.map(|value| text::string(&value).into_owned()).unwrap_or_default();
                lend(&mut cx, value.as_bytes())
            });
            or_flag(&mut cx, lent)
        })?;
        linker.func_wrap(module, "v0_msg_set_meta", set_meta)?;
    }
    Ok(())
}

fn set_meta(
    mut cx: Caller<'_, State>,
    key: u32,
    key_len: u32,
    value: u32,
    value_len: u32,
) -> Result<(), Error> {
    let set = take(&mut cx, key, key_len).and_then(|key| {
        let value = take(&mut cx, value, value_len)?;
        // A new key moves those behind it.
        let moved = cx.data().message.meta().len() * size_of::<(Str, Value)>();
        charge(&mut cx, moved).map_err(Failure::Trap)?;
        let (key, value) = (String::from_utf8_lossy(&key), String::from_utf8_lossy(&value));
        cx.data_mut().message.set_meta(&*key, &*value);
        Ok(())
    });
    or_flag(&mut cx, set)
}

/// Notes what flags the message, in whose place the module gets a zero.
fn or_flag<T: Default>(cx: &mut Caller<'_, State>, result: Result<T, Failure>) -> Result<T, Error> {
    match result {
        Ok(done) => Ok(done),
        Err(Failure::Flag(reason)) => {
            cx.data_mut().failure = Some(reason);
            Ok(T::default())
        }
        Err(Failure::Trap(error)) => Err(error),
    }
}

/// Copies bytes into memory that the module gives; pointer and length as one number.
fn lend(cx: &mut Caller<'_, State>, bytes: &[u8]) -> Result<u64, Failure> {
    charge(cx, bytes.len()).map_err(Failure::Trap)?;
    let Some(allocate) = cx.data().exports.allocate else {
        return Err(Failure::Flag("the module exports neither 'allocate' nor 'malloc'".to_owned()));
    };
    let len = u32::try_from(bytes.len()).map_err(|_| Failure::Flag("the text is too long".to_owned()))?;
    let at = allocate.call(cx.as_context_mut(), len).map_err(Failure::Trap)?;
    cx.data_mut().lent.push(at);
    let memory = cx.data().exports.memory;
    let written = memory.is_some_and(|memory| memory.write(cx.as_context_mut(), at as usize, bytes).is_ok());
    if !written {
        return Err(Failure::Flag(format!("the module gave no memory for {len} bytes")));
    }
    Ok(u64::from(at) << 32 | u64::from(len))
}

/// Copies a text out of the module, which gets its memory back.
fn take(cx: &mut Caller<'_, State>, at: u32, len: u32) -> Result<Vec<u8>, Failure> {
    let bytes = peek(cx, at, len)?;
    if let Some(deallocate) = cx.data().exports.deallocate {
        deallocate.call(cx.as_context_mut(), (at, len)).map_err(Failure::Trap)?;
    }
    Ok(bytes)
}

/// Copies a text out of the module.
fn peek(cx: &mut Caller<'_, State>, at: u32, len: u32) -> Result<Vec<u8>, Failure> {
    charge(cx, len as usize).map_err(Failure::Trap)?;
    let memory = cx.data().exports.memory.map(|memory| memory.data(&*cx));
    let bytes = memory.and_then(|memory| memory.get(at as usize..)?.get(..len as usize));
    bytes
        .map(<[u8]>::to_vec)
        .ok_or_else(|| Failure::Flag("the module passed a text outside of its memory".to_owned()))
}

/// Takes steps for a call of ours that copies so many bytes.
///
/// # Errors
/// There are not that many left.
pub fn charge(cx: &mut Caller<'_, State>, bytes: usize) -> Result<(), Error> {
    let cost = CALL_COST + BYTE_COST * bytes as u64;
    let left = cx.get_fuel()?.checked_sub(cost);
    cx.set_fuel(left.ok_or_else(|| Error::from(wasmi::TrapCode::OutOfFuel))?)
}
