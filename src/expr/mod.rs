//! Bloblang applied to messages (being built).
use crate::config::*;
use crate::message::Batch;
use crate::value::*;
pub struct Check(String);
impl Check {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn test(&self, _: &Batch, _: usize) -> Result<bool, String> {
        Ok(false)
    }
}
impl FieldType for Check {
    type Default = &'static str;
    const TYPE: Type = Type::String;
    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        Ok(Check(String::read(node, path)?))
    }
    fn default_value(d: &'static str) -> Value {
        Value::from(d)
    }
}
