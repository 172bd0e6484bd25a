//! `blobl`: a mapping over documents, one a line; its commands format mappings and serve a page to try them on.

mod fmt;
mod server;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::process::ExitCode;
use std::thread;

use super::args::{BloblArgs, BloblCommand, Shared};
use super::vars;
use crate::bloblang::STACK;
use crate::config;
use crate::expr::{ExprError, Mapping};
use crate::manager::Vars;
use crate::message::{Message, batch_of};
use crate::value::Value;
use crate::value::json::{Style, print_to};

/// Documents that are handed to a thread at once.
const CHUNK: usize = 256;

/// How documents are read and written.
#[derive(Clone, Copy)]
struct Form {
    raw: bool,
    pretty: bool,
}

pub fn run(shared: Shared, mut args: BloblArgs) -> Result<ExitCode, String> {
    match args.command.take() {
        None => execute(shared, args),
        Some(BloblCommand::Fmt(args)) => fmt::run(&args),
        Some(BloblCommand::Server(args)) => {
            vars::install(&shared.env_file)?;
            server::run(args)
        }
    }
}

fn execute(shared: Shared, args: BloblArgs) -> Result<ExitCode, String> {
    let vars = vars::install(&[shared.env_file, args.env_file.clone()].concat())?;
    let mapping = mapping(&args, &vars)?;
    let form = Form { raw: args.raw, pretty: args.pretty };
    let input: Box<dyn Read> = match &args.input_file {
        Some(path) => {
            Box::new(File::open(path).map_err(|error| format!("failed to read {}: {error}", path.display()))?)
        }
        None => Box::new(io::stdin()),
    };
    let mut lines = Lines { input: BufReader::new(input), limit: args.max_token_length };
    let mut out = BufWriter::new(io::stdout().lock());
    loop {
        let mut documents = Vec::with_capacity(CHUNK * args.threads);
        let more = lines.fill(&mut documents, CHUNK * args.threads);
        for done in map_all(&mapping, &documents, args.threads, form) {
            match done {
                Ok(text) => written(out.write_all(&text))?,
                Err(error) => eprintln!("failed to execute map: {error}"),
            }
        }
        written(out.flush())?;
        if !more? {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// The mapping that the arguments hold or name.
fn mapping(args: &BloblArgs, vars: &Vars) -> Result<Mapping, String> {
    let (text, directory) = match (&args.file, args.mapping.first()) {
        (Some(_), Some(_)) => {
            return Err("give either a mapping or a file with a mapping, not both".to_owned());
        }
        (Some(path), None) => {
            let text =
                fs::read(path).map_err(|error| format!("failed to read {}: {error}", path.display()))?;
            (text, path.parent().map(|folder| folder.display().to_string()).unwrap_or_default())
        }
        (None, Some(text)) => (text.clone().into_bytes(), String::new()),
        (None, None) => return Err("a mapping is missing: give one, or name a file with --file".to_owned()),
    };
    let expanded = config::expand(&text, &|name| vars(name)).map_err(|error| error.to_string())?;
    if let Some(finding) = config::missing_variables(&expanded.missing) {
        return Err(finding.message);
    }
    let text = String::from_utf8_lossy(&expanded.text);
    Mapping::compile_in(&text, &directory).map_err(|errors| {
        let shown: Vec<_> = errors.iter().map(|error| error.excerpt(&text)).collect();
        format!("failed to parse mapping: {}", shown.join("\n"))
    })
}

/// Maps documents in their order, on several threads.
fn map_all(
    mapping: &Mapping,
    documents: &[Vec<u8>],
    threads: usize,
    form: Form,
) -> Vec<Result<Vec<u8>, ExprError>> {
    let map = |part: &[Vec<u8>]| part.iter().map(|text| map(mapping, text, form)).collect::<Vec<_>>();
    // Threads of their own even for one part: mappings need a large stack.
    thread::scope(|scope| {
        let parts = documents.chunks(documents.len().div_ceil(threads.max(1)).max(1));
        let start = |part| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || map(part));
        let running: Vec<_> = parts.map(start).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.map_or_else(|_| Vec::new(), |t| t.join().unwrap_or_default()))
            .collect()
    })
}

/// The line that one document becomes: strings as they are, nothing where the root was deleted, everything else as
/// JSON; a root that was not assigned is the document itself.
fn map(mapping: &Mapping, text: &[u8], form: Form) -> Result<Vec<u8>, ExprError> {
    let batch = batch_of(Message::from_bytes(text.to_vec()));
    let root = match form.raw {
        true => mapping.apply(Value::from(bytes::Bytes::copy_from_slice(text)), &[])?.0,
        false => mapping.query(&batch, 0)?,
    };
    let mut out = Vec::new();
    match root {
        Value::String(text) => out.extend_from_slice(text.as_bytes()),
        Value::Bytes(bytes) | Value::RawString(bytes) => out.extend_from_slice(&bytes),
        Value::Delete => {}
        Value::Nothing if form.raw => out.extend_from_slice(text),
        Value::Nothing => match batch[0].structured() {
            Ok(document) => print(&mut out, document, form),
            Err(_) => out.extend_from_slice(text),
        },
        value => print(&mut out, &value, form),
    }
    out.push(b'\n');
    Ok(out)
}

fn print(out: &mut Vec<u8>, value: &Value, form: Form) {
    let style = Style { indent: form.pretty.then_some("  "), escape_html: true };
    let start = out.len();
    // What has no JSON text becomes nothing, as in messages.
    if print_to(out, value, style).is_err() {
        out.truncate(start);
    }
}

fn written(result: io::Result<()>) -> Result<(), String> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("failed to write: {error}")),
        _ => Ok(()),
    }
}

struct Lines<R> {
    input: BufReader<R>,
    /// The length of the longest line that is accepted.
    limit: usize,
}

impl<R: Read> Lines<R> {
    /// Reads up to `count` lines, without waiting for more than one. Returns whether there may be more.
    fn fill(&mut self, lines: &mut Vec<Vec<u8>>, count: usize) -> Result<bool, String> {
        while lines.len() < count {
            let mut line = Vec::new();
            let limit = self.limit as u64 + 1;
            let read = self.input.by_ref().take(limit).read_until(b'\n', &mut line);
            if read.map_err(|error| format!("failed to read: {error}"))? == 0 {
                return Ok(false);
            }
            if line.last() == Some(&b'\n') {
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
            }
            if line.len() >= self.limit {
                return Err(format!("a line is longer than {} bytes, see --max-token-length", self.limit));
            }
            lines.push(line);
            if self.input.buffer().is_empty() {
                break;
            }
        }
        Ok(true)
    }
}
