//! Stream files: which there are, and the ids that their paths give them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::value::Str;

/// A stream file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFile {
    pub id: Str,
    pub path: PathBuf,
}

const EXTENSIONS: [&str; 2] = ["yaml", "yml"];
/// The end of the names of files that hold tests, not streams.
const TESTS: &str = "_benthos_test";

/// The stream files behind `paths`, by id: a file stands for itself, a directory for all YAML files below it. The id
/// is the path below the directory without its extension, separators replaced by `_`. Two files with one id are an
/// error.
pub fn find_streams(paths: &[PathBuf]) -> Result<Vec<StreamFile>, String> {
    let mut files: BTreeMap<Str, PathBuf> = BTreeMap::new();
    for root in paths {
        for file in WalkDir::new(root).follow_links(true).sort_by_file_name() {
            let file = file.map_err(|error| format!("failed to read stream files: {error}"))?;
            let path = file.path();
            let explicit = file.depth() == 0;
            if !file.file_type().is_file() || (!explicit && !is_stream(path)) {
                continue;
            }
            let below = if explicit { path.file_name().map(Path::new) } else { path.strip_prefix(root).ok() };
            let id = id_of(below.unwrap_or(path));
            if let Some(other) = files.insert(id.clone(), path.to_owned()) {
                let (a, b) = (other.display(), path.display());
                return Err(format!("stream id '{id}' belongs to two files: {a} and {b}"));
            }
        }
    }
    Ok(files.into_iter().map(|(id, path)| StreamFile { id, path }).collect())
}

fn is_stream(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) && !stem.ends_with(TESTS)
}

fn id_of(path: &Path) -> Str {
    let is_yaml = path.extension().and_then(|e| e.to_str()).is_some_and(|e| EXTENSIONS.contains(&e));
    let bare = if is_yaml { path.with_extension("") } else { path.to_owned() };
    let parts: Vec<_> = bare.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("_").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_from_paths() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        for file in ["a.yaml", "b.yml", "c.json", "x_benthos_test.yaml", "sub/deep/d.yaml", "e.tar.yaml"] {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a folder"))?;
            std::fs::write(path, "{}")?;
        }
        let ids = |paths: &[PathBuf]| {
            let files = find_streams(paths).expect("no collision");
            files.into_iter().map(|file| file.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&[dir.path().to_owned()]), ["a", "b", "e.tar", "sub_deep_d"]);
        assert_eq!(ids(&[dir.path().join("c.json"), dir.path().join("sub")]), ["c.json", "deep_d"]);
        std::fs::write(dir.path().join("a.yml"), "{}")?;
        assert!(find_streams(&[dir.path().to_owned()]).is_err_and(|e| e.contains("stream id 'a'")));
        assert!(find_streams(&[dir.path().join("missing")]).is_err());
        Ok(())
    }
}
