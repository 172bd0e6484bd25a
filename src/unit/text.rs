//! Text of which parts may be coloured, for whoever prints it to decide.

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Expected,
    Received,
    /// There, but not expected.
    Extra,
    /// Expected, but not there.
    Missing,
    Changed,
}

/// A text in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<(Paint, String)>);

// === impl Paint ===

impl Paint {
    /// The escape sequence that begins it on a terminal; none for plain text.
    const fn begin(self) -> Option<&'static str> {
        match self {
            Paint::Plain => None,
            Paint::Expected => Some("\x1b[34m"),
            Paint::Received | Paint::Extra => Some("\x1b[31m"),
            Paint::Missing => Some("\x1b[32m"),
            Paint::Changed => Some("\x1b[33m"),
        }
    }
}

// === impl Text ===

impl Text {
    pub fn plain(text: impl Into<String>) -> Self {
        Self::default().and(Paint::Plain, text)
    }

    /// Adds a part.
    pub fn and(mut self, paint: Paint, text: impl Into<String>) -> Self {
        self.push(paint, text);
        self
    }

    pub fn push(&mut self, paint: Paint, text: impl Into<String>) {
        self.0.push((paint, text.into()));
    }

    /// Adds the parts of another text.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// The whole as one string, with colours for a terminal if asked for.
    pub fn render(&self, colours: bool) -> String {
        let mut out = String::new();
        for (paint, text) in &self.0 {
            match paint.begin().filter(|_| colours) {
                Some(begin) => out.extend([begin, text, "\x1b[0m"]),
                None => out.push_str(text),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_optional() {
        let text = Text::plain("got ").and(Paint::Received, "x");
        assert_eq!(text.render(false), "got x");
        assert_eq!(text.render(true), "got \x1b[31mx\x1b[0m");
    }
}
