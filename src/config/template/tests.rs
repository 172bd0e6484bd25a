//! Templates: what they accept, what they make of it, and what their own tests find.

use super::super::reference::REFERENCE;
use super::*;

const SHOUT: &str = "
name: shout
type: processor
fields:
  - {name: suffix, type: string}
  - {name: times, type: int, default: 2}
  - {name: mode, type: string_enum, options: [loud, quiet], default: loud}
mapping: |
  root.mapping = \"root = %s\".format([this.suffix, this.times, @label].format_json(no_indent: true))
";

fn read(text: &str) -> TemplateFile {
    TemplateFile::read(text.as_bytes(), "t.yaml", &*REFERENCE).expect("a template")
}

fn rendered(text: &str, config: &str) -> Result<String, String> {
    let template = read(text).template.map_err(|finding| finding.message)?;
    let config = Conf::new(parse(config.as_bytes()).expect("YAML"), "root");
    let value = template.render(&config, "here")?;
    Ok(String::from_utf8_lossy(&json::print(&value).expect("finite")).into_owned())
}

#[test]
fn fields_have_types_and_defaults() {
    assert_eq!(rendered(SHOUT, "{suffix: 5}").as_deref(), Ok(r#"{"mapping":"root = [\"5\",2,\"here\"]"}"#));
    assert_eq!(
        rendered(SHOUT, "{times: 1}"),
        Err("root.suffix: this field is required (line 1, column 1)".into())
    );
    let wrong = rendered(SHOUT, "{suffix: x, times: y}");
    assert_eq!(wrong, Err("root.times: expected a number, got 'y' (line 1, column 20)".into()));
}

#[test]
fn what_is_no_template_says_why() {
    for (text, want) in [
        ("name: a\ntype: input\nfields: [{name: b}]\nmapping: root = 1", "field 0: the type is missing"),
        (
            "name: a\ntype: input\nfields: [{name: b, type: string_enum}]\nmapping: root = 1",
            "field 0: options must be a list",
        ),
        (
            "name: a\ntype: input\nfields: [{name: b, type: int, kind: set}]\nmapping: root = 1",
            "field 0: there is no kind 'set'",
        ),
    ] {
        assert_eq!(read(text).template.err().map(|finding| finding.message).as_deref(), Some(want), "{text}");
    }
    assert!(TemplateFile::read(b"categories: none", "t.yaml", &*REFERENCE).is_err());
}

#[test]
fn tests_compare_and_lint_the_result() {
    let tested = |tests: &str| {
        let findings = read(&format!("{SHOUT}tests: {tests}")).test(&*REFERENCE);
        findings
            .iter()
            .map(|finding| finding.message.lines().next().unwrap_or("").to_owned())
            .collect::<Vec<_>>()
    };
    assert!(
        tested(r#"[{name: a, config: {suffix: x}, expected: {mapping: 'root = ["x",2,""]'}}]"#).is_empty()
    );
    let other = tested("[{name: a, config: {suffix: x}, expected: {noop: {}}}]");
    assert_eq!(other, ["test 'a': the resulting config is not the expected one"]);
    let bogus =
        "name: a\ntype: output\nfields: []\nmapping: 'root.stdout.x = 1'\ntests: [{name: t, config: {}}]";
    assert_eq!(read(bogus).test(&*REFERENCE).len(), 1);
}
