//! Commands and flags.

use std::path::PathBuf;

use clap::builder::TypedValueParser as _;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::findings::Format;

const HELP: &str = "\
{about}

USAGE:
  nekton [FLAGS] <COMMAND> [ARGS]

COMMANDS:
{subcommands}

FLAGS (before or after the command):
{options}

Without a command `run` is assumed. `nekton <COMMAND> --help` explains a command.
";

/// Runs data streams described by YAML configs.
#[derive(Debug, Parser)]
#[command(
    name = "nekton",
    disable_version_flag = true,
    disable_help_subcommand = false,
    help_template = HELP,
    subcommand_required = false
)]
pub struct Cli {
    #[command(flatten)]
    pub shared: Shared,
    /// Print the version.
    #[arg(short = 'v', long)]
    pub version: bool,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run one stream from a config file
    Run(RunArgs),
    /// Run many streams, managed over HTTP
    Streams(StreamsArgs),
    /// Check configs without running them
    Lint(LintArgs),
    /// Run the unit tests of configs
    Test(TestArgs),
    /// Print a config as it is understood
    Echo(EchoArgs),
    /// List what configs can be made of
    List(ListArgs),
    /// Write a config to begin with
    Create(CreateArgs),
    /// Check templates
    Template(TemplateArgs),
    /// Run a mapping over documents, one a line
    Blobl(BloblArgs),
    /// Serve editors: a language server on standard input and output
    Lsp,
    /// Write the reference documentation as Markdown
    Docs(DocsArgs),
    /// Write the JSON Schema of configs, for editors
    Schema,
    /// Write a script that completes commands and flags in a shell
    Completions {
        /// The shell: bash, zsh, fish
        shell: clap_complete::Shell,
    },
    /// Write manual pages
    Man(ManArgs),
}

/// Flags of several commands, also understood in front of the command.
#[derive(Args, Clone, Debug, Default)]
pub struct Shared {
    /// The main config file
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set a field of the main config: path=value
    #[arg(short, long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Files with resources, globs allowed
    #[arg(short, long, value_name = "GLOB")]
    pub resources: Vec<String>,
    /// Files with environment variables (KEY=VALUE lines), globs allowed
    #[arg(short, long, value_name = "GLOB")]
    pub env_file: Vec<String>,
    /// Files with templates, globs allowed
    #[arg(short, long, value_name = "GLOB")]
    pub templates: Vec<String>,
    /// Override the log level: off, error, warn, info, debug, trace
    #[arg(long = "log.level", value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Run configs in spite of lint errors
    #[arg(long)]
    pub chilled: bool,
    /// Apply changes of config files while they run
    #[arg(short, long)]
    pub watcher: bool,
}

