//! The `grok` processor: takes texts apart by grok expressions.

use std::collections::HashMap;
use std::sync::LazyLock;

use globset::GlobBuilder;
use regex::Regex;

use super::patterns::{DEFAULTS, Patterns};
use crate::bloblang::go::regex::Pattern;
use crate::bloblang::path;
use crate::component::{Built, Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message};
use crate::value::json::go_lossy;
use crate::value::{Object, Str, Value, number};

const EXPRESSIONS: Field<Vec<Str>> = field("expressions")
    .doc("Grok expressions; the first one that a message matches counts. `%{NAME:field}` is a pattern and where its match goes, dots in the field nest it, and `:int` or `:float` behind it make a number of it.");
const PATTERN_DEFINITIONS: Field<Vec<(Str, Str)>> =
    field("pattern_definitions").default_map(&[]).doc("Patterns of your own, by name.");
const PATTERN_PATHS: Field<Vec<Str>> = field("pattern_paths").default_list(&[]).doc(
    "Files, folders or globs of files with patterns, each a line with its name, a blank and the pattern.",
);
const NAMED_CAPTURES_ONLY: Field<bool> = field("named_captures_only")
    .default(true)
    .advanced()
    .doc("Whether patterns without a field are left out; else they are named as the pattern is.");
const USE_DEFAULT_PATTERNS: Field<bool> =
    field("use_default_patterns").default(true).advanced().doc("Whether the usual patterns are there.");
const REMOVE_EMPTY_VALUES: Field<bool> =
    field("remove_empty_values").default(true).advanced().doc("Whether fields without text are left out.");

pub const GROK: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "grok")
        .categories(&["Parsing"])
        .summary("Takes texts apart by grok expressions, and makes documents of their fields.")
        .description("A message that no expression matches is flagged. Patterns of your own do not replace usual ones of the same name.")
        .fields(&[
            &EXPRESSIONS,
            &PATTERN_DEFINITIONS,
            &PATTERN_PATHS,
            &NAMED_CAPTURES_ONLY,
            &USE_DEFAULT_PATTERNS,
            &REMOVE_EMPTY_VALUES,
        ])
        .examples(&[Example {
            title: "Who asked for how much",
            config: "grok:\n  expressions:\n    - '%{IP:client.address} took %{NUMBER:bytes:int} bytes'\n",
        }]),
    build: |conf, cx| Ok(Box::new(Grok::new(conf, cx)?)),
    silent: false,
};

struct Grok {
    expressions: Vec<Expression>,
    keep_empty: bool,
    cx: Context,
}

struct Expression {
    pattern: Pattern,
    /// What each group of the pattern is; none for those without a name.
    groups: Vec<Option<Group>>,
}

#[derive(Clone)]
struct Group {
    field: Vec<Str>,
    number: NumberType,
}

#[derive(Clone, Copy)]
enum NumberType {
    None,
    Int,
    Float,
    /// There is no such type.
    Unknown,
}

/// Puts patterns in the place of their names.
struct Expander {
    patterns: Patterns,
    named_only: bool,
    /// The fields of group names, and the types of those that are numbers.
    groups: HashMap<Str, Group>,
}

/// Patterns may refer to each other this deep.
const MAX_DEPTH: u32 = 32;

static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"%\{([\w.-]+)(?::([\w.-]+))?(?::([\w.-]+))?\}").ok());

// === impl Expander ===

impl Expander {
    fn expand(&mut self, pattern: &str, depth: u32) -> Result<String, String> {
        if depth > MAX_DEPTH {
            return Err("patterns that refer to each other have no end".to_owned());
        }
        let mut expanded = String::new();
        let mut done = 0;
        for found in REFERENCE.iter().flat_map(|reference| reference.captures_iter(pattern)) {
            let (Some(whole), name) = (found.get(0), &found[1]) else { continue };
            let field = found.get(2).map(|field| field.as_str());
            let inner = self.patterns.get(name).cloned();
            let inner = inner.ok_or_else(|| format!("there is no pattern %{{{name}}}"))?;
            let inner = self.expand(&inner, depth + 1)?;
            expanded.push_str(&pattern[done..whole.start()]);
            match field.or((!self.named_only).then_some(name)) {
                Some(field) => {
                    let group = self.group(field, found.get(3).map(|number| number.as_str()));
                    expanded.push_str(&format!("(?P<{group}>{inner})"));
                }
                None => expanded.push_str(&format!("(?:{inner})")),
            }
            done = whole.end();
        }
        expanded.push_str(&pattern[done..]);
        Ok(expanded)
    }

