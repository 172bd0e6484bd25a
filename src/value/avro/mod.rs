//! Avro: schemas, and documents in both encodings.

pub mod binary;
mod canonical;
mod coerce;
mod meaning;
pub mod schema;
pub mod textual;
mod union;

pub use canonical::{canonical, fingerprint};
pub use schema::Schema;
pub use union::Tags;
