//! Reading fields into types.

use super::super::*;
use crate::value::Str;

const COUNT: Field<i64> = field("count").default(3).doc("How many.");
const NAME: Field<Str> = field("name");
const PERIOD: Field<Duration> = field("period").default("5s").advanced();
const TAGS: Field<Vec<Str>> = field("tags").default_list(&["a"]);
const LIMIT: Field<Option<u64>> = field("limit");
const TLS_ON: Field<bool> = field("enabled").default(false);
const TLS: Field<Conf> = field("tls").fields(&[&TLS_ON]);
const HEADERS: Field<Vec<(Str, Str)>> = field("headers").default_map(&[("k", "v")]);
const CASES: Field<Vec<Vec<Conf>>> = field("cases").fields(&[&NAME]);
const SCANNER: Field<ScannerConf> = field("scanner").default("lines");
const CHILDREN: Field<Vec<InputConf>> = field("inputs");
const SPEC: ComponentSpec = ComponentSpec::new(Kind::Input, "demo")
    .fields(&[&COUNT, &NAME, &PERIOD, &TAGS, &LIMIT, &TLS, &HEADERS, &CASES, &SCANNER, &CHILDREN]);

fn conf(entries: &[(&str, Node)]) -> Conf {
    Conf::new(Node::map(entries.iter().map(|(key, node)| ((*key).into(), node.clone()))), "root.input.demo")
}

#[test]
fn missing_fields_read_as_their_defaults() {
    let conf = conf(&[]);
    assert_eq!(conf.get(&COUNT), Ok(3));
    assert_eq!(conf.get(&PERIOD).map(Duration::nanos), Ok(5_000_000_000));
    assert_eq!(conf.get(&TAGS), Ok(vec![Str::from("a")]));
    assert_eq!(conf.get(&LIMIT), Ok(None));
    assert_eq!(conf.get(&TLS).and_then(|tls| tls.get(&TLS_ON)), Ok(false));
    assert_eq!(conf.get(&HEADERS), Ok(vec![("k".into(), "v".into())]));
    assert_eq!(conf.get(&SCANNER).map(|scanner| scanner.path.clone()), Ok("root.input.demo.scanner".into()));
    let error = conf.get(&NAME).unwrap_err();
    assert_eq!(error.to_string(), "root.input.demo.name: this field is required");
}

#[test]
fn errors_say_where_and_what() {
    let conf = conf(&[
        ("count", Node::text("x")),
        ("tags", Node::seq([Node::seq([])])),
        ("period", Node::text("5")),
    ]);
    assert_eq!(
        conf.get(&COUNT).unwrap_err().to_string(),
        "root.input.demo.count: expected an integer, got 'x'"
    );
    assert_eq!(conf.get(&TAGS).unwrap_err().to_string(), "root.input.demo.tags.0: expected text, got a list");
    let period = conf.get(&PERIOD).unwrap_err().to_string();
    assert!(
        period.starts_with("root.input.demo.period: '5' is not a duration: a duration needs a unit"),
        "{period}"
    );
}

#[test]
fn a_spec_is_a_constant() {
    let Body::Object(fields) = SPEC.body else { panic!("demo has fields") };
    let shapes: Vec<_> =
        fields.iter().map(|f| (f.info().name, f.info().ty.name(), f.info().shape.name())).collect();
    assert_eq!(shapes[7], ("cases", "object", "2darray"));
    assert_eq!(shapes[9], ("inputs", "input", "array"));
    assert_eq!(shapes[6], ("headers", "string", "map"));
    assert!(fields[1].info().lint_required() && !fields[9].info().lint_required());
}
