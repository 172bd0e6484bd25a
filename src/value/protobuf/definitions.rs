//! Definitions from folders, and from texts.

use std::path::Path;

use prost_reflect::DescriptorPool;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use protox::{Compiler, Error};
use walkdir::WalkDir;

/// The types of every `.proto` file below `folders`.
pub fn load(folders: &[String]) -> Result<DescriptorPool, String> {
    let mut compiler = Compiler::new(folders).map_err(|error| error.to_string())?;
    compiler.include_imports(true);
    for folder in folders {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.map_err(|error| format!("'{folder}' cannot be read: {error}"))?;
            if entry.file_type().is_file() && is_definition(entry.path()) {
                compiler
                    .open_file(entry.path())
                    .map_err(|error| format!("'{}': {error}", entry.path().display()))?;
            }
        }
    }
    Ok(compiler.descriptor_pool())
}

fn is_definition(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    path.extension().is_some_and(|extension| extension == "proto") && !hidden
}

/// The types of `root` and what it imports; `files` are names with texts.
pub fn compile(root: &str, files: Vec<(String, String)>) -> Result<DescriptorPool, String> {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Texts(files));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true);
    compiler.open_file(root).map_err(|error| error.to_string())?;
    Ok(compiler.descriptor_pool())
}

/// Names with texts.
struct Texts(Vec<(String, String)>);

impl FileResolver for Texts {
    fn open_file(&self, name: &str) -> Result<File, Error> {
        let text = self.0.iter().find(|(known, _)| known == name);
        let (_, text) = text.ok_or_else(|| Error::file_not_found(name))?;
        File::from_source(name, text)
    }
}
