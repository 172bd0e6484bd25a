//! Upper, lower and title case as Go maps them: one character for one, so that `ß` has no upper case.

use std::borrow::Cow;

pub fn upper(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(|c| single(c.to_uppercase()).unwrap_or(c)).collect()
}

pub fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(lower_char).collect()
}

/// Turns the first letter with a case of every word into title case and the others into lower case. Apostrophes,
/// points and colons inside a word do not end it.
pub fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    let mut after_mid = false;
    for c in text.chars() {
        let mid = is_mid(c);
        if after_mid && mid {
            in_word = false;
        }
        after_mid = mid;
        if c.is_lowercase() || c.is_uppercase() || is_title(c) {
            match (in_word, c.is_ascii()) {
                (true, _) => out.push(lower_char(c)),
                (false, true) => out.push(c.to_ascii_uppercase()),
                (false, false) => out.push_str(&title_char(c)),
            }
            in_word = true;
        } else {
            out.push(c);
            if !mid && ends_word(c) {
                in_word = false;
            }
        }
    }
    out
}

fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next()?;
    if mapped.next().is_none() { Some(first) } else { None }
}

fn lower_char(c: char) -> char {
    match c {
        c if c.is_ascii() => c.to_ascii_lowercase(),
        'İ' => 'i',
        c => single(c.to_lowercase()).unwrap_or(c),
    }
}

fn title_char(c: char) -> Cow<'static, str> {
    let digraph = match c {
        'Ǆ'..='ǆ' => "ǅ",
        'Ǉ'..='ǉ' => "ǈ",
        'Ǌ'..='ǌ' => "ǋ",
        'Ǳ'..='ǳ' => "ǲ",
        c => {
            let mut upper = c.to_uppercase();
            let first = upper.next().unwrap_or(c);
            return Cow::Owned(std::iter::once(first).chain(upper.map(lower_char)).collect());
        }
    };
    Cow::Borrowed(digraph)
}

fn is_title(c: char) -> bool {
    matches!(c, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ')
}

/// Characters that join letters where they stand alone between them.
fn is_mid(c: char) -> bool {
    matches!(c, '\'' | '.' | ':' | '·' | '’' | '‘' | '‧' | '․' | '﹒' | '＇' | '．' | '︓' | '﹕' | '：')
}

fn ends_word(c: char) -> bool {
    let ideographic =
        matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}');
    let joins =
        c.is_alphanumeric() || c == '_' || matches!(c, '\u{300}'..='\u{36F}' | '\u{200C}' | '\u{200D}');
    ideographic || !joins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_map_single_characters() {
        assert_eq!(upper("straße ǆ"), "STRAßE Ǆ");
        assert_eq!(lower("İΣ ÀB"), "iσ àb");
    }

    #[test]
    fn words_are_capitalised() {
        for (text, expected) in [
            ("hELLO wORLD", "Hello World"),
            ("it's x.y x:y a·b o’neil", "It's X.y X:y A·b O’neil"),
            ("a''b x..y x' y 'yo'", "A''B X..Y X' Y 'Yo'"),
            ("a-b foo_bar 3rd 3a4b 1,a", "A-B Foo_bar 3Rd 3A4b 1,A"),
            ("ßa ﬁne ǆ 日a", "Ssa Fine ǅ 日A"),
        ] {
            assert_eq!(title(text), expected);
        }
    }
}