    /// The name of the group for a field.
    fn group(&mut self, field: &str, number: Option<&str>) -> Str {
        let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let name: Str = field.chars().map(word).collect();
        let number = match number.map(str::to_ascii_lowercase).as_deref() {
            None | Some("string") => NumberType::None,
            Some("int") => NumberType::Int,
            Some("float") => NumberType::Float,
            Some(_) => NumberType::Unknown,
        };
        let group = self.groups.entry(name.clone()).or_insert(Group { field: path::split(field), number });
        if !matches!(number, NumberType::None) {
            group.number = number;
        }
        name
    }
}

// === impl Expression ===

impl Expression {
    fn new(expression: &str, expander: &mut Expander) -> Result<Self, String> {
        expander.groups.clear();
        let text = expander.expand(expression, 0)?;
        let pattern = Pattern::new(&text).map_err(|error| error.to_string())?;
        let group = |i| match pattern.name(i) {
            Some(name) => {
                let plain = || Group { field: vec![name.clone()], number: NumberType::None };
                Some(expander.groups.get(name).cloned().unwrap_or_else(plain))
            }
            None => None,
        };
        let groups = (0..pattern.groups()).map(group).collect();
        Ok(Self { pattern, groups })
    }

    /// The fields of a text; none if it does not match, or matches without any field.
    fn fields(&self, text: &str, keep_empty: bool) -> Result<Option<Value>, String> {
        let Some(found) = self.pattern.regex().captures(text) else { return Ok(None) };
        let mut fields = Value::Object(Object::new());
        let mut any = false;
        for (i, group) in self.groups.iter().enumerate() {
            let Some(group) = group else { continue };
            let text = found.get(i).map_or("", |text| text.as_str());
            if text.is_empty() && !keep_empty {
                continue;
            }
            let value = group.number.read(text)?;
            // Of two fields of which one would be part of the other only the first one fits.
            any |= path::set(&mut fields, &group.field, value).is_ok();
        }
        Ok(any.then_some(fields))
    }
}

// === impl NumberType ===

impl NumberType {
    fn read(self, text: &str) -> Result<Value, String> {
        let failed = |what| format!("'{text}' cannot be read as {what}");
        match self {
            NumberType::None => Ok(Value::from(text)),
            NumberType::Int => text.parse().map(Value::Int).map_err(|_| failed("an integer")),
            NumberType::Float => number::parse_float(text).map(Value::Float).map_err(|_| failed("a number")),
            NumberType::Unknown => Err(failed("its type, which must be int, float or string")),
        }
    }
}

// === impl Grok ===

impl Grok {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let mut patterns: Patterns = conf.get(&PATTERN_DEFINITIONS)?.into_iter().collect();
        for place in conf.get(&PATTERN_PATHS)? {
            read_patterns(&place, &mut patterns).map_err(|error| conf.error(&PATTERN_PATHS, error))?;
        }
        if conf.get(&USE_DEFAULT_PATTERNS)? {
            patterns.extend(DEFAULTS.iter().map(|(name, pattern)| (name.clone(), pattern.clone())));
        }
        let named_only = conf.get(&NAMED_CAPTURES_ONLY)?;
        let mut expander = Expander { patterns, named_only, groups: HashMap::new() };
        let expression = |text: &Str| {
            let error = |error| conf.error(&EXPRESSIONS, format!("'{text}': {error}"));
            Ok(Expression::new(text, &mut expander).map_err(error)?)
        };
        Ok(Self {
            expressions: conf.get(&EXPRESSIONS)?.iter().map(expression).collect::<Built<_>>()?,
            keep_empty: !conf.get(&REMOVE_EMPTY_VALUES)?,
            cx: cx.clone(),
        })
    }

    fn parse(&self, message: &mut Message) -> Result<(), String> {
        let text = go_lossy(message.bytes());
        for expression in &self.expressions {
            match expression.fields(&text, self.keep_empty) {
                Ok(None) => {}
                Ok(Some(fields)) => {
                    drop(text);
                    message.set_value(fields);
                    return Ok(());
                }
                Err(error) => self.cx.log().debug(format_args!("A match is no good: {error}")),
            }
        }
        Err("no pattern matches found".to_owned())
    }
}

impl Processor for Grok {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        for message in &mut batch {
            if let Err(error) = self.parse(message) {
                message.fail(error);
            }
        }
        Step::one(batch)
    }
}

