//! From text to tags and texts. What it accepts, and that lines end with `\n` alone, is as in Go's decoder when that
//! is not strict.

use std::borrow::Cow;

use super::{XmlError, charset};

type Result<T> = std::result::Result<T, XmlError>;

/// A piece of a document. Comments, directives and instructions are none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A start tag; `empty` if it is its own end tag.
    Start {
        name: Name,
        attributes: Vec<(Name, String)>,
        empty: bool,
    },
    End(Name),
    Text(String),
}

/// A name with its prefix, which is empty where it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    pub prefix: String,
    pub local: String,
}

pub(super) struct Lexer<'a> {
    text: Cow<'a, [u8]>,
    at: usize,
}

/// The entities that need no declaration.
const ENTITIES: [(&[u8], char); 5] =
    [(b"lt", '<'), (b"gt", '>'), (b"amp", '&'), (b"apos", '\''), (b"quot", '"')];

/// Where a text ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Tag,
    Quote(u8),
    SectionEnd,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { text: Cow::Borrowed(text), at: 0 }
    }

    /// An error at the present place.
    pub fn error<T>(&self, what: impl Into<Cow<'static, str>>) -> Result<T> {
        let before = &self.text[..self.at.min(self.text.len())];
        Err(XmlError::Syntax(what.into(), 1 + memchr::memchr_iter(b'\n', before).count()))
    }

    /// The next token; none at the end.
    pub fn next(&mut self) -> Result<Option<Token>> {
        loop {
            if self.at >= self.text.len() {
                return Ok(None);
            }
            if self.text[self.at] != b'<' {
                return self.text_until(Until::Tag).map(|text| Some(Token::Text(text)));
            }
            self.at += 1;
            match self.must()? {
                b'/' => return self.end_tag().map(Some),
                b'?' => self.instruction()?,
                b'!' if self.skip_if(b"--") => self.comment()?,
                b'!' if self.skip_if(b"[CDATA[") => {
                    return self.text_until(Until::SectionEnd).map(|text| Some(Token::Text(text)));
                }
                b'!' => match self.must()? {
                    b'-' => return self.error("invalid sequence <!- that begins no comment"),
                    b'[' => return self.error("invalid <![ sequence"),
                    _ => self.directive()?,
                },
                _ => {
                    self.at -= 1;
                    return self.start_tag().map(Some);
                }
            }
        }
    }

    fn start_tag(&mut self) -> Result<Token> {
        let name = self.name("expected an element name after <")?;
        let mut attributes = Vec::new();
        loop {
            self.skip_space();
            match self.must()? {
                b'>' => return Ok(Token::Start { name, attributes, empty: false }),
                b'/' if self.must()? == b'>' => return Ok(Token::Start { name, attributes, empty: true }),
                b'/' => return self.error("expected /> in element"),
                _ => self.at -= 1,
            }
            let name = self.name("expected an attribute name in element")?;
            self.skip_space();
            let value = match self.must()? {
                b'=' => self.attribute_value()?,
                _ => {
                    self.at -= 1;
                    name.local.clone()
                }
            };
            attributes.push((name, value));
        }
    }

    fn attribute_value(&mut self) -> Result<String> {
        self.skip_space();
        match self.must()? {
            quote @ (b'"' | b'\'') => self.text_until(Until::Quote(quote)),
            _ => {
                self.at -= 1;
                let begin = self.at;
                let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-');
                while bare(self.must()?) {}
                self.at -= 1;
                Ok(String::from_utf8_lossy(&self.text[begin..self.at]).into_owned())
            }
        }
    }

    fn end_tag(&mut self) -> Result<Token> {
        let name = self.name("expected an element name after </")?;
        self.skip_space();
        match self.must()? {
            b'>' => Ok(Token::End(name)),
            _ => self.error(format!("invalid characters between </{} and >", name.local)),
        }
    }

    /// Skips an instruction; that of the document itself may say another encoding, which the rest is then in.
    fn instruction(&mut self) -> Result<()> {
        let target = self.name("expected a target name after <?")?;
        self.skip_space();
        let begin = self.at;
        self.skip_past(b"?>")?;
        if !target.prefix.is_empty() || target.local != "xml" {
            return Ok(());
        }
        let declaration = String::from_utf8_lossy(&self.text[begin..self.at - 2]).into_owned();
        match pseudo_attribute(&declaration, "version") {
            None | Some("" | "1.0") => {}
            Some(version) => return Err(XmlError::Version(version.to_owned())),
        }
        let Some(encoding) = pseudo_attribute(&declaration, "encoding").filter(|name| !name.is_empty())
        else {
            return Ok(());
        };
        let rest = &self.text[self.at..];
        match charset::to_utf8(rest, encoding) {
            None => return Err(XmlError::Encoding(encoding.to_owned())),
            Some(Cow::Borrowed(_)) => {}
            Some(Cow::Owned(rest)) => {
                self.text = Cow::Owned(rest);
                self.at = 0;
            }
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<()> {
        self.skip_past(b"--")?;
        match self.must()? {
            b'>' => Ok(()),
            _ => self.error("invalid sequence \"--\" in a comment"),
        }
    }

    /// Skips a directive such as `<!DOCTYPE ..>` with all that is nested in it.
    fn directive(&mut self) -> Result<()> {
        let mut depth = 0_usize;
        let mut quote = None;
        loop {
            let byte = self.must()?;
            match (byte, quote) {
                (_, Some(open)) if open == byte => quote = None,
                (_, Some(_)) => {}
                (b'\'' | b'"', None) => quote = Some(byte),
                (b'>', None) if depth == 0 => return Ok(()),
                (b'>', None) => depth -= 1,
                (b'<', None) if self.skip_if(b"!--") => self.skip_past(b"-->")?,
                (b'<', None) => depth += 1,
                _ => {}
            }
        }
    }

    fn text_until(&mut self, until: Until) -> Result<String> {
        let mut out = Vec::new();
        loop {
            let Some(&byte) = self.text.get(self.at) else {
                match until {
                    Until::Tag => break,
                    _ => return self.error("unexpected end of the text"),
                }
            };
            let section_ends = byte == b']' && self.text[self.at..].starts_with(b"]]>");
            match byte {
                b']' if section_ends && until == Until::SectionEnd => {
                    self.at += 3;
                    break;
                }
                b']' if section_ends && until == Until::Tag => {
                    return self.error("]]> outside of a CDATA section");
                }
                b'<' if until == Until::Tag => break,
                b'<' if until != Until::SectionEnd => return self.error("unescaped < in a quoted string"),
                b'&' if until != Until::SectionEnd => {
                    self.at += 1;
                    self.entity(&mut out)?;
                    continue;
                }
                b'\r' => {
                    out.push(b'\n');
                    self.at += usize::from(self.text.get(self.at + 1) == Some(&b'\n'));
                }
                _ if until == Until::Quote(byte) => {
                    self.at += 1;
                    break;
                }
                _ => out.push(byte),
            }
            self.at += 1;
        }
        let Ok(text) = String::from_utf8(out) else { return self.error("invalid UTF-8") };
        let is_control = |c: char| matches!(c, '\0'..='\u{1f}' if !matches!(c, '\t' | '\n' | '\r'));
        match text.chars().find(|c| is_control(*c) || matches!(c, '\u{fffe}' | '\u{ffff}')) {
            Some(c) => self.error(format!("illegal character code U+{:04X}", u32::from(c))),
            None => Ok(text),
        }
    }

    /// Reads what follows a `&`, and appends what it stands for, or where that is not known itself.
    fn entity(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let begin = self.at;
        let numeric = self.must()? == b'#';
        if !numeric {
            self.at -= 1;
        }
        let radix = match numeric && self.text.get(self.at) == Some(&b'x') {
            true => 16,
            false => 10,
        };
        self.at += usize::from(radix == 16);
        let digits = self.at;
        let belongs = |byte: u8| match numeric {
            true => char::from(byte).is_digit(radix),
            false => is_name_byte(byte),
        };
        while belongs(self.must()?) {}
        self.at -= 1;
        let name = &self.text[digits..self.at];
        let known = match numeric {
            true => std::str::from_utf8(name).ok().and_then(|digits| u32::from_str_radix(digits, radix).ok()),
            false => ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, c)| u32::from(*c)),
        };
        match known.filter(|_| self.text[self.at] == b';').filter(|code| *code <= 0x10_ffff) {
            Some(code) => {
                self.at += 1;
                let c = char::from_u32(code).unwrap_or('\u{fffd}');
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            None => {
                out.push(b'&');
                out.extend_from_slice(&self.text[begin..self.at]);
            }
        }
        Ok(())
    }

    /// The name that begins here; an error that says what was `expected` if there is none.
    fn name(&mut self, expected: &'static str) -> Result<Name> {
        let begin = self.at;
        while is_name_byte(self.must()?) {}
        self.at -= 1;
        if self.at == begin {
            return self.error(expected);
        }
        let name = std::str::from_utf8(&self.text[begin..self.at]).ok().filter(|name| is_name(name));
        let Some(name) = name else {
            return self.error("invalid XML name");
        };
        let plain = || Name { prefix: String::new(), local: name.to_owned() };
        match name.split_once(':') {
            Some((_, local)) if local.contains(':') => self.error(expected),
            Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => {
                Ok(Name { prefix: prefix.to_owned(), local: local.to_owned() })
            }
            _ => Ok(plain()),
        }
    }

    fn skip_space(&mut self) {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\r' | b'\n' | b'\t');
        while self.text.get(self.at).is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn skip_if(&mut self, wanted: &[u8]) -> bool {
        let found = self.text[self.at..].starts_with(wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    fn skip_past(&mut self, wanted: &[u8]) -> Result<()> {
        match memchr::memmem::find(&self.text[self.at..], wanted) {
            Some(found) => {
                self.at += found + wanted.len();
                Ok(())
            }
            None => {
                self.at = self.text.len();
                self.error("unexpected end of the text")
            }
        }
    }

    /// The next byte, which has to be there.
    fn must(&mut self) -> Result<u8> {
        match self.text.get(self.at) {
            Some(byte) => {
                self.at += 1;
                Ok(*byte)
            }
            None => self.error("unexpected end of the text"),
        }
    }
}

/// Bytes that may be in a name; whether what is beyond ASCII may shows only where the name is whole.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'-') || byte >= 0x80
}

fn is_name(name: &str) -> bool {
    let begins = |c: char| c.is_alphabetic() || matches!(c, '_' | ':');
    let continues = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '-' | '·');
    name.starts_with(begins) && name.chars().all(continues)
}

/// The value of `name="value"` in the declaration of a document.
fn pseudo_attribute<'d>(declaration: &'d str, name: &str) -> Option<&'d str> {
    let mut rest = declaration;
    loop {
        let (_, after) = rest.split_once(name)?;
        let Some(after) = after.strip_prefix('=') else {
            rest = after;
            continue;
        };
        let quote = after.chars().next()?;
        rest = &after[quote.len_utf8()..];
        if matches!(quote, '\'' | '"') {
            return rest.split_once(quote).map(|(value, _)| value);
        }
    }
}
