//! Go's `Sprintf` over values: `%5.2f`, `%-10s`, `%[2]v`, with the same texts where verbs and arguments do not fit.
//! Values have the types that the reference gives them: numbers of a document are texts (`json.Number`), computed
//! ones `int64` or `float64`.

mod directive;
mod float;
#[cfg(test)]
mod tests;
mod verb;

use directive::Directive;

use crate::value::Value;

/// Widths, precisions and argument numbers beyond this are ignored.
const MAX_NUMBER: usize = 1_000_000;

/// `template` with its verbs replaced by the arguments.
pub fn sprintf(template: &str, args: &[Value]) -> String {
    let mut out = String::with_capacity(template.len() + 16 * args.len());
    let mut scanner = Scanner { rest: template, args, next: 0, reordered: false };
    while let Some(percent) = scanner.rest.find('%') {
        out.push_str(&scanner.rest[..percent]);
        scanner.rest = &scanner.rest[percent + 1..];
        scanner.directive(&mut out);
    }
    out.push_str(scanner.rest);
    if !scanner.reordered && scanner.next < args.len() {
        extra(&args[scanner.next..], &mut out);
    }
    out
}

/// Names the arguments that no verb used.
fn extra(args: &[Value], out: &mut String) {
    out.push_str("%!(EXTRA ");
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        verb::typed(&Directive::default(), arg, out);
    }
    out.push(')');
}

/// Reads a template behind a `%`.
struct Scanner<'t> {
    rest: &'t str,
    args: &'t [Value],
    /// The argument that the next verb takes.
    next: usize,
    /// Whether the template chose arguments by number.
    reordered: bool,
}

/// What an argument number in brackets was.
#[derive(Clone, Copy, PartialEq)]
enum Index {
    Absent,
    Good,
    Bad,
}

impl<'t> Scanner<'t> {
    fn directive(&mut self, out: &mut String) {
        let mut directive = Directive::default();
        while let Some(flag) = self.rest.chars().next().filter(|c| directive.set_flag(*c)) {
            self.rest = &self.rest[flag.len_utf8()..];
        }
        let mut index = self.index();
        let mut good = index != Index::Bad;
        self.width(&mut directive, &mut index, &mut good, out);
        if self.rest.len() > 1 && self.rest.starts_with('.') {
            self.rest = &self.rest[1..];
            good &= index == Index::Absent;
            self.precision(&mut directive, &mut index, &mut good, out);
        }
        if index == Index::Absent {
            good &= self.index() != Index::Bad;
        }
        let Some(verb) = self.rest.chars().next() else {
            out.push_str("%!(NOVERB)");
            return;
        };
        self.rest = &self.rest[verb.len_utf8()..];
        match self.args.get(self.next) {
            _ if verb == '%' => out.push('%'),
            _ if !good => out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(BADINDEX)"]),
            None => out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(MISSING)"]),
            Some(arg) => {
                directive.settle(verb);
                verb::print(&directive, verb, arg, out);
                self.next += 1;
            }
        }
    }

    fn width(&mut self, directive: &mut Directive, index: &mut Index, good: &mut bool, out: &mut String) {
        if let Some(rest) = self.rest.strip_prefix('*') {
            self.rest = rest;
            match self.number_argument() {
                Some(width) => directive.set_width(width),
                None => out.push_str("%!(BADWIDTH)"),
            }
            *index = Index::Absent;
        } else if let Some(width) = self.number() {
            *good &= *index == Index::Absent;
            directive.width = Some(width);
        }
    }

    fn precision(&mut self, directive: &mut Directive, index: &mut Index, good: &mut bool, out: &mut String) {
        *index = self.index();
        *good &= *index != Index::Bad;
        if let Some(rest) = self.rest.strip_prefix('*') {
            self.rest = rest;
            directive.precision = self.number_argument().and_then(|n| usize::try_from(n).ok());
            if directive.precision.is_none() {
                out.push_str("%!(BADPREC)");
            }
            *index = Index::Absent;
        } else {
            directive.precision = Some(self.number().unwrap_or(0));
        }
    }

    /// Reads `[n]` and moves to that argument.
    fn index(&mut self) -> Index {
        let Some(body) = self.rest.strip_prefix('[') else { return Index::Absent };
        self.reordered = true;
        let Some((number, rest)) = body.split_once(']') else {
            self.rest = body;
            return Index::Bad;
        };
        self.rest = rest;
        match number.parse::<usize>() {
            Ok(n) if (1..=self.args.len()).contains(&n) => {
                self.next = n - 1;
                Index::Good
            }
            _ => Index::Bad,
        }
    }

    fn number(&mut self) -> Option<usize> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().ok().filter(|n| *n <= MAX_NUMBER)?;
        self.rest = &self.rest[end..];
        Some(number)
    }

    /// Takes the next argument for a `*`: only integers count.
    fn number_argument(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        match arg {
            Value::Int(n) if n.unsigned_abs() <= MAX_NUMBER as u64 => Some(*n),
            _ => None,
        }
    }
}
