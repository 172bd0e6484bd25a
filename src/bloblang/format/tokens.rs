//! The words, texts and signs that a mapping is made of, line breaks and comments among them.

/// A piece of a mapping, with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// Whether nothing stands between it and the token before.
    pub adjacent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name, keyword or number, or a sigil with its name.
    Word,
    /// A text between quotes.
    Text,
    /// `# ...` up to the end of its line.
    Comment,
    LineBreak,
    Dot,
    Comma,
    Colon,
    /// An operator between two operands, or one of `=`, `->` and `=>`.
    Infix,
    /// An operator before its operand.
    Prefix,
    Open(Bracket),
    Close(Bracket),
    /// What is none of these; it stays where it is.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    Round,
    Square,
    /// Braces around an object.
    Object,
    /// Braces around statements, cases or the branch of an `if`.
    Block,
}

/// Signs between operands; longer ones first where one begins like another.
const SIGNS: [&str; 17] =
    ["=>", "->", "==", "!=", ">=", "<=", "&&", "||", "=", ">", "<", "|", "+", "-", "*", "/", "%"];

/// Words that an operand follows.
const LEADING: [&str; 2] = ["if", "match"];

/// Splits a mapping into its tokens. Blanks are left out.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut open: Vec<Bracket> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        at += blanks;
        let Some(first) = text[at..].chars().next() else { break };
        let (mut kind, len) = next(&text[at..], first, &tokens);
        match &mut kind {
            Kind::Open(bracket) => open.push(*bracket),
            Kind::Close(bracket) => *bracket = open.pop().unwrap_or(*bracket),
            _ => {}
        }
        let token = text[at..at + len].trim_end_matches('\r');
        tokens.push(Token { kind, text: token, adjacent: blanks == 0 });
        at += len;
    }
    tokens
}

/// The kind and the length of the token that `rest` begins with.
fn next(rest: &str, first: char, before: &[Token<'_>]) -> (Kind, usize) {
    let after_dot = before.last().is_some_and(|token| token.kind == Kind::Dot);
    match first {
        '\n' => (Kind::LineBreak, 1),
        '#' => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
        '"' => (Kind::Text, quoted(rest)),
        '.' => (Kind::Dot, 1),
        ',' => (Kind::Comma, 1),
        ':' => (Kind::Colon, 1),
        '(' => (Kind::Open(Bracket::Round), 1),
        '[' => (Kind::Open(Bracket::Square), 1),
        '{' if ends_operand(before) => (Kind::Open(Bracket::Block), 1),
        '{' => (Kind::Open(Bracket::Object), 1),
        ')' => (Kind::Close(Bracket::Round), 1),
        ']' => (Kind::Close(Bracket::Square), 1),
        '}' => (Kind::Close(Bracket::Block), 1),
        '@' | '$' => {
            let name = if rest[1..].starts_with('"') { quoted(&rest[1..]) } else { word(&rest[1..]) };
            (Kind::Word, 1 + name)
        }
        '0'..='9' if !after_dot => (Kind::Word, number(rest)),
        c if c.is_ascii_alphanumeric() || c == '_' => (Kind::Word, word(rest)),
        '!' if !rest.starts_with("!=") => (Kind::Prefix, 1),
        '-' if !rest.starts_with("->") && !is_between(before) => (Kind::Prefix, 1),
        c => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => (Kind::Infix, sign.len()),
            None => (Kind::Other, c.len_utf8()),
        },
    }
}

fn word(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// Digits with an optional fraction.
fn number(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    match text[whole..].strip_prefix('.').map(digits) {
        Some(fraction) if fraction > 0 => whole + 1 + fraction,
        // A name may begin with digits.
        _ => word(text),
    }
}

/// The length of a text with its quotes; up to the end where the closing ones are missing.
fn quoted(text: &str) -> usize {
    if text.len() >= 6 && text.starts_with("\"\"\"") {
        return text[3..].find("\"\"\"").map_or(text.len(), |end| end + 6);
    }
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|b| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

/// Whether an operator here has an operand on its left: operators do not begin a line.
fn is_between(before: &[Token<'_>]) -> bool {
    match before {
        [.., dot, Token { kind: Kind::Word, .. }] if dot.kind == Kind::Dot => true,
        [.., Token { kind: Kind::Word, text, .. }] => !LEADING.contains(text),
        [.., last] => matches!(last.kind, Kind::Text | Kind::Close(_)),
        [] => false,
    }
}

/// Whether an operand, or a word that a block follows, stands before this place, on this line or one before.
fn ends_operand(before: &[Token<'_>]) -> bool {
    let last = before.iter().rev().find(|token| !matches!(token.kind, Kind::LineBreak | Kind::Comment));
    last.is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Text | Kind::Close(_)))
}
