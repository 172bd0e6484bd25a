//! Tokens of AWK programs, and how texts are cut into them.

use crate::value::Str;

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Text(Str),
    Name(Str),
    /// A name with a parenthesis right behind it.
    Call(Str),
    Word(Word),
    /// Any operator or bracket.
    Sign(&'static str),
    Newline,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Begin,
    Break,
    Continue,
    Delete,
    Do,
    Else,
    End,
    Exit,
    For,
    Function,
    Getline,
    If,
    In,
    Next,
    NextFile,
    Print,
    Printf,
    Return,
    While,
}

const WORDS: &[(&str, Word)] = &[
    ("BEGIN", Word::Begin),
    ("break", Word::Break),
    ("continue", Word::Continue),
    ("delete", Word::Delete),
    ("do", Word::Do),
    ("else", Word::Else),
    ("END", Word::End),
    ("exit", Word::Exit),
    ("for", Word::For),
    ("func", Word::Function),
    ("function", Word::Function),
    ("getline", Word::Getline),
    ("if", Word::If),
    ("in", Word::In),
    ("next", Word::Next),
    ("nextfile", Word::NextFile),
    ("print", Word::Print),
    ("printf", Word::Printf),
    ("return", Word::Return),
    ("while", Word::While),
];

/// Longer signs before those that they begin with.
const SIGNS: &[&str] = &[
    "**=", "**", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "!=", "<=", ">=", "!~",
    ">>", "+", "-", "*", "/", "%", "^", "=", "<", ">", "!", "~", "?", ":", ",", ";", "$", "|", "(", ")", "[",
    "]", "{", "}",
];

/// Cuts a text into tokens, one at a time, as only the parser knows where a slash begins a pattern.
pub struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

// === impl Lexer ===

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The line of what comes next, from 1.
    pub fn line(&self) -> usize {
        self.text[..self.at].matches('\n').count() + 1
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The next token, which comes again.
    pub fn peek(&self) -> Result<Token, String> {
        Lexer { text: self.text, at: self.at }.next()
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token, String> {
        self.skip();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        match first {
            '\n' => {
                self.at += 1;
                Ok(Token::Newline)
            }
            '"' => self.string().map(Token::Text),
            '0'..='9' => Ok(Token::Number(self.number())),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => Ok(Token::Number(self.number())),
            'a'..='z' | 'A'..='Z' | '_' => Ok(self.name()),
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or_else(|| format!("unexpected character {first:?}"))?;
                self.at += sign.len();
                Ok(Token::Sign(match *sign {
                    "**" => "^",
                    "**=" => "^=",
                    sign => sign,
                }))
            }
        }
    }

    /// Blanks, comments, and line ends behind a backslash.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(length) =
                ["\\\n", "\\\r\n"].iter().find(|s| rest.starts_with(**s)).map(|s| s.len())
            {
                self.at += length;
            } else if blank == 0 {
                return;
            }
        }
    }

    fn name(&mut self) -> Token {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        let name = &rest[..end];
        match WORDS.iter().find(|(word, _)| *word == name) {
            Some((_, word)) => Token::Word(*word),
            None if rest[end..].starts_with('(') => Token::Call(name.into()),
            None => Token::Name(name.into()),
        }
    }

    fn number(&mut self) -> f64 {
        let (value, length) = super::number::prefix(self.rest());
        self.at += length.max(1);
        value
    }

    fn string(&mut self) -> Result<Str, String> {
        let mut out = Vec::new();
        let bytes = self.text.as_bytes();
        self.at += 1;
        loop {
            match bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                Some(b'\n') | None => return Err("a string without end".to_owned()),
                Some(byte) => {
                    out.push(*byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Ok(String::from_utf8_lossy(&out).as_ref().into())
    }

    /// What stands behind a backslash; an unknown one keeps its backslash.
    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let bytes = self.text.as_bytes();
        let byte = *bytes.get(self.at).ok_or("a string without end")?;
        let digits = |from: usize, most: usize, radix: u32| {
            let digits =
                bytes[from..].iter().take(most).take_while(|b| (**b as char).is_digit(radix)).count();
            let value = self.text[from..from + digits]
                .chars()
                .fold(0, |n, c| n * radix + c.to_digit(radix).unwrap_or(0));
            (digits, value as u8)
        };
        self.at += 1;
        let meant = match byte {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'\\' | b'"' | b'/' => byte,
            b'\n' => return Ok(()),
            b'x' => {
                let (length, value) = digits(self.at, 2, 16);
                if length == 0 {
                    return Err("no digits behind \\x".to_owned());
                }
                self.at += length;
                value
            }
            b'0'..=b'7' => {
                let (length, value) = digits(self.at - 1, 3, 8);
                self.at += length - 1;
                value
            }
            other => {
                out.push(b'\\');
                other
            }
        };
        out.push(meant);
        Ok(())
    }

    /// The rest of a pattern whose first slash (and `=`, where the sign was `/=`) is read.
    pub fn pattern(&mut self, start: &str) -> Result<Str, String> {
        let mut out = start.to_owned();
        let mut chars = self.rest().char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '/' => {
                    self.at += at + 1;
                    return Ok(out.into());
                }
                '\n' => break,
                '\\' => match chars.next() {
                    Some((_, '/')) => out.push('/'),
                    Some((_, c)) => out.extend(['\\', c]),
                    None => break,
                },
                c => out.push(c),
            }
        }
        Err("a pattern without end".to_owned())
    }
}