/// Adds the patterns of a file, of all files of a folder, or of all files that a glob matches in its folder.
fn read_patterns(place: &str, patterns: &mut Patterns) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{place}: {error}");
    let given = std::path::Path::new(place);
    let mut files = Vec::new();
    if given.is_dir() || place.contains(['*', '?', '[']) {
        let glob = if given.is_dir() { format!("{place}/*") } else { place.to_owned() };
        let matcher = GlobBuilder::new(&glob).literal_separator(true).build();
        let matcher = matcher.map_err(|error| format!("{place}: {error}"))?.compile_matcher();
        let folder = std::path::Path::new(&glob).parent().filter(|folder| !folder.as_os_str().is_empty());
        for entry in std::fs::read_dir(folder.unwrap_or(".".as_ref())).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let path = path.strip_prefix(".").ok().filter(|_| folder.is_none()).unwrap_or(&path).to_owned();
            if path.is_file() && matcher.is_match(&path) {
                files.push(path);
            }
        }
        files.sort();
    } else {
        files.push(given.to_owned());
    }
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(failed)?;
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, pattern) =
                line.split_once(' ').ok_or_else(|| format!("{}: '{line}' has no pattern", file.display()))?;
            patterns.insert(name.into(), pattern.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{context, processor, run};

    /// What a message becomes.
    async fn parsed(config: &str, text: &str) -> String {
        let chain = processor(&context(), &format!("grok: {config}"));
        run(&chain, &[text]).await.remove(0).remove(0)
    }

    #[tokio::test]
    async fn texts_are_taken_apart() {
        for (expression, text, want) in [
            ("%{IP:a.b} %{NUMBER:n:int}", "10.0.0.1 42", r#"{"a":{"b":"10.0.0.1"},"n":42}"#),
            ("%{NUMBER:f:float}", "x 1.50", r#"{"f":1.5}"#),
            ("^%{IPV6:ip}$", "fe80::1%eth0", r#"{"ip":"fe80::1%eth0"}"#),
            ("^%{IP:ip}$", "::ffff:192.168.0.1", r#"{"ip":"::ffff:192.168.0.1"}"#),
            ("(?P<own>x+) %{WORD}", "xx y", r#"{"own":"xx"}"#),
            (
                "%{TIMESTAMP_ISO8601:t} %{LOGLEVEL:l}",
                "2024-01-02T03:04:05.6Z WARNING",
                r#"{"l":"WARNING","t":"2024-01-02T03:04:05.6Z"}"#,
            ),
            (
                "%{SYSLOGBASE}",
                "Dec  2 16:49:23 host app[12]: x",
                r#"{"logsource":"host","pid":"12","program":"app","timestamp":"Dec  2 16:49:23"}"#,
            ),
            (
                "%{COMBINEDAPACHELOG}",
                r#"127.0.0.1 - ann [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 23 "-" "M""#,
                r#"{"agent":"\"M\"","auth":"ann","bytes":"23","clientip":"127.0.0.1","httpversion":"1.0","ident":"-","referrer":"\"-\"","request":"/a.gif","response":"200","timestamp":"10/Oct/2000:13:55:36 -0700","verb":"GET"}"#,
            ),
            ("%{WORD:n:int}", "abc", "abc!no pattern matches found"),
            ("%{INT:n}", "none", "none!no pattern matches found"),
        ] {
            assert_eq!(
                parsed(&format!("{{expressions: ['{expression}']}}"), text).await,
                want,
                "{expression}"
            );
        }
    }

    #[tokio::test]
    async fn patterns_of_ones_own_refer_to_others() {
        let own = r#"{expressions: ['%{NOPE:never}x', '%{PAIR}'], pattern_definitions: {NOPE: 'q', PAIR: '%{WORD:k}=%{INT:v:int}', WORD: 'never'}}"#;
        assert_eq!(parsed(own, "a=1").await, r#"{"k":"a","v":1}"#);
        let all =
            "{expressions: ['%{INT} %{DATA:d}$'], named_captures_only: false, remove_empty_values: false}";
        assert_eq!(parsed(all, "5 ").await, r#"{"INT":"5","d":""}"#);
    }

    #[tokio::test]
    async fn patterns_come_from_files() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a"), "# mine\n\nSTARS \\*+\n").expect("written");
        for place in [String::new(), "/*".into(), "/a".into()] {
            let place = format!("{}{place}", folder.path().display());
            let config = format!("{{expressions: ['%{{STARS:s}}'], pattern_paths: ['{place}']}}");
            assert_eq!(parsed(&config, "x **").await, r#"{"s":"**"}"#);
        }
    }

    #[test]
    fn every_default_pattern_compiles() {
        for name in super::DEFAULTS.keys() {
            let patterns = super::DEFAULTS.clone();
            let mut expander =
                super::Expander { patterns, named_only: true, groups: std::collections::HashMap::new() };
            let expression = super::Expression::new(&format!("%{{{name}:x}}"), &mut expander);
            assert!(expression.is_ok(), "{name}: {:?}", expression.err());
        }
    }
}
