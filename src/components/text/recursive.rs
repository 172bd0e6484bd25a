//! Cuts text at the coarsest separators that make the parts small enough, and joins small neighbours again.

use std::collections::VecDeque;

/// How the length of a text is measured.
pub type Measure = fn(&str) -> usize;

/// How large chunks are.
#[derive(Clone, Copy)]
pub struct Size {
    pub most: usize,
    /// How much of the end of a chunk the next one repeats.
    pub overlap: usize,
    pub measure: Measure,
}

/// The chunks of `text`. `separators` are tried in order; the empty one stands between characters.
pub fn split(text: &str, separators: &[impl AsRef<str>], size: Size) -> Vec<String> {
    let mut chunks = Vec::new();
    split_into(text, separators, size, &mut chunks);
    chunks
}

fn split_into(text: &str, separators: &[impl AsRef<str>], size: Size, chunks: &mut Vec<String>) {
    let found = separators.iter().position(|s| s.as_ref().is_empty() || text.contains(s.as_ref()));
    let (separator, finer) = match found {
        Some(at) => (separators[at].as_ref(), &separators[at + 1..]),
        None => (separators.last().map_or("", AsRef::as_ref), &separators[separators.len()..]),
    };
    let mut small = Vec::new();
    for part in parts(text, separator) {
        if (size.measure)(part) < size.most {
            small.push(part);
            continue;
        }
        merge(&std::mem::take(&mut small), separator, size, chunks);
        if finer.is_empty() {
            chunks.push(part.to_owned());
        } else {
            split_into(part, finer, size, chunks);
        }
    }
    merge(&small, separator, size, chunks);
}

fn parts<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    if separator.is_empty() {
        return text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).collect();
    }
    text.split(separator).collect()
}

/// Joins neighbours as long as they fit into a chunk.
fn merge(parts: &[&str], separator: &str, size: Size, chunks: &mut Vec<String>) {
    let between = (size.measure)(separator);
    let mut current: VecDeque<(&str, usize)> = VecDeque::new();
    let mut total = 0;
    for part in parts {
        let length = (size.measure)(part);
        let added = if current.is_empty() { length } else { length + between };
        if total + added > size.most && !current.is_empty() {
            emit(&current, separator, chunks);
            while let Some(&(_, first)) = current.front() {
                let join = if current.len() > 1 { between } else { 0 };
                if total <= size.overlap && (total + length + join <= size.most || total == 0) {
                    break;
                }
                total -= first + join;
                current.pop_front();
            }
        }
        if !current.is_empty() {
            total += between;
        }
        current.push_back((part, length));
        total += length;
    }
    emit(&current, separator, chunks);
}

fn emit(parts: &VecDeque<(&str, usize)>, separator: &str, chunks: &mut Vec<String>) {
    let texts: Vec<&str> = parts.iter().map(|(part, _)| *part).collect();
    let joined = texts.join(separator);
    let chunk = joined.trim();
    if !chunk.is_empty() {
        chunks.push(chunk.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_fit_and_overlap() {
        let cut = |text, separators: &[&str], most, overlap| {
            split(text, separators, Size { most, overlap, measure: str::len })
        };
        assert_eq!(cut("aaaa|bbbb;cccc|dddd;eeee", &["|", ";"], 12, 0), ["aaaa", "bbbb;cccc", "dddd;eeee"]);
        assert_eq!(cut("a b c d", &[" "], 3, 1), ["a b", "b c", "c d"]);
        assert_eq!(cut("abcdefgh", &[" ", ""], 3, 0), ["abc", "def", "gh"]);
        assert_eq!(cut("longer than it", &["|"], 3, 0), ["longer than it"]);
        assert!(cut(" \n ", &["\n"], 3, 0).is_empty());
    }
}
