//! `docs`: the reference documentation as Markdown, in a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{DocsArgs, Shared};
use super::registry;
use crate::docs::{MARK, pages};

/// Writes all pages; those that an earlier run wrote and that are none any more are removed.
pub fn run(shared: Shared, args: &DocsArgs) -> Result<ExitCode, String> {
    let pages = pages(&registry::load(&shared)?);
    let mut written = Vec::with_capacity(pages.len());
    for page in &pages {
        let path = args.folder.join(&page.path);
        let folder = path.parent().unwrap_or(&args.folder);
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        fs::write(&path, &page.text).map_err(|error| format!("{}: {error}", path.display()))?;
        written.push(path);
    }
    let old: Vec<_> =
        markdown_below(&args.folder).into_iter().filter(|path| !written.contains(path)).collect();
    for path in old {
        if fs::read_to_string(&path).is_ok_and(|text| text.starts_with(MARK)) {
            fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    println!("{} pages in {}", pages.len(), args.folder.display());
    Ok(ExitCode::SUCCESS)
}

/// The Markdown files in a folder and in the folders right in it.
fn markdown_below(folder: &Path) -> Vec<PathBuf> {
    let inside = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect()
    };
    let (folders, mut files): (Vec<_>, Vec<_>) = inside(folder).into_iter().partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| inside(folder)));
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files
}
