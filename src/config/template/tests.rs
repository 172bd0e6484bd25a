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
    assert_eq!(wrong, Err("root.times: expected an integer, got 'y' (line 1, column 20)".into()));
}

/// The components of the reference and one template.
struct With(Template);

impl Specs for With {
    fn find(&self, kind: Kind, name: &str) -> Option<&ComponentSpec> {
        let own = Some(self.0.spec).filter(|spec| (spec.kind, spec.name) == (kind, name));
        own.or_else(|| REFERENCE.find(kind, name))
    }

    fn template(&self, kind: Kind, name: &str) -> Option<&Template> {
        Some(&self.0).filter(|template| (template.spec.kind, template.spec.name) == (kind, name))
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        REFERENCE.names(kind)
    }
}

#[test]
fn mistakes_in_what_a_template_makes_are_told_where_it_is_used() {
    let warnings = |mapping: &str, usage: &str| {
        let text = format!(
            "name: app\ntype: processor\nfields: [{{name: s, type: string}}]\nmapping: '{mapping}'\n"
        );
        let specs = With(read(&text).template.expect("a template"));
        let node = parse(usage.as_bytes()).expect("YAML");
        let found = lint_component(Kind::Processor, &node, &specs, &LintOptions::default());
        found.iter().map(|it| format!("{} {}", it.line, it.message)).collect::<Vec<_>>()
    };
    let usage = "label: x\napp: {s: a}";
    assert_eq!(warnings("root.log.message = this.s", usage), Vec::<String>::new());
    assert_eq!(
        warnings("root.log.mesage = this.s", usage),
        [
            "1 template 'app' (t.yaml:4) makes a mistake of this: field mesage not recognised (did you mean 'message'?)"
        ]
    );
    assert!(warnings("root = this.s", usage)[0].ends_with("the mapping made string instead of a config"));
    let endless = warnings("root.app.s = this.s", usage);
    assert!(endless[0].ends_with("templates stand for each other without end"), "{endless:?}");
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
