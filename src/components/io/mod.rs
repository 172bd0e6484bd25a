//! What reads and writes bytes: the standard streams, files, sockets, other programs.

mod connect;
mod files;
mod framing;
mod gathered;
mod input_csv;
mod input_file;
mod input_file_tail;
mod input_fsevent;
mod input_socket;
mod input_socket_server;
mod input_stdin;
mod input_subprocess;
mod listen;
mod metadata;
mod output_file;
mod output_socket;
mod output_stdout;
mod output_subprocess;
mod processor_file;
mod server_tls;
mod stderr;
mod stdin;
#[cfg(test)]
mod testing;

use crate::component::{InputSpec, OutputSpec, ProcessorSpec};

pub const INPUTS: &[&InputSpec] = &[
    &input_csv::CSV,
    &input_file::FILE,
    &input_file_tail::FILE_TAIL,
    &input_fsevent::FSEVENT,
    &input_socket::SOCKET,
    &input_socket_server::SOCKET_SERVER,
    &input_stdin::STDIN,
    &input_subprocess::SUBPROCESS,
];

pub const OUTPUTS: &[&OutputSpec] =
    &[&output_file::FILE, &output_socket::SOCKET, &output_stdout::STDOUT, &output_subprocess::SUBPROCESS];

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor_file::FILE];
