//! Rust sources as the architecture tests see them: comments and strings blanked out, code under `#[cfg(test)]` cut away.

use std::path::Path;

/// One source file.
pub struct Source {
    /// Relative to the package, with `/`.
    pub path: String,
    /// As it stands in the file.
    pub text: String,
    /// The same length, with comments, strings and characters as spaces.
    code: String,
    /// `code` without the items marked `#[cfg(test)]`, also as spaces; empty for a file that holds only tests.
    shipped: String,
}

/// A function with a body.
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// All Rust files below a folder of the package; none where the folder does not exist.
pub fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    files(&root.join(folder))
        .into_iter()
        .filter(|(path, _)| path.ends_with(".rs"))
        .map(|(path, text)| Source::new(path, text))
        .collect()
}

/// All text files of the package that are not build output, as (path, text).
pub fn project_files() -> Vec<(String, String)> {
    files(Path::new(env!("CARGO_MANIFEST_DIR")))
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = |name: &std::ffi::OsStr| ["target", ".git", "data"].iter().any(|n| name == *n);
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() != 1 || entry.path().parent() != Some(root) || !built(entry.file_name())
        })
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
            Some((path, std::fs::read_to_string(entry.path()).ok()?))
        })
        .collect()
}

impl Source {
    fn new(path: String, text: String) -> Self {
        let code = blank(&text);
        let only_tests = path.ends_with("/tests.rs") || path.contains("/tests/");
        let shipped = if only_tests { String::new() } else { without_tests(&code) };
        Source { path, text, code, shipped }
    }

    /// The modules the file stands for: `src/a/b.rs` and `src/a/b/mod.rs` are `[a, b]`.
    pub fn modules(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        inner.split('/').map(str::to_owned).collect()
    }

    /// The top-level folder or file below `src/`.
    pub fn folder(&self) -> &str {
        let inner = self.path.trim_start_matches("src/");
        inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs")
    }

    /// (line, name) of each top-level module that is named by a path, in code that ships.
    pub fn crate_paths(&self) -> Vec<(usize, String)> {
        let climb = "super::".repeat(self.modules().len());
        let roots: &[&str] = if self.folder() == "main" { &["nekton::"] } else { &["crate::", &climb] };
        roots.iter().flat_map(|root| self.names_after(root)).collect()
    }

    /// (line, name) of what is named directly below a top-level module, be it from the crate or by climbing.
    pub fn paths_below(&self, top: &str) -> Vec<(usize, String)> {
        let climb = "super::".repeat(self.modules().len() - 1);
        let full = format!("crate::{top}::");
        [full.as_str(), climb.as_str()].iter().flat_map(|root| self.names_after(root)).collect()
    }

    /// The lines on which shipped code holds a text that does not continue a longer word.
    pub fn lines_with(&self, text: &str) -> Vec<usize> {
        positions(&self.shipped, text).into_iter().map(|at| line_of(&self.shipped, at)).collect()
    }

    /// The lines of spawned tasks whose handle is dropped at once.
    pub fn discarded_spawns(&self) -> Vec<usize> {
        let code = &self.shipped;
        ["tokio::spawn(", "task::spawn(", "task::spawn_blocking("]
            .iter()
            .flat_map(|call| positions(code, call).into_iter().map(|at| (at, at + call.len() - 1)))
            .filter(|(at, open)| {
                let before = code[..*at].trim_end().trim_end_matches("tokio::");
                let after = code[closing(code, *open)..].trim_start_matches(')').trim_start();
                before.trim_end().ends_with([';', '{', '}']) && after.starts_with(';')
            })
            .map(|(at, _)| line_of(code, at))
            .collect()
    }

    /// Every function with a body, tests included.
    pub fn functions(&self) -> Vec<Function> {
        let code = &self.code;
        let mut found = Vec::new();
        for at in positions(code, "fn ") {
            let name: String = code[at + 3..]
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let Some(open) = body(code, at).filter(|_| !name.is_empty()) else { continue };
            let (first, last) = (line_of(code, at), line_of(code, closing(code, open)));
            found.push(Function { name, line: first, lines: last - first + 1 });
        }
        found
    }

