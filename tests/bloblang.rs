//! The catalogue of functions and methods: every example is executed, and names, parameters and defaults are those of
//! the reference. Below it: the formatter, and what no mapping can break.

use std::collections::BTreeSet;

use nekton::bloblang::args::{Constant, Param, Params};
use nekton::bloblang::spec::{Example, Status};
use nekton::bloblang::{functions, methods};
use nekton::expr::Mapping;
use nekton::message::{Message, batch_of};
use serde_json::{Value, json};

#[path = "bloblang/format.rs"]
mod format;
#[path = "bloblang/playground.rs"]
mod playground;
#[path = "bloblang/recorded.rs"]
mod recorded;
#[path = "bloblang/robust.rs"]
mod robust;

#[test]
fn examples_do_what_they_say() {
    let mut wrong = Vec::new();
    for spec in functions::all() {
        examples(spec.name, spec.examples, &mut wrong);
    }
    for spec in methods::all() {
        examples(spec.name, spec.examples, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn examples(name: &str, examples: &[Example], wrong: &mut Vec<String>) {
    if examples.is_empty() {
        wrong.push(format!("{name}: has no examples"));
    }
    for example in examples {
        let mapping = match Mapping::compile(example.mapping) {
            Ok(mapping) => mapping,
            Err(errors) => {
                wrong.push(format!("{name}: {}: {errors:?}", example.mapping));
                continue;
            }
        };
        for (input, expected) in example.cases {
            let got = run(&mapping, input);
            let as_expected =
                if expected.starts_with("Error") { got.starts_with("Error") } else { got == *expected };
            if !as_expected {
                wrong.push(format!("{name}: {} over {input}: got {got}, want {expected}", example.mapping));
            }
        }
    }
}

fn run(mapping: &Mapping, input: &str) -> String {
    let batch = batch_of(Message::from_bytes(input.to_owned()));
    match mapping.map(&batch, 0) {
        Ok(Some(message)) => String::from_utf8_lossy(message.bytes()).into_owned(),
        Ok(None) => "deleted".to_owned(),
        Err(error) => format!("Error: {error}"),
    }
}

#[test]
fn functions_are_those_of_the_reference() {
    let ours: Vec<Value> = functions::all().map(|f| entry(f.name, f.status, f.impure, &f.params)).collect();
    compare("functions", ours);
}

#[test]
fn methods_are_those_of_the_reference() {
    let ours: Vec<Value> = methods::all().map(|m| entry(m.name, m.status, m.impure, &m.params)).collect();
    compare("methods", ours);
}

/// Those of the reference that are here have the same parameters and status; those that are not are printed.
fn compare(list: &str, ours: Vec<Value>) {
    let reference: Value =
        serde_json::from_str(include_str!("data/bloblang.json")).expect("the list is JSON");
    let names: BTreeSet<&str> = ours.iter().filter_map(|entry| entry["name"].as_str()).collect();
    assert_eq!(names.len(), ours.len(), "names are not unique");
    let mut missing = Vec::new();
    let mut differences = Vec::new();
    for want in reference[list].as_array().expect("a list") {
        match ours.iter().find(|entry| entry["name"] == want["name"]) {
            None => missing.push(want["name"].to_string()),
            Some(got) => {
                let want = json!({
                    "name": want["name"],
                    "status": want["status"].as_str().filter(|status| *status != "hidden").unwrap_or("stable"),
                    "impure": want["impure"].as_bool().unwrap_or_default(),
                    "variadic": want["variadic"].as_bool().unwrap_or_default(),
                    "params": want["params"].as_array().into_iter().flatten().map(reference_param).collect::<Vec<_>>(),
                });
                if *got != want {
                    differences.push(format!("ours      {got}\nreference {want}"));
                }
            }
        }
    }
    println!("{} are missing: {}", missing.len(), missing.join(" "));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn reference_param(param: &Value) -> Value {
    json!({"name": param["name"], "type": param["type"], "default": param["default"]})
}

fn entry(name: &str, status: Status, impure: bool, params: &Params) -> Value {
    let (variadic, params) = match params {
        Params::Variadic => (true, Vec::new()),
        Params::Named(params) => (false, params.iter().map(our_param).collect()),
    };
    json!({"name": name, "status": status.name(), "impure": impure, "variadic": variadic, "params": params})
}

fn our_param(param: &Param) -> Value {
    let default = match param.default {
        Some(Constant::String(s)) => json!(s),
        Some(Constant::Int(i)) => json!(i),
        Some(Constant::Float(f)) => json!(f),
        Some(Constant::Bool(b)) => json!(b),
        Some(Constant::EmptyArray) => json!([]),
        Some(Constant::Null) | None => Value::Null,
    };
    json!({"name": param.name, "type": param.ty.name(), "default": default})
}
