//! Paths with wildcards: which files they mean.

use std::collections::HashSet;
use std::path::{Component, Path};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

/// The files that `patterns` mean, each once, in the order of the patterns and then of their names. A path without
/// wildcards stays, whether it exists or not. `**` stands for any number of folders.
pub fn expand(patterns: &[impl AsRef<str>]) -> Result<Vec<String>, String> {
    let mut seen = HashSet::new();
    let mut paths = Vec::new();
    for pattern in patterns {
        paths.extend(matches(pattern.as_ref())?.into_iter().filter(|path| seen.insert(path.clone())));
    }
    Ok(paths)
}

fn matches(pattern: &str) -> Result<Vec<String>, String> {
    if !pattern.contains(['*', '?', '[', '\\']) {
        return Ok(vec![pattern.to_owned()]);
    }
    let pattern = pattern.trim_start_matches("./");
    let folder = fixed_folder(pattern);
    let glob = glob(pattern)?;
    let mut walk = WalkDir::new(if folder.is_empty() { "." } else { folder }).sort_by_file_name();
    if !pattern.contains("**") {
        let depth = pattern[folder.len()..].split('/').filter(|part| !part.is_empty()).count();
        walk = walk.min_depth(depth).max_depth(depth);
    }
    // Folders that cannot be read hold nothing, as in a shell.
    let files = walk.into_iter().filter_map(Result::ok).filter(|entry| !entry.path().is_dir());
    let paths = files.map(|entry| relative(entry.path())).filter(|path| glob.is_match(path));
    Ok(paths.collect())
}

/// What of a pattern comes before the folder with the first wildcard.
fn fixed_folder(pattern: &str) -> &str {
    let wild = pattern.find(['*', '?', '[', '\\']).unwrap_or(pattern.len());
    pattern[..wild].rfind('/').map_or("", |slash| &pattern[..=slash])
}

fn glob(pattern: &str) -> Result<GlobMatcher, String> {
    // Braces have no meaning in these patterns.
    let escaped = pattern.replace('{', "[{]").replace('}', "[}]");
    let glob = GlobBuilder::new(&escaped).literal_separator(true).backslash_escape(true).build();
    Ok(glob
        .map_err(|error| format!("the path '{pattern}' is not a pattern: {}", error.kind()))?
        .compile_matcher())
}

/// A path without the dots that it begins with.
fn relative(path: &Path) -> String {
    let path: std::path::PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_files() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["b.txt", "a.txt", "a.csv", "sub/c.txt", "sub/deep/d.txt", "sub/{x}.txt"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, "").expect("written");
        }
        let root = folder.path().to_string_lossy();
        for (patterns, want) in [
            (&["*.txt"][..], &["a.txt", "b.txt"][..]),
            (&["b.txt", "[!b].txt", "?.txt"], &["b.txt", "a.txt"]),
            (&["*/*.txt"], &["sub/c.txt", "sub/{x}.txt"]),
            (&["sub/{x}.*"], &["sub/{x}.txt"]),
            (&["**/*.txt"], &["a.txt", "b.txt", "sub/c.txt", "sub/deep/d.txt", "sub/{x}.txt"]),
            (&["sub/**"], &["sub/c.txt", "sub/deep/d.txt", "sub/{x}.txt"]),
            (&["gone.txt", "gone/*", "sub*"], &["gone.txt"]),
        ] {
            let patterns: Vec<_> = patterns.iter().map(|pattern| format!("{root}/{pattern}")).collect();
            let want: Vec<_> = want.iter().map(|path| format!("{root}/{path}")).collect();
            assert_eq!(expand(&patterns), Ok(want), "{patterns:?}");
        }
        assert!(expand(&["[a"]).is_err());
    }
}
