//! The real program in streams mode, driven over HTTP: what a user does, and what must not happen.

#[path = "streams/bad_input.rs"]
mod bad_input;
#[path = "streams/closed.rs"]
mod closed;
#[path = "streams/crash.rs"]
mod crash;
#[path = "streams/durable.rs"]
mod durable;
#[path = "streams/full.rs"]
mod full;
#[path = "support/http.rs"]
mod http;
#[path = "support/port.rs"]
mod port;
#[path = "streams/reload.rs"]
mod reload;
#[path = "streams/residue.rs"]
mod residue;
#[path = "support/server.rs"]
mod server;
#[path = "streams/stop.rs"]
mod stop;
