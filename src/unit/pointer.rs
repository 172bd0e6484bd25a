//! Places in a config: JSON pointers, and references with a file before them.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::bloblang::go::path;
use crate::config::{Node, NodeKind};

/// What a case targets: a file, and in it a label or a pointer.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    pub file: PathBuf,
    pub place: String,
}

impl Reference {
    /// Reads `label`, `/pointer`, `file#label` or `file#/pointer`; files are relative to the folder of `config`.
    pub fn parse(text: &str, config: &Path) -> Result<Self, String> {
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let (url, fragment) = text.split_once('#').unwrap_or((text, ""));
        let url = match scheme(url) {
            Some("file") => url["file:".len()..].trim_start_matches("//"),
            Some(_) => return Err(format!("target processors '{text}' contains non-path scheme value")),
            None => url,
        };
        if !fragment.is_empty() {
            let folder = config.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
            let file = path::join([folder.as_str(), decode(url).as_str()]);
            return Ok(Self { file: file.into(), place: decode(fragment) });
        }
        if url.is_empty() {
            return Err(format!("target processors '{text}': a path or a label is missing"));
        }
        Ok(Self { file: config.to_owned(), place: decode(url) })
    }
}

/// The scheme of a URL, if it has one.
fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(allowed);
    is_scheme.then_some(scheme)
}

/// The keys that a JSON pointer names, one after the other.
pub fn segments(pointer: &str) -> Vec<String> {
    let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
    pointer.trim_start_matches('/').split('/').map(unescape).collect()
}

/// What the keys lead to.
pub fn follow<'n>(root: &'n Node, keys: &[String]) -> Result<&'n Node, String> {
    keys.iter().try_fold(root, |node, key| match &node.value {
        NodeKind::Seq(items) => {
            let index: i64 = key.parse().map_err(|_| format!("'{key}' is not a place in a list"))?;
            let index = if index < 0 { index + items.len() as i64 } else { index };
            let item = usize::try_from(index).ok().and_then(|index| items.get(index));
            item.ok_or_else(|| format!("the list has no place {key}"))
        }
        _ => node.get(key).ok_or_else(|| format!("there is no key '{key}'")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn references_name_a_file_and_a_place() {
        let parse = |text| {
            let reference = Reference::parse(text, Path::new("dir/a.yaml"))?;
            Ok::<_, String>(format!("{} {}", reference.file.display(), reference.place))
        };
        assert_eq!(parse("/pipeline/processors").as_deref(), Ok("dir/a.yaml /pipeline/processors"));
        assert_eq!(parse("a_label").as_deref(), Ok("dir/a.yaml a_label"));
        assert_eq!(parse("./lib/b.yaml#/p/0").as_deref(), Ok("dir/lib/b.yaml /p/0"));
        assert_eq!(parse("../b%20c.yaml#x").as_deref(), Ok("b c.yaml x"));
        assert!(parse("http://x/y").is_err() && parse("").is_err());
    }

    #[test]
    fn pointers_lead_through_lists_and_objects() {
        let root = parse(b"{a: [{b/c: 1}, 2]}").unwrap();
        let at = |pointer: &str| follow(&root, &segments(pointer)).map(|node| node.as_text().unwrap_or("?"));
        assert_eq!(at("/a/0/b~1c"), Ok("1"));
        assert_eq!(at("/a/-1"), Ok("2"));
        assert!(at("/a/2").is_err() && at("/a/x").is_err() && at("/a/1/x").is_err() && at("/b").is_err());
    }
}
