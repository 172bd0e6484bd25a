//! What a durable queue stands on: something that keeps records, in order, until they are forgotten. All of it blocks.

/// One record: its number, which grows with every record, and its bytes.
pub type Record = (u64, Vec<u8>);

/// Keeps records.
pub trait Store: Send + 'static {
    /// Adds records behind all others; when this returns they are safe. Either all are added or none.
    fn append(&mut self, records: &[Vec<u8>]) -> Result<(), Refused>;

    /// The next records that were not read since the store was opened, about so many bytes of them, at least one; none
    /// when all were read.
    fn read(&mut self, bytes: usize) -> Result<Vec<Record>, String>;

    /// Records that will never be asked for again.
    fn forget(&mut self, numbers: &[u64]) -> Result<(), String>;
}

/// Why records were not added.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is room again once something was forgotten.
    Full,
    /// It may succeed later.
    Failed(String),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Refused::Full => "the store is full",
            Refused::Failed(reason) => reason,
        })
    }
}
