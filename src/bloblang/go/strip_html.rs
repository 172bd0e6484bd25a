//! HTML without tags, as the reference's sanitizer leaves it: what it does not know as a tag is text.

use super::html::{escape, unescape};

/// Elements whose content goes with them.
const HIDDEN: [&str; 11] = [
    "frame", "frameset", "iframe", "noembed", "noframes", "noscript", "nostyle", "object", "script", "style",
    "title",
];

/// Elements that may stay although they have no attributes, of which none stays.
const BARE: [&str; 88] = [
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "marquee",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "select",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Elements whose content is text, tags in it too; of the last two entities count.
const RAW: [&str; 9] =
    ["iframe", "noembed", "noframes", "noscript", "script", "style", "xmp", "textarea", "title"];

/// A piece of a document.
enum Token<'a> {
    /// With whether its entities count.
    Text(&'a str, bool),
    Start(String),
    Empty(String),
    End(String),
    /// Comments, declarations and instructions.
    Other,
}

/// The text of `html`, with the tags of the elements in `kept`.
pub fn strip(html: &str, kept: &[String]) -> String {
    if html.trim().is_empty() {
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len());
    let mut lexer = Lexer { rest: html, raw: None };
    let is_kept = |name: &String| kept.contains(name);
    let is_bare = |name: &str| BARE.contains(&name);
    // How many hidden elements are open, and the kept ones whose tags are left out.
    let mut hidden = 0_i64;
    let mut hides = false;
    let mut skipped: Vec<String> = Vec::new();
    let mut latest = String::new();
    while let Some(token) = lexer.next() {
        match token {
            Token::Other => {}
            Token::Text(..) if hides || latest == "script" || latest == "style" => {}
            Token::Text(text, true) => out.push_str(&escape(&unescape(text))),
            Token::Text(text, false) => out.push_str(&escape(text)),
            Token::Start(name) => {
                latest.clone_from(&name);
                if name == "script" || name == "style" {
                    continue;
                }
                if !is_kept(&name) {
                    if HIDDEN.contains(&name.as_str()) {
                        hides = true;
                        hidden += 1;
                    }
                } else if !is_bare(&name) {
                    skipped.push(name);
                } else if !hides {
                    out.extend(["<", &name, ">"]);
                }
            }
            Token::End(name) => {
                if latest == name {
                    latest.clear();
                }
                if name == "script" || name == "style" {
                    continue;
                }
                if skipped.last() == Some(&name) {
                    skipped.pop();
                } else if !is_kept(&name) {
                    if HIDDEN.contains(&name.as_str()) {
                        hidden -= 1;
                        hides &= hidden != 0;
                    }
                } else if !hides {
                    out.extend(["</", &name, ">"]);
                }
            }
            Token::Empty(name) => {
                let stays = is_kept(&name) && is_bare(&name) && !hides;
                if stays && name != "script" && name != "style" {
                    out.extend(["<", &name, "/>"]);
                }
            }
        }
    }
    out
}

struct Lexer<'a> {
    rest: &'a str,
    /// The element whose content is text.
    raw: Option<String>,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            let end = if name == "plaintext" { self.rest.len() } else { self.raw_end(&name) };
            if end > 0 {
                return Some(Token::Text(self.take(end), name == "textarea" || name == "title"));
            }
        }
        if self.rest.is_empty() {
            return None;
        }
        let begins = |text: &str| {
            let mut bytes = text.bytes().skip(1);
            match bytes.next() {
                Some(b'a'..=b'z' | b'A'..=b'Z' | b'!' | b'?') => true,
                Some(b'/') => bytes.next().is_some(),
                _ => false,
            }
        };
        let tag = memchr::memchr_iter(b'<', self.rest.as_bytes()).find(|at| begins(&self.rest[*at..]));
        match tag {
            Some(0) => self.tag(),
            Some(at) => Some(Token::Text(self.take(at), true)),
            None => Some(Token::Text(self.take(self.rest.len()), true)),
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// How long the text is that the element `name` holds.
    fn raw_end(&self, name: &str) -> usize {
        let ends = |at: &usize| {
            let after =
                self.rest[*at..].strip_prefix("</").and_then(|after| after.split_at_checked(name.len()));
            after.is_some_and(|(found, after)| {
                found.eq_ignore_ascii_case(name)
                    && after.starts_with([' ', '\n', '\r', '\t', '\u{c}', '/', '>'])
            })
        };
        memchr::memchr_iter(b'<', self.rest.as_bytes()).find(ends).unwrap_or(self.rest.len())
    }

    /// The tag or comment that begins here; none if the text ends within.
    fn tag(&mut self) -> Option<Token<'a>> {
        if self.rest.starts_with("<!--") {
            let body = &self.rest[4..];
            let end = match body {
                _ if body.starts_with('>') => Some(1),
                _ if body.starts_with("->") => Some(2),
                _ => [("-->", 3), ("--!>", 4)]
                    .iter()
                    .filter_map(|(end, length)| body.find(end).map(|at| at + length))
                    .min(),
            };
            self.take(end.map_or(self.rest.len(), |end| end + 4));
            return Some(Token::Other);
        }
        let letter = |at: usize| self.rest.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
        let is_end = self.rest.starts_with("</");
        if !letter(if is_end { 2 } else { 1 }) {
            let end = self.rest.find('>').map_or(self.rest.len(), |end| end + 1);
            self.take(end);
            return Some(Token::Other);
        }
        let inside = &self.rest[if is_end { 2 } else { 1 }..];
        let name_end = inside.find([' ', '\n', '\r', '\t', '\u{c}', '/', '>']).unwrap_or(inside.len());
        let name = inside[..name_end].to_ascii_lowercase();
        let Some((length, empty)) = attributes_end(&inside[name_end..]) else {
            self.rest = "";
            return None;
        };
        self.take(self.rest.len() - inside.len() + name_end + length);
        if is_end {
            return Some(Token::End(name));
        }
        if RAW.contains(&name.as_str()) || name == "plaintext" {
            self.raw = Some(name.clone());
        }
        Some(if empty { Token::Empty(name) } else { Token::Start(name) })
    }
}

