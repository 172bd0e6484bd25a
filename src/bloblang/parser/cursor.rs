//! A place in the text and the smallest things that can be read there.
//!
//! The parser tries alternatives in order. A failure that is not final makes it try the next one, and if all of them
//! fail the one that got furthest is told; a final failure ends the parse at once.

/// Why the text cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// In bytes from the start of the text.
    pub at: usize,
    /// What would have been right, each a noun.
    pub expected: Vec<&'static str>,
    /// What is wrong, where that says more than what was expected.
    pub problem: Option<String>,
    /// Whether no other alternative is worth a try.
    pub is_final: bool,
}

pub type Parsed<T> = Result<T, Failure>;

/// Reads a text from front to back; copies are cheap, so an alternative is tried on a copy.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl Failure {
    pub fn expected(at: usize, what: &'static str) -> Self {
        Self { at, expected: vec![what], problem: None, is_final: false }
    }

    pub fn problem(at: usize, problem: impl Into<String>) -> Self {
        Self { at, expected: Vec::new(), problem: Some(problem.into()), is_final: true }
    }

    /// The failure that got further; of equals both.
    pub fn or(mut self, other: Self) -> Self {
        match other.at.cmp(&self.at) {
            std::cmp::Ordering::Greater => other,
            std::cmp::Ordering::Less => self,
            std::cmp::Ordering::Equal => {
                for what in other.expected {
                    if !self.expected.contains(&what) {
                        self.expected.push(what);
                    }
                }
                self.problem = self.problem.or(other.problem);
                self
            }
        }
    }

    pub fn made_final(mut self) -> Self {
        self.is_final = true;
        self
    }

    /// The same failure with another description, unless it is final.
    pub fn named(mut self, what: &'static str) -> Self {
        if !self.is_final {
            self.expected = vec![what];
        }
        self
    }
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn is_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads `term` if it stands here.
    pub fn eat(&mut self, term: &str) -> bool {
        let found = self.rest().starts_with(term);
        if found {
            self.at += term.len();
        }
        found
    }

    /// Reads `term`, which must stand here.
    pub fn term(&mut self, term: &'static str) -> Parsed<()> {
        if self.eat(term) { Ok(()) } else { Err(Failure::expected(self.at, term)) }
    }

    /// Reads a word that no letter, digit or underscore follows.
    pub fn keyword(&mut self, word: &'static str) -> Parsed<()> {
        let mut probe = *self;
        probe.term(word)?;
        if probe.peek().is_some_and(is_name_byte) {
            return Err(Failure::expected(self.at, word));
        }
        *self = probe;
        Ok(())
    }

    /// Reads blanks and tabs, of which there may be none.
    pub fn blanks(&mut self) {
        self.take_while(|b| b == b' ' || b == b'\t');
    }

    /// Reads at least one blank or tab.
    pub fn some_blanks(&mut self) -> Parsed<()> {
        match self.take_while(|b| b == b' ' || b == b'\t') {
            "" => Err(Failure::expected(self.at, "whitespace")),
            _ => Ok(()),
        }
    }

    /// Reads a line break, with a comment before it if there is one. The end of the text ends a comment too.
    pub fn line_break(&mut self) -> Parsed<()> {
        let mut probe = *self;
        let comment = probe.peek() == Some(b'#');
        if comment {
            probe.take_while(|b| b != b'\n');
        }
        probe.eat("\r");
        if probe.eat("\n") || (comment && probe.is_end()) {
            *self = probe;
            return Ok(());
        }
        Err(Failure::expected(self.at, "line break"))
    }

    /// Reads blanks, line breaks and comments, of which there may be none.
    pub fn space(&mut self) {
        loop {
            self.blanks();
            if self.line_break().is_err() {
                return;
            }
        }
    }

    /// Reads a name of letters, digits and underscores.
    pub fn name(&mut self, what: &'static str) -> Parsed<&'a str> {
        match self.take_while(is_name_byte) {
            "" => Err(Failure::expected(self.at, what)),
            name => Ok(name),
        }
    }

    /// Reads the name of a function or method, which has no upper case letters.
    pub fn snake_case(&mut self, what: &'static str) -> Parsed<&'a str> {
        match self.take_while(|b| is_name_byte(b) && !b.is_ascii_uppercase()) {
            "" => Err(Failure::expected(self.at, what)),
            name => Ok(name),
        }
    }

    pub fn take_while(&mut self, test: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.bytes().position(|b| !test(b)).unwrap_or(rest.len());
        // A test on single bytes may end inside of a character only if it accepts bytes beyond ASCII: go on to its end.
        let len = (len..=rest.len()).find(|i| rest.is_char_boundary(*i)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }
}

pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