#[derive(Args, Debug, Default)]
pub struct RunArgs {
    #[command(flatten)]
    pub shared: Shared,
    /// The config file
    #[arg(value_name = "FILE")]
    pub paths: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub struct StreamsArgs {
    #[command(flatten)]
    pub shared: Shared,
    /// The config of the process: http, logger, metrics, resources, shutdown
    #[arg(short, long, value_name = "FILE")]
    pub observability: Option<PathBuf>,
    /// Do not serve the API by which streams are changed
    #[arg(long)]
    pub no_api: bool,
    /// Whether endpoints of components begin with the id of their stream
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub prefix_stream_endpoints: bool,
    /// Stream files and directories with stream files, globs allowed
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

#[derive(Args, Debug)]
pub struct LintArgs {
    #[command(flatten)]
    pub shared: Shared,
    /// Report deprecated fields and components
    #[arg(long)]
    pub deprecated: bool,
    /// Report components without a label
    #[arg(long)]
    pub labels: bool,
    /// Do not report environment variables that are not set
    #[arg(long)]
    pub skip_env_var_check: bool,
    /// Fail on warnings too: what older engines start all the same although it cannot work, such as values that do
    /// not parse and resources that do not exist
    #[arg(long)]
    pub strict: bool,
    /// How findings are written
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Print a line for every file
    #[arg(long)]
    pub verbose: bool,
    /// Config files, globs, and directories as `dir/...`
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

#[derive(Args, Debug)]
pub struct TestArgs {
    #[command(flatten)]
    pub shared: Shared,
    /// Let components log, from this level on
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// Print the name of every test
    #[arg(short, long)]
    pub verbose: bool,
    /// Say which processors and switch branches no test has run
    #[arg(long)]
    pub coverage: bool,
    /// How the results are written
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Configs and files with tests, globs, and directories as `dir/...`
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    Text,
    Json,
    Junit,
}

#[derive(Args, Debug)]
pub struct EchoArgs {
    #[command(flatten)]
    pub shared: Shared,
    /// The config file
    #[arg(value_name = "FILE")]
    pub paths: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub struct CreateArgs {
    /// Only the stream itself, without the fields that few need
    #[arg(short, long)]
    pub small: bool,
    /// Files with environment variables (KEY=VALUE lines), globs allowed
    #[arg(short, long, value_name = "GLOB")]
    pub env_file: Vec<String>,
    /// Files with templates, globs allowed
    #[arg(short, long, value_name = "GLOB")]
    pub templates: Vec<String>,
    /// Inputs, processors and outputs, such as `stdin/mapping,log/stdout`
    #[arg(value_name = "EXPRESSION")]
    pub expression: Option<String>,
}

#[derive(Args, Debug)]
pub struct TemplateArgs {
    #[command(subcommand)]
    pub command: TemplateCommand,
}

#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    /// Check template files and run the tests in them
    Lint(TemplateLintArgs),
}

#[derive(Args, Debug)]
pub struct TemplateLintArgs {
    #[command(flatten)]
    pub shared: Shared,
    /// How findings are written
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Print a line for every file
    #[arg(long)]
    pub verbose: bool,
    /// Template files, globs, and directories as `dir/...`
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BloblArgs {
    #[command(subcommand)]
    pub command: Option<BloblCommand>,
    /// A file with the mapping
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// A file with documents instead of standard input
    #[arg(short, long = "input", alias = "input-file", value_name = "FILE")]
    pub input_file: Option<PathBuf>,
    /// Documents are bytes, not JSON
    #[arg(short, long)]
    pub raw: bool,
    /// Write JSON in indented lines
    #[arg(short, long)]
    pub pretty: bool,
    /// How many threads share the work; the order is kept
    #[arg(short, long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    pub threads: usize,
    /// The longest line that is read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 65_536)]
    pub max_token_length: usize,
    /// Files with environment variables (KEY=VALUE lines), globs allowed
    #[arg(short, long, value_name = "GLOB")]
    pub env_file: Vec<String>,
    /// The mapping; what follows it is ignored
    #[arg(trailing_var_arg = true)]
    pub mapping: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum BloblCommand {
    /// Format mappings: files in place, or standard input
    Fmt(FmtArgs),
    /// Serve a page on which mappings are tried
    Server(ServerArgs),
}

#[derive(Args, Debug)]
pub struct FmtArgs {
    /// Change nothing; name what is not formatted, and fail if there is any
    #[arg(long)]
    pub check: bool,
    /// Files with mappings
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub struct ServerArgs {
    /// The host to listen at
    #[arg(long, default_value = "localhost")]
    pub host: String,
    /// The port to listen at
    #[arg(short, long, default_value_t = 4195)]
    pub port: u16,
    /// Do not open the page in a browser
    #[arg(short, long)]
    pub no_open: bool,
    /// The mapping to begin with
    #[arg(short, long, value_name = "FILE")]
    pub mapping_file: Option<PathBuf>,
    /// The input to begin with
    #[arg(short, long, value_name = "FILE")]
    pub input_file: Option<PathBuf>,
    /// Write what is edited back to these files
    #[arg(short, long)]
    pub write: bool,
}

#[derive(Args, Debug)]
pub struct ManArgs {
    /// Write the pages of all commands into a folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    pub all: Option<PathBuf>,
    /// The command whose page is written; that of the whole program without one
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

#[derive(Args, Debug)]
pub struct DocsArgs {
    /// The folder that the pages are written to
    #[arg(default_value = "docs")]
    pub folder: PathBuf,
}

#[derive(Args, Debug)]
pub struct ListArgs {
    /// How the list is written
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
    /// Only components of this status: stable, beta, experimental, deprecated
    #[arg(long)]
    pub status: Option<String>,
    /// Files with templates, globs allowed
    #[arg(short, long, value_name = "GLOB")]
    pub templates: Vec<String>,
    /// Kinds such as inputs, rate-limits, metrics; all if there are none
    pub kinds: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Text,
    Json,
    JsonFull,
    JsonFullScrubbed,
    Jsonschema,
    Cue,
}

// === impl Shared ===

impl Shared {
    /// These flags, which stood in front of the command, together with those behind it, lists taken apart.
    pub fn and(self, behind: Self) -> Self {
        let files = |first, then| apart(joined(first, then), false);
        Self {
            config: behind.config.or(self.config),
            set: apart(joined(self.set, behind.set), true),
            resources: files(self.resources, behind.resources),
            env_file: files(self.env_file, behind.env_file),
            templates: files(self.templates, behind.templates),
            log_level: behind.log_level.or(self.log_level),
            chilled: self.chilled || behind.chilled,
            watcher: self.watcher || behind.watcher,
        }
    }

    /// The main config: `--config`, or the only one of `paths`.
    pub fn main_config(&self, paths: &[PathBuf]) -> Result<Option<PathBuf>, String> {
        match (&self.config, paths) {
            (config, []) => Ok(config.clone()),
            (None, [path]) => Ok(Some(path.clone())),
            _ => Err("a maximum of one config must be specified".to_owned()),
        }
    }
}

/// The items of values in which commas stand between them. A piece without `=` belongs to the assignment before it,
/// so that a value may hold commas itself.
fn apart(values: Vec<String>, assignments: bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for value in values {
        for (i, piece) in value.split(',').enumerate() {
            match all.last_mut().filter(|_| assignments && i > 0 && !piece.contains('=')) {
                Some(last) => *last = format!("{last},{piece}"),
                None => all.push(piece.trim().to_owned()),
            }
        }
    }
    all
}

fn joined<T>(mut first: Vec<T>, then: Vec<T>) -> Vec<T> {
    first.extend(then);
    first
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_stand_before_and_behind_the_command_in_any_spelling() {
        let line = "nekton -r a.yaml --chilled streams b.yaml --resources c.yaml -s x=1 dir --set y=2 --log.level OFF";
        let cli = Cli::try_parse_from(line.split(' ')).expect("a command line");
        let Some(Command::Streams(args)) = cli.command else { panic!("streams") };
        let shared = cli.shared.and(args.shared);
        assert_eq!(shared.resources, ["a.yaml", "c.yaml"]);
        assert_eq!(shared.set, ["x=1", "y=2"]);
        assert_eq!(args.paths, ["b.yaml", "dir"]);
        assert!(shared.chilled && shared.log_level.as_deref() == Some("OFF") && args.prefix_stream_endpoints);
    }

    #[test]
    fn commas_stand_between_values() {
        let line = ["nekton", "-r", "a.yaml, b.yaml", "lint", "-s", "x=1,y=[1,2],z=3"];
        let cli = Cli::try_parse_from(line).expect("a command line");
        let Some(Command::Lint(args)) = cli.command else { panic!("lint") };
        let shared = cli.shared.and(args.shared);
        assert_eq!(shared.resources, ["a.yaml", "b.yaml"]);
        assert_eq!(shared.set, ["x=1", "y=[1,2]", "z=3"]);
    }

    #[test]
    fn endpoints_lose_their_prefix_on_demand() {
        let cli = Cli::try_parse_from(["nekton", "streams", "--prefix-stream-endpoints=false"]);
        let Ok(Cli { command: Some(Command::Streams(args)), .. }) = cli else { panic!("streams") };
        assert!(!args.prefix_stream_endpoints);
    }
}