/// How long the rest of a tag is up to its `>`, and whether a slash stands before that as no part of a value; none if
/// it does not end.
fn attributes_end(text: &str) -> Option<(usize, bool)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x0c);
    let mut value_end = None;
    loop {
        match bytes.get(at)? {
            b'>' => {
                let slash = at > 0 && bytes[at - 1] == b'/' && value_end != Some(at);
                return Some((at + 1, slash));
            }
            b'=' => {
                at += 1 + bytes[at + 1..].iter().take_while(|byte| is_space(byte)).count();
                match bytes.get(at)? {
                    b'>' => {}
                    quote @ (b'"' | b'\'') => {
                        at += 2 + memchr::memchr(*quote, &bytes[at + 1..])?;
                    }
                    _ => {
                        let length = bytes[at..].iter().take_while(|byte| !is_space(byte) && **byte != b'>');
                        at += length.count();
                        value_end = Some(at);
                    }
                }
            }
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_texts_stay() {
        for (html, text) in [
            ("<p>a &amp; b</p>", "a &amp; b"),
            ("1 < 2 > 0 <> </>", "1 &lt; 2 &gt; 0 &lt;&gt; "),
            ("<a href='>'>x</a><!-- <b> -->y<?php z ?>", "xy"),
            ("a<script>b</b>c</script >d<style>e</style>", "ad"),
            ("<b", ""),
            ("<textarea><b>&lt;</b></textarea>", "&lt;b&gt;&lt;&lt;/b&gt;"),
        ] {
            assert_eq!(strip(html, &[]), text, "{html}");
        }
        let kept = ["b".to_owned(), "a".to_owned(), "br".to_owned()];
        assert_eq!(strip("<B id=1>x</B><a href=y>z</a><br/>", &kept), "<b>x</b>z<br/>");
    }
}
