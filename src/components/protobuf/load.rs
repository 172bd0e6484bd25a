//! Definitions from folders.

use std::path::Path;

use prost_reflect::DescriptorPool;
use protox::Compiler;
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
