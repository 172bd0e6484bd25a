//! Where a resource is defined: in the same document, in others that are open, in files of the opened folders.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lsp_types::{InitializeParams, Location, Uri};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use walkdir::WalkDir;

use super::World;
use super::document::Document;
use crate::config::{Part, components, parse};

/// At most so many files are looked into.
const MAX_FILES: usize = 2000;

/// What must not stand in the path of a URI as it is.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

/// The folders that an editor has opened.
pub fn folders(parameters: &InitializeParams) -> Vec<PathBuf> {
    let folders = parameters.workspace_folders.iter().flatten().map(|folder| &folder.uri);
    folders.filter_map(path_of).collect()
}

/// The search for the resource `label`, which is named in the document `uri`.
pub struct Search<'s> {
    pub label: &'s str,
    pub uri: &'s Uri,
    pub documents: &'s HashMap<String, Document>,
    pub folders: &'s [PathBuf],
    pub world: &'s World<'s>,
}

// === impl Search ===

impl Search<'_> {
    pub fn run(&self) -> Option<Location> {
        let own = self.documents.get(self.uri.as_str());
        let here = own.and_then(|document| self.within(document, self.uri.clone()));
        here.or_else(|| {
            let mut open = self.documents.iter();
            open.find_map(|(uri, document)| self.within(document, uri.parse().ok()?))
        })
        .or_else(|| self.in_files())
    }

    fn in_files(&self) -> Option<Location> {
        let files = self.folders.iter().flat_map(|folder| WalkDir::new(folder).sort_by_file_name());
        let files =
            files.filter_map(Result::ok).map(walkdir::DirEntry::into_path).filter(|path| is_config(path));
        files.take(MAX_FILES).find_map(|path| {
            let text = std::fs::read_to_string(&path).ok().filter(|text| text.contains("_resources"))?;
            self.within(&Document::new(text), uri_of(&path)?)
        })
    }

    /// The place of the label in a document, if it defines a resource of that name.
    fn within(&self, document: &Document, uri: Uri) -> Option<Location> {
        let root = parse(document.text.as_bytes()).ok()?;
        let all = components(Part::Run.fields(), &root, self.world.specs);
        let resource = all.iter().find(|place| {
            place.label() == Some(self.label)
                && place.path.first().is_some_and(|key| key.ends_with("_resources"))
        })?;
        let label = resource.node.get("label")?;
        let (line, column) = (label.line.max(1) as usize - 1, label.column.max(1) as usize - 1);
        let from = document.line(line).char_indices().nth(column).map_or(0, |(at, _)| at);
        Some(Location { uri, range: document.range(line, from, from + self.label.len()) })
    }
}

fn is_config(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn path_of(uri: &Uri) -> Option<PathBuf> {
    let path = uri.as_str().strip_prefix("file://")?;
    Some(percent_decode_str(path).decode_utf8_lossy().into_owned().into())
}

fn uri_of(path: &Path) -> Option<Uri> {
    format!("file://{}", utf8_percent_encode(&path.to_string_lossy(), ESCAPED)).parse().ok()
}
