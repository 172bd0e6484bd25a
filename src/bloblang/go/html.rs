//! HTML escapes.

use std::borrow::Cow;

/// Escapes `<`, `>`, `&`, `'` and `"`.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&#39;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            c => out.push(c),
        }
    }
    out
}

/// Replaces entities by their characters, as browsers do in text: some need no semicolon.
pub fn unescape(text: &str) -> Cow<'_, str> {
    htmlize::unescape(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(escape("<a href=\"x\">'&'</a>"), "&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;");
        assert_eq!(unescape(&escape("<\"'&é>")), "<\"'&é>");
        let entities = "&notit; &amp &#x41; &#128; &lt &hellip; &acE;&foo;&#0;&notin;";
        assert_eq!(unescape(entities), "¬it; & A € < … ∾̳&foo;\u{fffd}∉");
    }
}
