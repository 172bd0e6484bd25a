//! What the `http_server` input and output share: where they are served, plain answers, websockets.

pub mod answer;
pub mod metadata;
mod own;
mod path;
mod place;
mod sniff;
pub mod upgrade;

pub use own::{Lane, Left};
pub use path::Pattern;
pub use place::{ADDRESS, CERT_FILE, CORS, KEY_FILE, Place, Route, Served};
