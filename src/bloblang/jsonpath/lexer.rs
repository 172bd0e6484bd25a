//! From text to tokens.

/// A token; [`Lexer::text`] is what it is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Name,
    Number,
    /// A text between `"`, `'` or backticks.
    Text,
    Symbol(char),
    End,
}

pub(super) struct Lexer<'a> {
    source: &'a str,
    at: usize,
    begin: usize,
    last: Token,
    /// Whether the last token is to be read once more.
    again: bool,
}

impl<'a> Lexer<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, at: 0, begin: 0, last: Token::End, again: false }
    }

    /// The next token.
    pub fn next(&mut self) -> Token {
        if !std::mem::take(&mut self.again) {
            self.last = self.scan();
        }
        self.last
    }

    /// Lets the last token be read once more.
    pub fn put_back(&mut self) {
        self.again = true;
    }

    /// Whether all was read.
    pub fn is_done(&self) -> bool {
        self.last == Token::End
    }

    /// What the last token is written as.
    pub fn text(&self) -> &'a str {
        &self.source[self.begin..self.at]
    }

    /// Adds the next character to the last token, which is a symbol, if `wanted` likes what it becomes.
    pub fn extend(&mut self, wanted: impl Fn(&str) -> bool) -> bool {
        let Some(c) = self.source[self.at..].chars().next() else { return false };
        let longer = &self.source[self.begin..self.at + c.len_utf8()];
        let extends = wanted(longer);
        self.at += if extends { c.len_utf8() } else { 0 };
        extends
    }

    fn scan(&mut self) -> Token {
        let rest = without_comments(&self.source[self.at..]);
        self.begin = self.source.len() - rest.len();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else {
            self.at = self.begin;
            return Token::End;
        };
        let is_name = |c: char| c.is_alphabetic() || c == '_';
        let (token, length) = match first {
            c if is_name(c) => {
                let end = rest.find(|c: char| !is_name(c) && !c.is_numeric());
                (Token::Name, end.unwrap_or(rest.len()))
            }
            '0'..='9' => (Token::Number, number(rest)),
            '.' if chars.next().is_some_and(|c| c.is_ascii_digit()) => (Token::Number, number(rest)),
            '"' | '\'' => (Token::Text, quoted(rest, first)),
            '`' => (Token::Text, rest[1..].find('`').map_or(rest.len(), |end| end + 2)),
            c => (Token::Symbol(c), c.len_utf8()),
        };
        self.at = self.begin + length;
        token
    }
}

/// The text behind spaces and comments.
fn without_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches([' ', '\t', '\n', '\r']);
        text = if text.starts_with("//") {
            text.find('\n').map_or("", |end| &text[end..])
        } else if text.starts_with("/*") {
            text.find("*/").map_or("", |end| &text[end + 2..])
        } else {
            return text;
        };
    }
}

/// How long the number is that `text` begins with.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits =
        |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign);
    }
    end
}

/// How long the quoted text is that `text` begins with; all of it if the quote is not closed.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
