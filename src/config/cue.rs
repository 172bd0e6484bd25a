//! The whole config as definitions of the CUE language, for those who write configs in it.

use super::{AnyField, Body, ComponentSpec, FieldInfo, Kind, Part, Shape, Specs, Type};

/// The definition `#Config` of a config document, and one for each kind of component of `specs`.
pub fn cue(part: Part, specs: &dyn Specs) -> String {
    let mut out = Writer { text: String::from("package nekton\n\n"), depth: 0 };
    out.line("#Config: {");
    out.fields(part.fields());
    out.line("}");
    for kind in Kind::ALL {
        out.kind(kind, specs);
    }
    out.text
}

struct Writer {
    text: String,
    depth: usize,
}

// === impl Writer ===

impl Writer {
    fn line(&mut self, line: &str) {
        if line.starts_with(['}', ']']) {
            self.depth -= 1;
        }
        self.text.extend(std::iter::repeat_n('\t', self.depth));
        self.text.push_str(line);
        self.text.push('\n');
        if line.ends_with('{') {
            self.depth += 1;
        }
    }

    fn comment(&mut self, doc: &str) {
        doc.lines().for_each(|line| self.line(format!("// {line}").trim_end()));
    }

    /// The components of a kind, of which a config names exactly one, and the keys that may stand beside it.
    fn kind(&mut self, kind: Kind, specs: &dyn Specs) {
        let one = definition(kind);
        self.line("");
        let all = one.replace('#', "#All");
        self.line(&format!("{all}: {{"));
        let mut names = specs.names(kind);
        names.sort_unstable();
        names.dedup();
        for spec in names.into_iter().filter_map(|name| specs.find(kind, name)) {
            self.component(spec);
        }
        self.line("}");
        self.line(&format!("{one}: or([for name, config in {all} {{"));
        self.line("(name): config");
        self.line("}])");
        let beside = [
            ("label?: string", kind.has_label()),
            ("processors?: [...#Processor]", kind.has_processors()),
            ("mapping?: string", kind == Kind::Metrics),
        ];
        self.line(&format!("{one}: {{"));
        self.line("type?: string");
        self.line("meta?: {...}");
        beside.iter().filter(|(_, has)| *has).for_each(|(line, _)| self.line(line));
        self.line("}");
    }

    fn component(&mut self, spec: &ComponentSpec) {
        self.comment(spec.summary);
        let name = key(spec.name);
        match spec.body {
            Body::Object([]) => self.line(&format!("{name}: {{...}}")),
            Body::Object(fields) => {
                self.line(&format!("{name}: {{"));
                self.fields(fields);
                self.line("}");
            }
            Body::Bare(field) => self.value(&format!("{name}: "), field.info(), field.info().shape, ""),
        }
    }

    fn fields(&mut self, fields: &[&dyn AnyField]) {
        for info in fields.iter().map(|field| field.info()) {
            self.comment(info.doc);
            let mark = if info.lint_required() { "" } else { "?" };
            self.value(&format!("{}{mark}: ", key(info.name)), info, info.shape, "");
        }
    }

    /// A value between what stands before and behind it.
    fn value(&mut self, before: &str, info: &FieldInfo, shape: Shape, behind: &str) {
        match shape {
            Shape::Array => {
                self.value(&format!("{before}[..."), info, Shape::Scalar, &format!("]{behind}"));
            }
            Shape::Array2 => {
                self.value(&format!("{before}[..."), info, Shape::Array, &format!("]{behind}"));
            }
            Shape::Map => {
                self.line(&format!("{before}{{"));
                self.value("[string]: ", info, Shape::Scalar, "");
                self.line(&format!("}}{behind}"));
            }
            Shape::Scalar if info.ty == Type::Object && !info.fields.is_empty() => {
                self.line(&format!("{before}{{"));
                self.fields(info.fields);
                self.line(&format!("}}{behind}"));
            }
            Shape::Scalar => self.line(&format!("{before}{}{behind}", scalar(info.ty))),
        }
    }
}

fn scalar(ty: Type) -> String {
    match ty {
        Type::String => "string".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "number".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Object => "{...}".to_owned(),
        Type::Unknown => "_".to_owned(),
        Type::Component(kind) => definition(kind),
    }
}

/// The definition of a kind, such as `#RateLimit`.
fn definition(kind: Kind) -> String {
    let words = kind.name().split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    format!("#{}", words.collect::<String>())
}

/// A key as it must be written.
fn key(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if starts && name.chars().all(plain) { name.to_owned() } else { format!("{name:?}") }
}

#[cfg(test)]
mod tests {
    use super::super::reference::REFERENCE;
    use super::*;

    #[test]
    fn every_kind_and_component_is_defined() {
        let text = cue(Part::Run, &*REFERENCE);
        for kind in Kind::ALL {
            assert!(text.contains(&format!("\n{}: or([for name, config in", definition(kind))), "{kind}");
            for name in REFERENCE.names(kind) {
                assert!(text.contains(&format!("\n\t{}: ", key(name))), "{kind} {name}");
            }
        }
        for part in [
            "\tinput?: #Input\n",
            "\t\tprocessors?: [...#Processor]\n",
            "\tprocessors?: [...#Processor]\n}",
            "\t\tallowed_verbs?: [...string]\n",
            "\tmapping: string\n",
            "\ttry: [...#Processor]\n",
            "\t\torder?: [...[...string]]\n",
        ] {
            assert!(text.contains(part), "{part}");
        }
        assert_eq!(text.matches(['{', '[']).count(), text.matches(['}', ']']).count());
        assert!(text.ends_with("}\n"));
    }
}
