//! Cases of a switch that no message reaches, because an earlier one takes them all.

use std::collections::HashSet;

use super::{Finding, Node};

/// Adds a warning for each of `cases`, objects with a `check`, that an earlier one covers. A case lets messages go on
/// where it says `continue`, and to its successor where it says `fallthrough`.
pub fn unreachable(cases: &[Node], found: &mut Vec<Finding>) {
    let mut taken: Option<u32> = None;
    let mut checks: HashSet<&str> = HashSet::new();
    let mut falls = false;
    for case in cases {
        let check = case.get("check").and_then(Node::as_text).unwrap_or_default().trim();
        let says = |key: &str| case.get(key).and_then(Node::as_text) == Some("true");
        let repeated = is_steady(check) && checks.contains(check);
        match taken {
            _ if falls => {}
            Some(line) => {
                let text = format!("no message reaches this case, as the one at line {line} takes all");
                found.push(Finding::warning(case.line, text));
            }
            None if repeated => {
                let text = "no message reaches this case, as an earlier one has the same check";
                found.push(Finding::warning(case.line, text));
            }
            None => {}
        }
        falls = says("fallthrough") && (falls || taken.is_none());
        if !says("continue") {
            checks.insert(check);
            if taken.is_none() && matches!(check, "" | "true") {
                taken = Some(case.line);
            }
        }
    }
}

/// Whether a check says the same each time: it calls nothing but what reads the message.
fn is_steady(check: &str) -> bool {
    const READERS: [&str; 6] = ["meta", "metadata", "content", "json", "errored", "error"];
    let mut calls = check.match_indices('(').map(|(at, _)| &check[..at]);
    calls.all(|before| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = before.trim_end_matches(word);
        let name = &before[rest.len()..];
        name.is_empty() || rest.ends_with('.') || READERS.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn cases_behind_one_that_takes_all_are_told() {
        let lines = |text: &str| {
            let mut found = Vec::new();
            unreachable(parse(text.as_bytes()).expect("YAML").items(), &mut found);
            found.iter().map(|finding| finding.line).collect::<Vec<_>>()
        };
        assert_eq!(lines("- check: this.a\n- {}\n- check: this.b"), [3]);
        assert_eq!(lines("- check: 'true'\n- check: this.b\n- {}"), [2, 3]);
        assert_eq!(lines("- check: this.a\n- check: this.b\n- {}"), Vec::<u32>::new());
        assert_eq!(lines("- continue: true\n- check: this.b\n- {}"), Vec::<u32>::new());
        assert_eq!(lines("- fallthrough: true\n- check: this.b\n- {}"), [3]);
        assert_eq!(lines("- check: this.a.uppercase() == \"X\"\n- check: this.a.uppercase() == \"X\""), [2]);
        assert_eq!(lines("- check: random_int() > 5\n- check: random_int() > 5"), Vec::<u32>::new());
    }
}
