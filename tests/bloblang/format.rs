//! The formatter over every mapping of the recorded cases: what it writes means the same and is formatted already.

use nekton::bloblang::format::format;
use nekton::bloblang::parser::parse_mapping;
use regex::Regex;

use super::recorded;

#[test]
fn recorded_mappings_keep_their_meaning() {
    let places = Regex::new(r"\b(at|end): \d+,? ?").expect("an expression");
    let meaning = |text: &str| {
        let (document, failure) = parse_mapping(text);
        let shown = format!("{:?} {:?} {:?}", document.statements, document.maps, document.imports);
        (places.replace_all(&shown, "").into_owned(), failure.is_none())
    };
    let mut formatted = 0;
    for text in recorded::mappings() {
        let Ok(once) = format(&text) else { continue };
        assert_eq!(meaning(&text), meaning(&once), "{text}\nbecame\n{once}");
        assert_eq!(format(&once).as_ref(), Ok(&once), "formatted twice");
        assert!(once.lines().all(|line| once.contains("\"\"\"") || line.trim_end() == line), "{once}");
        formatted += 1;
    }
    assert!(formatted > 1000, "only {formatted} mappings were formatted");
}
