//! Every field of the config must be what the recorded list of the reference's fields says: name, type, default, flags.

use nekton::components::REGISTRY;
use nekton::config::{
    AnyField, Body, ComponentSpec, Dialect, Kind, LintOptions, Part, Specs, lint_component, parse, to_json,
};
use serde_json::Value;

/// This build has every component of the reference's core, and each is the same.
#[test]
fn components_are_those_of_the_reference() {
    let (registry, reference) = (REGISTRY, reference());
    let mut differences = Vec::new();
    for want in reference
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "config")
        .flat_map(|(_, v)| list(v))
    {
        let (kind, name) = (text(&want["kind"]).replace('-', "_"), text(&want["name"]));
        let path = format!("{kind} {name}");
        let found =
            Kind::ALL.into_iter().find(|k| k.name() == kind).and_then(|kind| registry.find(kind, &name));
        match found.map(|spec| (spec, spec.body)) {
            None => differences.push(format!("{path}: missing")),
            Some((spec, body)) => {
                component(&path, &want, spec, &mut differences);
                match body {
                    Body::Object(got) => object(&path, &want["config"], got, &mut differences),
                    Body::Bare(got) => compare(&path, &want["config"], got, false, &mut differences),
                }
            }
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[test]
fn examples_of_components_have_no_mistakes() {
    let mut mistakes = Vec::new();
    let options = LintOptions::default();
    for kind in Kind::ALL {
        for spec in REGISTRY.specs(kind) {
            for example in spec.examples {
                let path = format!("{kind} {}: {}", spec.name, example.title);
                match parse(example.config.as_bytes()) {
                    Ok(node) => {
                        let findings = lint_component(kind, &node, &REGISTRY, &options);
                        mistakes.extend(findings.iter().map(|finding| format!("{path}: {finding}")));
                    }
                    Err(error) => mistakes.push(format!("{path}: {error}")),
                }
            }
        }
    }
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}

fn component(path: &str, want: &Value, got: &ComponentSpec, out: &mut Vec<String>) {
    let mut check = |what: &str, want: String, got: String| {
        if want != got {
            out.push(format!("{path}: {what} is {got}, the reference has {want}"));
        }
    };
    check("status", text(&want["status"]), got.status.name().to_owned());
    check("version", text(&want["version"]), got.version.to_owned());
    check("categories", list(&want["categories"]).iter().map(text).collect(), got.categories.concat());
}

fn object(path: &str, want: &Value, got: &[&dyn AnyField], out: &mut Vec<String>) {
    if (&want["type"], &want["kind"]) != (&"object".into(), &"scalar".into()) {
        out.push(format!("{path}: takes an object, the reference takes {} {}", want["kind"], want["type"]));
    }
    fields(path, &list(&want["fields"]), got, false, out);
}

#[test]
fn root_fields_are_those_of_the_reference() {
    let mut differences = Vec::new();
    fields("root", &list(&reference()["config"]), Part::Run.fields(), false, &mut differences);
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

fn reference() -> Value {
    serde_json::from_str(include_str!("data/core.json")).expect("the list is JSON")
}

/// Compares the fields of an object; `advanced` is whether the object is, which its fields inherit.
fn fields(path: &str, want: &[Value], got: &[&dyn AnyField], advanced: bool, out: &mut Vec<String>) {
    for field in want {
        let name = field["name"].as_str().unwrap_or("");
        let path = format!("{path}.{name}");
        match got.iter().find(|field| field.info().name == name) {
            Some(got) => compare(&path, field, *got, advanced, out),
            None => out.push(format!("{path}: missing")),
        }
    }
    for field in got.iter().filter(|field| want.iter().all(|want| want["name"] != field.info().name)) {
        out.push(format!("{path}.{}: not in the reference", field.info().name));
    }
}

fn compare(path: &str, want: &Value, got: &dyn AnyField, advanced: bool, out: &mut Vec<String>) {
    let info = got.info();
    let advanced = advanced || info.advanced;
    let flag = |name: &str| want[name].as_bool().unwrap_or(false);
    let mut check = |what: &str, want: String, got: String| {
        if want != got {
            out.push(format!("{path}: {what} is {got}, the reference has {want}"));
        }
    };
    // The parts of unit tests that may be left out are empty lists and maps in what `echo` of the reference prints,
    // although its list has no defaults for them.
    let implied = path.starts_with("root.tests") && want["optional"] == true && got.default_value().is_some();
    check("type", text(&want["type"]), info.ty.name().to_owned());
    check("shape", text(&want["kind"]), info.shape.name().to_owned());
    let shown = got.default_value().map_or("none".to_owned(), |value| to_json(&(&value).into()));
    check("default", if implied { shown.clone() } else { default(want) }, shown);
    check("options", options(&want["options"]), options(&info.options.into()));
    check("version", text(&want["version"]), info.version.to_owned());
    let flags = [
        // A deprecated field that the list calls neither optional nor required may be left out all the same.
        (
            "optional",
            flag("optional") && want["default"].is_null() && !implied,
            info.optional && !info.has_default && (!info.deprecated || flag("optional")),
        ),
        // The list says nothing of the kind about the single value of a component.
        ("required", flag("required"), info.required() && !info.name.is_empty()),
        ("advanced", flag("advanced"), advanced),
        ("deprecated", flag("deprecated"), info.deprecated),
        ("secret", flag("secret"), info.secret),
        ("interpolated", flag("interpolated"), info.dialect == Dialect::Interpolated),
        ("bloblang", flag("bloblang"), info.dialect == Dialect::Bloblang),
        ("enforced", flag("has_lint") && !want["options"].is_null(), info.enforced),
        // More URLs may hide their passwords than in the reference, not fewer.
        ("url", !want["scrub"].is_null() || info.url, info.url),
    ];
    for (what, want, got) in flags {
        check(what, want.to_string(), got.to_string());
    }
    fields(path, &list(&want["fields"]), info.fields, advanced, out);
}

fn default(want: &Value) -> String {
    want.get("default").map_or("none".to_owned(), Value::to_string)
}

fn options(value: &Value) -> String {
    let mut options: Vec<String> = list(value).iter().map(text).collect();
    options.sort();
    options.join(" ")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

#[test]
fn names_are_unique_within_a_kind() {
    let registry = REGISTRY;
    for kind in Kind::ALL {
        let mut names = registry.names(kind);
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert!(twice.is_empty(), "{kind} components that stand in two tables: {twice:?}");
    }
}
