//! Findings: where they are and what they say.

use super::super::reference::REFERENCE;
use super::super::*;

fn read(part: Part, text: &str, options: LintOptions) -> Vec<Finding> {
    match load(text.as_bytes(), part, Some(&|_| None), &*REFERENCE, &options) {
        Ok(loaded) => loaded.findings,
        Err(error) => vec![error.finding()],
    }
}

/// The errors found in `text`, as `line: message` on lines of their own.
fn errors(text: &str, options: LintOptions) -> String {
    let found = read(Part::Run, text, options);
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.line, finding.message)).collect::<Vec<_>>().join("\n")
}

fn check(cases: &[(&str, &str)], options: LintOptions) {
    for (text, want) in cases {
        assert_eq!(errors(text, options), *want, "in\n{text}");
    }
}

#[test]
fn fields_and_their_shapes_are_checked() {
    check(
        &[
            ("", "0: expected object value, got !!null"),
            ("input: {stdin: {}}\ninptu: 1", "2: field inptu not recognised (did you mean 'input'?)"),
            ("input:\n  file:\n    path: a", "3: field path not recognised (did you mean 'paths'?)"),
            ("input: {stdin: }", "1: expected object value, got !!null"),
            ("input: {file: {paths: a}}", "1: expected array value"),
            ("input: {file: {paths: [[a]]}}", "1: expected string value"),
            (
                "input: {file: {paths: {{F}}}}\nbogus: 1",
                "1: expected array value\n2: field bogus not recognised",
            ),
            ("input: {stdin: {{F}}}", "1: field  not recognised"),
            ("output: {http_client: {url: x, headers: [a]}}", "1: expected object value, got !!seq"),
            ("output:\n  http_client:\n    verb: GET", "3: field url is required"),
            ("pipeline: {processors: [catch: {}]}", "1: expected array value"),
            (
                "output: {broker: {pattern: fanout, outputs: [drop: {}]}}",
                "1: value fanout is not a valid option for this field (did you mean 'fan_out'?)",
            ),
            ("output: {broker: {pattern: FAN_OUT, outputs: [drop: {}]}}", ""),
            (
                "output:\n  broker:\n    outputs: [drop: {}]\n    pattern: |-\n      fanout\n",
                "5: value fanout is not a valid option for this field (did you mean 'fan_out'?)",
            ),
        ],
        LintOptions::default(),
    );
}

#[test]
fn values_of_the_outline_end_the_reading() {
    check(
        &[
            (
                "bogus: 1\nhttp: {enabled: maybe}",
                "1: root.http.enabled: expected true or false, got 'maybe' (line 2, column 17)",
            ),
            ("input_resources: {}", "1: root.input_resources: expected a list (line 1, column 18)"),
            (
                "a: {",
                "1: yaml: line 2, column 1: did not find expected node content, while parsing a flow node",
            ),
            (
                "bogus: 1\ninput: {stdn: {}}",
                "2: unable to infer component type: stdn (did you mean 'stdin'?)",
            ),
            ("input: 5", "1: invalid type !!int, expected object"),
            ("x-own: [{a: 1, a: 2}]", "1: yaml: line 1: the key 'a' was set before, on line 1"),
            (
                "tests: [{name: x, input_batch: [{json_content: {\"a\": 1,\n a: 2}}]}]",
                "1: yaml: line 2: the key 'a' was set before, on line 1",
            ),
            ("pipeline: {}\npipeline: {processors: 5}", "2: expected array value"),
        ],
        LintOptions::default(),
    );
}

#[test]
fn components_are_told_apart() {
    let broker = |child: &str| format!("input:\n  broker:\n    inputs:\n      - {child}\n");
    let cases = [
        ("{a: 1, b: 2}", "4: unable to infer component type: [a b]"),
        (
            "{stdin: {}, file: {paths: []}}",
            "4: unable to infer input type, multiple candidates 'file' and 'stdin'",
        ),
        ("{label: x}", "4: an explicit input type must be specified"),
        ("{type: nope}", "4: input type 'nope' was not recognised"),
        ("{type: stdin, file: {}}", "4: field file is invalid when the component type is stdin (input)"),
        ("{stdin: {}, plugin: {}}", "4: plugin object is ineffective"),
        ("{stdin: {}, meta: 5}", "4: expected object value, got !!int"),
        ("{stdin: {}, processors: []}", "4: field processors is empty and can be removed"),
        ("{resource: r, label: x}", "4: label field should be omitted when pointing to a resource"),
        ("{<<: {stdin: {}}}", "4: unable to infer component type: <<"),
    ];
    for (child, want) in cases {
        assert_eq!(errors(&broker(child), LintOptions::default()), want, "{child}");
    }
}

