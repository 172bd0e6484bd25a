//! Patterns as Go reads them.

use super::*;

fn find(pattern: &str, text: &str) -> Vec<String> {
    let pattern = Pattern::new(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    pattern.regex().find_iter(text).map(|m| m.as_str().to_owned()).collect()
}

#[test]
fn classes_are_ascii() {
    assert_eq!(find(r"\d+", "12٣4"), ["12", "4"]);
    assert_eq!(find(r"\w+", "naïve"), ["na", "ve"]);
    assert_eq!(find(r"[\W]+", "naïve"), ["ï"]);
    assert_eq!(find(r"[^\d\s]+", "1ab 2"), ["ab"]);
    assert_eq!(find(r"\bve\b", "naïve ve"), ["ve", "ve"]);
    assert_eq!(find(r"a\B", "ab a"), ["a"]);
    assert_eq!(find(r"\S+", "a\u{a0}b c"), ["a\u{a0}b", "c"]);
    assert_eq!(find(r"\pL+\p{^Greek}\PN", "abαx1y"), ["abαx1y"]);
}

#[test]
fn brackets_hold_literals() {
    assert_eq!(find("[[a]+", "a[b"), ["a["]);
    assert_eq!(find("[]a]+", "a]b"), ["a]"]);
    assert_eq!(find("[^]a]", "a]b"), ["b"]);
    assert_eq!(find("[a&&b]+", "a&b-c"), ["a&b"]);
    assert_eq!(find("[a~~b]+", "a~b"), ["a~b"]);
    assert_eq!(find("[+--]+", "+,-."), ["+,-"]);
    assert_eq!(find("[a-c-e]+", "abc-de"), ["abc-", "e"]);
    assert_eq!(find("[[:alpha:][:^ascii:]_-]+", "aé_-1"), ["aé_-"]);
    assert_eq!(find(r"[\x41-\x{43}\n]+", "ABC\nD"), ["ABC\n"]);
}

#[test]
fn braces_count_or_are_literal() {
    assert_eq!(find("a{2}", "aaa"), ["aa"]);
    assert_eq!(find("a{,2}", "a{,2}"), ["a{,2}"]);
    assert_eq!(find("{a}", "{a}"), ["{a}"]);
    assert_eq!(find("a{1,}?", "aa"), ["a", "a"]);
    assert_eq!(find("x{2", "x{2"), ["x{2"]);
}

#[test]
fn quoting_and_escapes() {
    assert_eq!(find(r"\Qa.b\E+", "a.bb axb"), ["a.bb"]);
    assert_eq!(find(r"\Q(", "(("), ["(", "("]);
    assert_eq!(find(r"\101\x42\<\_\-", "AB<_-"), ["AB<_-"]);
    assert_eq!(find(r"^\s*#", " #"), [" #"]);
    assert_eq!(find("(?i)straSSE|(?s:a.b)", "STRASSE a\nb"), ["STRASSE", "a\nb"]);
    assert_eq!(find("x*", "axb"), ["", "x", ""]);
}

#[test]
fn faults_name_the_part() {
    for (pattern, expected) in [
        ("a**", "invalid nested repetition operator: `**`"),
        ("a+?*", "invalid nested repetition operator: `+?*`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("(", "missing closing ): `(`"),
        ("a)", "unexpected ): `)`"),
        ("[a", "missing closing ]: `[a`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?x)", "invalid or unsupported Perl syntax: `(?x`"),
        (r"\1", "invalid escape sequence: `\\1`"),
        (r"\y", "invalid escape sequence: `\\y`"),
        (r"\", "trailing backslash at end of expression"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("(?P<n", "invalid named capture: `(?P<n`"),
        ("[[:nope:]]", "invalid character class range: `[:nope:]`"),
    ] {
        let error = Pattern::new(pattern).expect_err(pattern).to_string();
        assert_eq!(error, format!("error parsing regexp: {expected}"));
    }
    assert!(Pattern::new(&"(".repeat(300)).is_err());
}

#[test]
fn templates_expand_like_go() {
    let pattern = Pattern::new(r"(?P<1st>a)(b)?").unwrap();
    assert_eq!((pattern.groups(), pattern.key(1).as_str(), pattern.key(2).as_str()), (3, "1st", "2"));
    let twice = Pattern::new("(?P<a>x)|(?P<a>y)").unwrap();
    assert_eq!(twice.replace_all("xy", &Template::new("<$a>")).unwrap(), "<x><y>");
    for (template, expected) in [
        ("<$1>", "<a> <a>"),
        ("${1}x$2", "axb ax"),
        ("$1x", " "),
        ("${1st}!", "a! a!"),
        ("$$1", "$1 $1"),
        ("$ ${ $", "$ ${ $ $ ${ $"),
        ("$9${nope}", " "),
        ("$0é", " "),
    ] {
        assert_eq!(pattern.replace_all("ab a", &Template::new(template)).unwrap(), expected, "{template}");
    }
}

#[test]
fn bytes_that_are_no_text_are_found_as_they_are() {
    let pattern = Pattern::new("(.)b").unwrap();
    let subject = Subject::from(&b"a\xffb\xfe"[..]);
    let found = pattern.regex().captures(subject.shown()).unwrap();
    assert_eq!(subject.at(found.get(1).unwrap().range()), b"\xff");
    assert_eq!(pattern.replace_all_in(&subject, &Template::new("<$1>")).unwrap(), b"a<\xff>\xfe");
}
