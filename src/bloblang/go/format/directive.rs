//! Flags, width and precision of one verb, and the padding they ask for.

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Directive {
    pub plus: bool,
    pub minus: bool,
    pub sharp: bool,
    pub space: bool,
    pub zero: bool,
    /// `%#v`: the value as Go source.
    pub source: bool,
    pub width: Option<usize>,
    pub precision: Option<usize>,
}

impl Directive {
    /// Takes a flag; false if `c` is none.
    pub fn set_flag(&mut self, c: char) -> bool {
        let flag = match c {
            '+' => &mut self.plus,
            '-' => &mut self.minus,
            '#' => &mut self.sharp,
            ' ' => &mut self.space,
            '0' => &mut self.zero,
            _ => return false,
        };
        *flag = true;
        true
    }

    /// A negative width pads on the right.
    pub fn set_width(&mut self, width: i64) {
        if width < 0 {
            self.minus = true;
            self.zero = false;
        }
        self.width = usize::try_from(width.unsigned_abs()).ok();
    }

    /// Gives `#` and `+` the meaning that they have with `verb`.
    pub fn settle(&mut self, verb: char) {
        if verb == 'v' {
            self.source = std::mem::take(&mut self.sharp);
            self.plus = false;
        }
    }

    /// Writes `text`, padded to the width in characters.
    pub fn pad(&self, text: &str, out: &mut String) {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.minus {
            out.push_str(text);
            fill(' ', missing, out);
        } else {
            fill(if self.zero { '0' } else { ' ' }, missing, out);
            out.push_str(text);
        }
    }

    /// Writes a number: zeros go between its sign and its digits.
    pub fn pad_number(&self, sign: &str, digits: &str, out: &mut String) {
        let length = sign.len() + digits.chars().count();
        if self.zero && !self.minus && self.width.is_some_and(|width| width > length) {
            out.push_str(sign);
            Directive { width: self.width.map(|width| width - sign.len()), ..*self }.pad(digits, out);
        } else {
            Directive { zero: false, ..*self }.pad(&format!("{sign}{digits}"), out);
        }
    }

    pub fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// `text` cut to the precision in characters.
    pub fn truncate<'s>(&self, text: &'s str) -> &'s str {
        let end = self.precision.and_then(|n| text.char_indices().nth(n)).map_or(text.len(), |(at, _)| at);
        &text[..end]
    }
}

fn fill(c: char, count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(c, count));
}
