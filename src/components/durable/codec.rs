//! Batches as bytes.
//!
//! A batch is the number of its messages (u32) and then each of them: its metadata as a JSON object, its content, and
//! why it failed, each as a length (u32) and so many bytes; a message that has not failed has the length `u32::MAX`
//! there. All numbers are little endian.

use crate::message::{Batch, Message, number};
use crate::value::{Str, Value, json};

/// Stands where the length of a failure would be.
const NO_FAILURE: u32 = u32::MAX;

/// Why a batch cannot be stored.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLarge;

/// Why bytes are no batch.
#[derive(Debug, PartialEq, Eq)]
pub struct Garbled;

pub fn encode(batch: &Batch) -> Result<Vec<u8>, TooLarge> {
    let mut out = Vec::new();
    out.extend_from_slice(&size(batch.len())?.to_le_bytes());
    for message in batch {
        // Metadata that has no JSON text is lost, as it would be wherever it is printed.
        let meta = json::print(&Value::Object(message.meta().clone())).unwrap_or_else(|_| b"{}".to_vec());
        put(&mut out, &meta)?;
        put(&mut out, message.bytes())?;
        match message.failure() {
            Some(failure) => put(&mut out, failure.text.as_bytes())?,
            None => out.extend_from_slice(&NO_FAILURE.to_le_bytes()),
        }
    }
    size(out.len())?;
    Ok(out)
}

pub fn decode(mut bytes: &[u8]) -> Result<Batch, Garbled> {
    let bytes = &mut bytes;
    let count = take_number(bytes)?;
    let mut batch = Batch::new();
    for _ in 0..count {
        let meta = take(bytes)?.ok_or(Garbled)?;
        let mut message = Message::from_bytes(take(bytes)?.ok_or(Garbled)?.to_vec());
        if let Value::Object(meta) = json::parse(meta).map_err(|_| Garbled)? {
            message.replace_meta(meta);
        }
        if let Some(failure) = take(bytes)? {
            message.fail(Str::from(&*String::from_utf8_lossy(failure)));
        }
        batch.push(message);
    }
    number(&mut batch);
    if bytes.is_empty() { Ok(batch) } else { Err(Garbled) }
}

fn size(len: usize) -> Result<u32, TooLarge> {
    u32::try_from(len).ok().filter(|len| *len != NO_FAILURE).ok_or(TooLarge)
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TooLarge> {
    out.extend_from_slice(&size(bytes.len())?.to_le_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn take_number(bytes: &mut &[u8]) -> Result<u32, Garbled> {
    let (number, rest) = bytes.split_first_chunk().ok_or(Garbled)?;
    *bytes = rest;
    Ok(u32::from_le_bytes(*number))
}

fn take<'b>(bytes: &mut &'b [u8]) -> Result<Option<&'b [u8]>, Garbled> {
    let len = take_number(bytes)?;
    if len == NO_FAILURE {
        return Ok(None);
    }
    let (part, rest) = bytes.split_at_checked(len as usize).ok_or(Garbled)?;
    *bytes = rest;
    Ok(Some(part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn batches_come_back_as_they_were() {
        let mut batch: Batch = ["", "a\0b", "☂"].into_iter().map(Message::from_bytes).collect();
        batch[1].set_meta("k", 1_i64);
        batch[2].fail("broken");
        let back = decode(&encode(&batch).expect("small")).expect("whole");
        assert_eq!(back.len(), 3);
        for (i, (message, want)) in back.iter().zip(&batch).enumerate() {
            assert_eq!((message.bytes(), message.source()), (want.bytes(), i as u32));
            assert_eq!(message.meta().len(), want.meta().len());
            assert_eq!(message.failure().map(|f| &f.text), want.failure().map(|f| &f.text));
        }
    }

    proptest! {
        #[test]
        fn bytes_that_are_no_batch_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            // Whatever it is, it neither panics nor takes more memory than there are bytes.
            let _ = decode(&bytes);
        }

        #[test]
        fn a_batch_that_was_cut_is_refused(text in "[a-z]{1,20}", cut in 1_usize..8) {
            let bytes = encode(&Batch::from_iter([Message::from_bytes(text)])).expect("small");
            prop_assert!(decode(&bytes[..bytes.len() - cut]).is_err());
        }
    }
}
