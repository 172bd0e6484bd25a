//! The arguments of statements: what a mapping makes of a message.

use crate::expr::Mapping;
use crate::message::{Batch, Message, batch_of};
use crate::value::{Array, Value};

/// The arguments for message `index`; none without a mapping.
pub fn args(mapping: Option<&Mapping>, batch: &Batch, index: usize) -> Result<Array, String> {
    let Some(mapping) = mapping else { return Ok(Array::new()) };
    match mapping.query(batch, index) {
        Ok(Value::Array(args)) => Ok(args),
        Ok(other) => Err(format!("mapping returned non-array result: {}", other.type_name())),
        Err(error) => Err(error.to_string()),
    }
}

/// The arguments where there is no message.
pub fn args_alone(mapping: Option<&Mapping>) -> Result<Array, String> {
    args(mapping, &batch_of(Message::default()), 0)
}
