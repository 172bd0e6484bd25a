//! Paths with wildcards.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use walkdir::WalkDir;

/// The files that `patterns` name, in their order, those of one glob sorted. A pattern without wildcards must name
/// something that exists; a glob may match nothing.
pub fn expand(patterns: &[String]) -> Result<Vec<PathBuf>, String> {
    let mut all = Vec::new();
    for pattern in patterns {
        let path = PathBuf::from(pattern);
        if path.exists() {
            all.push(path);
        } else if pattern.contains(['*', '?', '[']) {
            all.extend(matching(pattern)?);
        } else {
            return Err(format!("{pattern}: no such file or directory"));
        }
    }
    Ok(all)
}

/// The extensions of configs.
const CONFIGS: [&str; 2] = ["yaml", "yml"];
/// Everything below a folder.
const BELOW: &str = "...";

/// The files that patterns name, each once: files, whether they exist or not, globs, and with `folder/...` every config
/// below a folder, which must exist.
pub fn targets(patterns: &[String]) -> Result<Vec<PathBuf>, String> {
    let mut all: Vec<PathBuf> = Vec::new();
    for pattern in patterns.iter().filter(|pattern| !pattern.is_empty()) {
        let found = match pattern.strip_suffix(BELOW) {
            Some(folder) => below(folder)?,
            None => expand(std::slice::from_ref(pattern)).unwrap_or_else(|_| vec![pattern.into()]),
        };
        let seen: HashSet<PathBuf> = all.iter().cloned().collect();
        all.extend(found.into_iter().filter(|path| !seen.contains(path)));
    }
    Ok(all)
}

fn below(folder: &str) -> Result<Vec<PathBuf>, String> {
    let folder = match folder {
        "" | "./" => ".",
        folder => folder.strip_suffix('/').unwrap_or(folder),
    };
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| format!("failed to look for configs below {folder}: {error}"))?;
        let name = entry.file_name().to_string_lossy();
        if !entry.file_type().is_dir() && CONFIGS.iter().any(|extension| name.ends_with(extension)) {
            files.push(entry.path().strip_prefix("./").unwrap_or(entry.path()).to_owned());
        }
    }
    Ok(files)
}

/// The files that match a glob, `**` standing for any number of folders.
fn matching(pattern: &str) -> Result<Vec<PathBuf>, String> {
    let plain = pattern.strip_prefix("./").unwrap_or(pattern);
    let glob = GlobBuilder::new(plain).literal_separator(true).build();
    let matcher = glob.map_err(|error| format!("{pattern}: {error}"))?.compile_matcher();
    let fixed = Path::new(pattern).components();
    let fixed: PathBuf =
        fixed.take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '['])).collect();
    let root = if fixed.as_os_str().is_empty() { Path::new(".") } else { &fixed };
    let files = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files = files.filter(|file| file.file_type().is_file()).map(walkdir::DirEntry::into_path);
    Ok(files.filter(|path| matcher.is_match(path.strip_prefix("./").unwrap_or(path))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_files_in_order() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        std::fs::create_dir_all(dir.path().join("sub/deep"))?;
        for file in ["b.yaml", "a.yaml", "c.yml", "sub/d.yaml", "sub/deep/e.yaml"] {
            std::fs::write(dir.path().join(file), "")?;
        }
        let expand = |pattern: &str| {
            let all = expand(&[dir.path().join(pattern).to_string_lossy().into_owned()])?;
            let names =
                all.iter().map(|path| path.strip_prefix(dir.path()).unwrap_or(path).display().to_string());
            Ok::<_, String>(names.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(expand("*.yaml").as_deref(), Ok("a.yaml b.yaml"));
        assert_eq!(expand("**/*.yaml").as_deref(), Ok("a.yaml b.yaml sub/d.yaml sub/deep/e.yaml"));
        assert_eq!(expand("[bc].y*").as_deref(), Ok("b.yaml c.yml"));
        assert_eq!(expand("none/*.yaml").as_deref(), Ok(""));
        assert!(expand("none.yaml").is_err());
        Ok(())
    }
}
