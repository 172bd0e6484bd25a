//! Whatever is written as a mapping, and whatever it does: no panic, no hang, bounded memory, a clear error.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use nekton::bloblang::format::format;
use nekton::bloblang::{STACK, parser::parse_mapping};
use nekton::expr::{Mapping, Template};
use nekton::message::{Message, batch_of};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::recorded;

/// How long one property is tried.
const FOR: Duration = Duration::from_secs(8);

/// What mappings are made of, sense or not.
const PIECES: [&str; 72] = [
    "root",
    "this",
    "root.a",
    " = ",
    "=",
    "\n",
    "let x = ",
    "$x",
    "meta k = ",
    "@",
    "@k",
    "map m {",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    ".",
    " -> ",
    " => ",
    "if ",
    " else ",
    "match ",
    "_",
    "true",
    "null",
    "5",
    "-1.5",
    "9223372036854775807",
    "\"a\"",
    "\"\\xff\"",
    "\"\"\"",
    "# c\n",
    "+",
    "-",
    "*",
    "/",
    "%",
    "|",
    "||",
    "&&",
    "==",
    ">=",
    "!",
    "x",
    "x -> x",
    ".a",
    ".(",
    ".0",
    ".\"a b\"",
    ".map_each(",
    ".uppercase()",
    ".slice(1)",
    ".catch(",
    ".string()",
    ".parse_json()",
    ".format_yaml()",
    ".apply(\"m\")",
    "deleted()",
    "nothing()",
    "range(0, 9)",
    "throw(\"t\")",
    "content()",
    ".sort()",
    ".re_find_all(\"(a|b)*\")",
    " ",
    "\t",
    "é",
    "\r\n",
];

/// Runs a property on a thread with the stack that mappings have, for a bounded time.
fn check<S: Strategy + Send + 'static>(strategy: S, property: fn(&S::Value))
where
    S::Value: std::fmt::Debug,
{
    let run = move || {
        let until = Instant::now() + FOR;
        let mut runner =
            TestRunner::new(Config { failure_persistence: None, cases: 10_000, ..Config::default() });
        let result = runner.run(&strategy, |value| {
            if Instant::now() < until {
                property(&value);
            }
            Ok(())
        });
        if let Err(error) = result {
            panic!("{error}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Parses, formats, compiles and runs a text.
fn everything(text: &str) {
    if let (_, Some(failure)) = parse_mapping(text) {
        assert!(failure.at <= text.len(), "the place of the mistake is beyond the text");
    }
    if let Ok(once) = format(text) {
        assert_eq!(format(&once).as_ref(), Ok(&once), "{text}: formatting twice");
        assert!(parse_mapping(&once).1.is_none(), "{text} became {once}");
    }
    let compiled = Mapping::compile(text);
    if let Err(errors) = &compiled {
        for error in errors {
            assert!(error.line >= 1 && error.column >= 1 && !error.message.is_empty());
            let shown = error.excerpt(text);
            assert!(shown.contains("^---"), "{shown}");
        }
    }
    if let Ok(mapping) = compiled {
        for input in [r#"{"a":[1,"b",null],"x":{"y":1.5}}"#, "[]", "no document"] {
            let batch = batch_of(Message::from_bytes(input));
            // Both are fine: a result and an error.
            let _ = mapping.map(&batch, 0).map(|message| message.map(|message| message.size()));
        }
    }
    let _ = Template::compile(text);
}

#[test]
fn any_text_is_parsed_formatted_and_run() {
    let pieces = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..24);
    check(pieces.prop_map(|pieces| pieces.concat()), |text| everything(text));
}

#[test]
fn damaged_mappings_are_parsed_formatted_and_run() {
    let whole = proptest::sample::select(recorded::mappings());
    let piece = proptest::sample::select(&PIECES[..]);
    let damaged =
        (whole, any::<proptest::sample::Index>(), 0..8_usize, piece).prop_map(|(text, at, cut, piece)| {
            let chars: Vec<char> = text.chars().collect();
            let at = at.index(chars.len() + 1);
            let rest = chars.iter().skip(at + cut);
            chars[..at].iter().copied().chain(piece.chars()).chain(rest.copied()).collect::<String>()
        });
    // What reads the world or waits is left out.
    let damaged =
        damaged.prop_filter("pure", |text| !["file", "env("].iter().any(|call| text.contains(call)));
    check(damaged, |text| everything(text));
}

/// What a mapping comes to, within a time that is generous for a build without optimisation.
fn outcome(mapping: String, input: String) -> String {
    let shown: String = mapping.chars().take(60).collect();
    let (sender, receiver) = mpsc::channel();
    let run = move || {
        let done = match Mapping::compile(&mapping) {
            Err(errors) => format!("mistake: {}", errors[0]),
            Ok(mapping) => match mapping.map(&batch_of(Message::from_bytes(input)), 0) {
                Err(error) => format!("error: {error}"),
                Ok(message) => format!("{} bytes", message.map_or(0, |message| message.size())),
            },
        };
        // Nobody listens any more where it took too long.
        let _ = sender.send(done);
    };
    std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread starts");
    receiver.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("{shown}: no end in sight"))
}

#[test]
fn bombs_are_told_and_do_not_go_off() {
    let deep = |open: &str, close: &str, n: usize| format!("root = {}1{}", open.repeat(n), close.repeat(n));
    for (mapping, expected) in [
        (deep("[", "]", 100_000), "nested more than"),
        (deep("(", ")", 100_000), "nested more than"),
        (deep("{\"a\":", "}", 50_000), "nested more than"),
        (deep("!", "", 100_000), ""),
        (deep("if true { ", " }", 50_000), "nested more than"),
        (format!("root = this{}", ".a".repeat(100_000)), "at most"),
        (format!("root = 1{}", " + 1".repeat(100_000)), "at most"),
        ("root = range(0, 1000000000000)".to_owned(), "at most"),
        ("root = range(0, this.n)".to_owned(), "at most"),
        ("root = \"abcdefgh\".repeat(1000000000000)".to_owned(), "overflow"),
        ("root = \"abcdefgh\".repeat(this.n)".to_owned(), "overflow"),
        ("root = bytes(this.n)".to_owned(), "length"),
        ("root = \"%999999999d\".format(1)".to_owned(), ""),
        ("root = \"a\".repeat(5000).re_match(\"(a*)*b\")".to_owned(), "bytes"),
        ("root = \"a\".re_match(\"((a{1000}){1000}){1000}\")".to_owned(), "mistake"),
        ("map m { root = this.apply(\"m\") }\nroot = this.apply(\"m\")".to_owned(), "recursion"),
        ("root = nanoid(1000000000000)".to_owned(), "size"),
    ] {
        let outcome = outcome(mapping.clone(), r#"{"n":1000000000000}"#.to_owned());
        let shown: String = mapping.chars().take(60).collect();
        assert!(outcome.contains(expected), "{shown}: {outcome}");
    }
}

#[test]
fn deep_documents_are_walked() {
    let deep = format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000));
    for mapping in [
        "root = this",
        "root.a = this\nroot.b = this == root.a",
        "root = this.flatten().string()",
        "root = this.format_yaml()",
    ] {
        outcome(mapping.to_owned(), deep.clone());
    }
}
