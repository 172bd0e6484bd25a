//! A program that nobody reads any more ends, as `head` expects of what is piped into it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::server::{PATIENCE, program};

const ENDLESS: &str = "\
http: {enabled: false}
input: {generate: {interval: '', mapping: 'root = \"line %d\".format(counter())'}}
";

#[test]
fn a_closed_standard_output_ends_the_program_with_an_error() {
    ends("output: {stdout: {}}");
}

#[test]
fn so_does_one_behind_a_resource() {
    // Logs go to standard output here, so the config keeps them out of the way.
    ends("output: {resource: out}\noutput_resources: [{label: out, stdout: {}}]\nlogger: {level: OFF}");
}

fn ends(output: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("endless.yaml"), format!("{ENDLESS}{output}\n")).expect("endless.yaml");
    let mut command = Command::new(program());
    command.args(["run", "endless.yaml"]).current_dir(folder.path()).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("nekton");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("standard output")).read_line(&mut first).expect("a line");
    assert_eq!(first, "line 1\n");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a status") {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().expect("killed");
            panic!("it goes on although nobody reads it");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(1));
    let told = std::io::read_to_string(child.stderr.take().expect("standard error")).expect("text");
    assert!(told.contains("nobody reads standard output") || output.contains("OFF"), "{told}");
}