#[test]
fn labels_are_unique_and_well_formed() {
    let text = "input: {label: a, stdin: {}}
cache_resources:
  - {label: a, memory: {}}
  - {label: -b, memory: {}}
  - memory: {}
  - label: C
    memory: {}
buffer: {memory: {}, label: x}";
    let want = "3: label 'a' collides with a previously defined label at line 1
4: invalid label '-b': should match the regular expression /^[a-z0-9_\\-]+$/ and must not start with an underscore
5: the label field for resources must be unique and not empty
6: invalid label 'C': should match the regular expression /^[a-z0-9_\\-]+$/ and must not start with an underscore
8: field label is invalid when the component type is memory (buffer)";
    assert_eq!(errors(text, LintOptions::default()), want);
}

#[test]
fn options_add_findings() {
    let text = "input: {label: in, stdin: {}}\npipeline: {processors: [noop: {}]}\noutput: {drop: {}}\nparallel: true";
    check(
        &[(text, "4: field parallel is deprecated")],
        LintOptions { deprecated: true, ..LintOptions::default() },
    );
    let labels = LintOptions { labels: true, ..LintOptions::default() };
    check(&[(text, "2: label is required for noop\n3: label is required for drop")], labels);
    let strict = LintOptions { strict_errors: true, ..LintOptions::default() };
    let text = "error_handling: {strict: true}\npipeline: {processors: [catch: []]}\nbogus: 1";
    let found = errors(text, strict);
    assert!(found.starts_with("3: field bogus not recognised\n2: a catch processor"), "{found}");
}

#[test]
fn aliases_and_merges_are_linted_where_they_are_written() {
    check(
        &[
            ("x: &x {stdin: {a: 1}}\ninput: *x", "1: field x not recognised\n1: field a not recognised"),
            (
                "input:\n  generate: &g\n    mapping: a\n    cuont: 1\nx: *g",
                "4: field cuont not recognised (did you mean 'count'?)",
            ),
            ("input:\n  stdin: {<<: [{codec: lines}]}", "2: field << not recognised"),
        ],
        LintOptions::default(),
    );
}

#[test]
fn what_only_fails_later_is_a_warning() {
    let text =
        "input: {generate: {mapping: a, count: x, interval: 1s}}\noutput: {switch: {cases: [check: a]}}";
    let found = read(Part::Run, text, LintOptions::default());
    let shown: Vec<String> =
        found.iter().map(|finding| format!("{:?} {}", finding.severity, finding.message)).collect();
    assert_eq!(shown, ["Warning field output is required"]);
}

#[test]
fn documents_hold_what_their_part_allows() {
    let cases = [
        (Part::StreamBody, "input: {stdin: {}}\ntests: []", "field tests not recognised"),
        (Part::StreamFile, "http: {}\ntests: []", "field http not recognised"),
        (Part::Resources, "input: {}", "field input not recognised"),
        (Part::Service, "pipeline: {}", "field pipeline not recognised"),
    ];
    for (part, text, want) in cases {
        let found = read(part, text, LintOptions::default());
        assert_eq!(
            found.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>(),
            [want],
            "{text}"
        );
    }
}

#[test]
fn missing_variables_come_first_and_lint_can_be_switched_off() {
    let found = errors("a: ${B}${A}${B}", LintOptions::default());
    assert_eq!(found, "1: required environment variables were not set: [B A B]\n1: field a not recognised");
    assert_eq!(errors("# BENTHOS LINT DISABLE\na: 1", LintOptions::default()), "");
}

#[test]
fn programs_are_linted_where_they_stand() {
    let place = |text: &str| {
        let found = read(Part::Run, text, LintOptions::default());
        found.iter().map(|f| (f.line, f.column, f.kind)).collect::<Vec<_>>()
    };
    let bad = FindingKind::BadBloblang;
    let mapping = |text: &str| format!("pipeline:\n  processors:\n    - mapping: {text}\n");
    for (text, want) in [
        ("root = this.a", None),
        ("''", None),
        ("root = (", Some((3, 25))),
        ("|\n        root.a = 1\n        root.b = (", Some((6, 17))),
        ("'root.a = 1\n\n        root.b = ('", Some((4, 27))),
        ("root = nope()", Some((3, 30))),
    ] {
        let want: Vec<_> = want.map(|(line, column)| (line, column, bad)).into_iter().collect();
        assert_eq!(place(&mapping(text)), want, "{text}");
    }
    for (text, want) in [
        ("a ${! this.b } ${{! x }}", None),
        ("${ ${A:} $", None),
        ("a ${! ( }", Some((3, 19))),
        ("x ${!", Some((3, 16))),
    ] {
        let want: Vec<_> = want.map(|(line, column)| (line, column, bad)).into_iter().collect();
        assert_eq!(place(&format!("output:\n  cache:\n    key: {text}\n    target: c\n")), want, "{text}");
    }
}
