//! `switch`: another scanner depending on the name of the source.

use crate::bloblang::go::regex::Pattern;
use crate::component::{Built, ByteSource, Context, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, ScannerConf, bare, field, regex};
use crate::value::Str;

const CASES: Field<Vec<Conf>> =
    bare().fields(&[&RE_MATCH_NAME, &SCANNER]).doc("The cases; the first that fits is used.");
const RE_MATCH_NAME: Field<Option<Str>> = field("re_match_name").usable(regex).doc(
    "A regular expression for names of sources, such as the paths of files; without it any source fits.",
);
const SCANNER: Field<ScannerConf> = field("scanner").doc("The scanner for sources that fit.");

pub const SWITCH: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "switch")
        .summary("Chooses a scanner by the name of the source.")
        .description("A source that fits no case cannot be read; a last case without a name takes the rest.")
        .bare(&CASES)
        .examples(&[Example {
            title: "Tables and plain lists in one folder",
            config: "switch:\n  - re_match_name: '\\.csv$'\n    scanner: { csv: {} }\n  - scanner: { lines: {} }\n",
        }]),
    build: |conf: &Conf, cx: &Context| -> Built<Box<dyn Scanner>> {
        let cases = conf.get(&CASES)?;
        Ok(Box::new(Switch(cases.iter().map(|case| Case::read(case, cx)).collect::<Built<_>>()?)))
    },
};

struct Switch(Vec<Case>);

struct Case {
    name: Option<Pattern>,
    scanner: Box<dyn Scanner>,
}

impl Case {
    fn read(conf: &Conf, cx: &Context) -> Built<Self> {
        let name = conf.get(&RE_MATCH_NAME)?.map(|pattern| Pattern::new(&pattern));
        let name = name.transpose().map_err(|error| conf.error(&RE_MATCH_NAME, error.to_string()))?;
        Ok(Self { name, scanner: cx.scanner(&conf.get(&SCANNER)?)? })
    }
}

impl Scanner for Switch {
    fn open(&self, bytes: ByteSource, name: &str) -> Result<Box<dyn Scan>, String> {
        let fits = |case: &&Case| case.name.as_ref().is_none_or(|pattern| pattern.regex().is_match(name));
        let case = self.0.iter().find(fits).ok_or_else(|| format!("no scanner is chosen for '{name}'"))?;
        case.scanner.open(bytes, name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::Lines;
    use super::super::testing::texts;
    use super::super::to_the_end::ToTheEnd;
    use super::*;

    fn switch(names: [Option<&str>; 2]) -> Switch {
        let pattern = |name: Option<&str>| name.map(|name| Pattern::new(name).expect("a pattern"));
        Switch(vec![
            Case { name: pattern(names[0]), scanner: Box::new(Lines::new("", 10)) },
            Case { name: pattern(names[1]), scanner: Box::new(ToTheEnd) },
        ])
    }

    #[test]
    fn the_first_case_that_fits_is_used() {
        assert_eq!(texts(&switch([Some("\\.txt$"), None]), "a\nb"), ["a", "b"]);
        assert_eq!(texts(&switch([Some("\\.csv$"), None]), "a\nb"), ["a\nb"]);
        let none = switch([Some("^name"), Some("x/")]);
        assert!(none.open(Box::new(tokio::io::empty()), "data/name.txt").is_err());
    }
}