    /// (line, first name) after each occurrence of a path prefix; a `{a, b::c}` group gives all its first names.
    fn names_after(&self, prefix: &str) -> Vec<(usize, String)> {
        let code = &self.shipped;
        let mut names = Vec::new();
        for at in positions(code, prefix) {
            // A longer climb than asked for is another path.
            if code[..at].ends_with("super::") {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            let parts: Vec<&str> = match rest.starts_with('{') {
                true => top_level_parts(&rest[1..closing(rest, 0)]),
                false => vec![rest],
            };
            for part in parts {
                let name: String =
                    part.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if name.starts_with(|c: char| c.is_lowercase()) && !["self", "super"].contains(&name.as_str())
                {
                    names.push((line_of(code, at), name));
                }
            }
        }
        names
    }
}

/// Where `text` begins in `code`, not counting where it continues a longer word or path segment.
fn positions(code: &str, text: &str) -> Vec<usize> {
    if text.is_empty() {
        return Vec::new();
    }
    code.match_indices(text)
        .map(|(at, _)| at)
        .filter(|at| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .collect()
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The place of the bracket that closes the one at `open`.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

/// The place of the `{` of the item that begins at `at`; none for one that ends with `;`.
fn body(code: &str, at: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in code.char_indices().skip_while(|(place, _)| *place < at) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The parts between commas that are not inside brackets.
fn top_level_parts(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[from..]);
    parts
}

/// Cuts every item that follows `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    for at in positions(code, "#[cfg(test)]") {
        let item = at + "#[cfg(test)]".len();
        let end = match body(code, item) {
            Some(open) => closing(code, open) + 1,
            None => code[item..].find(';').map_or(code.len(), |p| item + p + 1),
        };
        kept.replace_range(at..end.min(code.len()), &spaces(&code[at..end.min(code.len())]));
    }
    kept
}

/// As many bytes, with only the line breaks left.
fn spaces(text: &str) -> String {
    text.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect()
}

/// Replaces comments, strings and characters by spaces, byte for byte.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = opaque(rest, out.as_bytes().last().copied());
        let step = match length {
            0 => rest.chars().next().map_or(1, char::len_utf8),
            _ => length,
        };
        match (length, step) {
            (0, 1) => out.push_str(&rest[..1]),
            _ => out.push_str(&spaces(&rest[..step])),
        }
        at += step;
    }
    out
}

/// How many bytes of a comment, string or character literal begin here; 0 where none does.
fn opaque(rest: &str, before: Option<u8>) -> usize {
    let word = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let bytes = rest.as_bytes();
    match bytes[0] {
        b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
        b'/' if rest.starts_with("/*") => block_comment(rest),
        b'"' => quoted(rest, b'"'),
        b'r' if !word => raw_string(rest).unwrap_or(0),
        b'b' | b'c' if !word && rest[1..].starts_with('r') => raw_string(&rest[1..]).map_or(0, |n| n + 1),
        b'\'' if is_char_literal(rest) => quoted(rest, b'\''),
        _ => 0,
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let step = match rest.as_bytes()[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(rest: &str, quote: u8) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest[1..].bytes().take_while(|b| *b == b'#').count();
    rest[1 + hashes..].starts_with('"').then_some(())?;
    let end = format!("\"{}", "#".repeat(hashes));
    let from = 2 + hashes;
    Some(rest[from..].find(&end).map_or(rest.len(), |p| from + p + end.len()))
}

/// Tells `'a'` and `'\n'` from a lifetime.
fn is_char_literal(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

#[test]
fn sources_are_read_as_meant() {
    let text = "//! x\nuse crate::{a::b, c};\nconst S: &str = \"crate::d\"; // crate::e\nfn f<'a>(c: char) {\n    g('{', r#\"}\"#);\n}\n\
                #[cfg(test)]\nmod tests {\n    use crate::f;\n}\nfn h() {\n    tokio::spawn(async {});\n    let t = tokio::spawn(x);\n}\n";
    let source = Source::new("src/own/file.rs".into(), text.into());
    assert_eq!(source.code.len(), text.len());
    assert_eq!(source.crate_paths(), [(2, "a".to_owned()), (2, "c".to_owned())]);
    let functions: Vec<_> = source.functions().into_iter().map(|f| (f.name, f.line, f.lines)).collect();
    assert_eq!(functions, [("f".to_owned(), 4, 3), ("h".to_owned(), 11, 4)]);
    assert_eq!(source.discarded_spawns(), [12]);
    assert_eq!(source.modules(), ["own", "file"]);
}
