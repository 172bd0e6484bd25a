//! The text of `jq` programs as the engine wants it: number literals as they print, and interpolated strings that name
//! their format, so that values in them are written as elsewhere.

use jaq_core::load::Lexer;
use jaq_core::load::lex::{StrPart, Tok, Token};

use crate::value::number;

/// Parts of the program to replace, in order: where they begin, how long they are, and by what.
type Edits = Vec<(usize, usize, String)>;

/// The program with its literals in one form; one that cannot be read stays as it is.
pub fn normal(code: &str) -> String {
    let Ok(tokens) = Lexer::new(code).lex() else { return code.to_owned() };
    let mut edits = Edits::new();
    visit(code, &tokens, &mut edits);
    let (mut out, mut end) = (String::with_capacity(code.len()), 0);
    for (start, length, replacement) in edits {
        out.push_str(&code[end..start]);
        out.push_str(&replacement);
        end = start + length;
    }
    out.push_str(&code[end..]);
    out
}

fn visit(code: &str, tokens: &[Token<&str>], edits: &mut Edits) {
    let mut is_bare = true;
    for Token(text, token) in tokens {
        let start = text.as_ptr() as usize - code.as_ptr() as usize;
        match token {
            Tok::Num if text.contains(['.', 'e', 'E']) => {
                let float = text.parse::<f64>().ok().filter(|float| float.is_finite());
                edits.extend(float.map(|float| (start, text.len(), number::json_text(float).to_string())));
            }
            Tok::Str(parts) => {
                let terms = || {
                    parts.iter().filter_map(|part| match part {
                        StrPart::Term(term) => Some(std::slice::from_ref(term)),
                        _ => None,
                    })
                };
                if is_bare && terms().next().is_some() {
                    edits.push((start, 0, "@text ".to_owned()));
                }
                terms().for_each(|term| visit(code, term, edits));
            }
            Tok::Block(tokens) => visit(code, tokens, edits),
            _ => {}
        }
        is_bare = !matches!(token, Tok::Fmt) && *text != ".";
    }
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn literals_have_one_form() {
        for (code, want) in [
            (r#"[1.10, 2e2, 7, .a[3.0]]"#, "[1.1, 200, 7, .a[3]]"),
            (r#""a\(1.50 | "b\(.)")", "c""#, r#"@text "a\(1.5 | @text "b\(.)")", "c""#),
            (r#"@uri "x\(.a)", ."k\(1)""#, r#"@uri "x\(.a)", ."k\(1)""#),
            (r#""unfinished \(1.0"#, r#""unfinished \(1.0"#),
        ] {
            assert_eq!(normal(code), want);
        }
    }
}
