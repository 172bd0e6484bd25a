//! `file`: each item is a file in a folder.

use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::component::{Cache, CacheError, CacheSpec};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::value::Str;

const DIRECTORY: Field<Str> = field("directory").doc("The folder that holds the items; it has to exist.");

pub const FILE: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "file")
        .summary("Keeps each item in a file of its own, named by its key.")
        .description("Items never expire. A key may name a folder below the directory, but never leave it.")
        .fields(&[&DIRECTORY])
        .examples(&[Example {
            title: "Items that outlive the process",
            config: "file: { directory: state }\n",
        }]),
    build: |conf, _| Ok(Arc::new(Files { directory: PathBuf::from(conf.get(&DIRECTORY)?.as_str()) })),
};

struct Files {
    directory: PathBuf,
}

// === impl Files ===

impl Files {
    fn path(&self, key: &str) -> Result<PathBuf, CacheError> {
        let path = Path::new(key);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside || path.file_name().is_none() {
            return Err(CacheError::Failed(format!("the key '{key}' is no file name")));
        }
        Ok(self.directory.join(path))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> CacheError {
    CacheError::Failed(format!("{}: {error}", path.display()))
}

/// Creates a file that must not exist yet.
fn create(path: &Path, value: &[u8]) -> Result<(), CacheError> {
    match std::fs::File::create_new(path).and_then(|mut file| file.write_all(value)) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(CacheError::AlreadyExists),
        result => result.map_err(|error| failed(path, &error)),
    }
}

#[async_trait]
impl Cache for Files {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        let path = self.path(key)?;
        match tokio::fs::read(&path).await {
            Ok(value) => Ok(value.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(CacheError::NotFound),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    async fn set(&self, key: &str, value: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        let path = self.path(key)?;
        tokio::fs::write(&path, value).await.map_err(|error| failed(&path, &error))
    }

    async fn add(&self, key: &str, value: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        let path = self.path(key)?;
        let created = tokio::task::spawn_blocking(move || create(&path, &value)).await;
        created.unwrap_or_else(|error| Err(CacheError::Failed(error.to_string())))
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        let path = self.path(key)?;
        tokio::fs::remove_file(&path).await.map_err(|error| failed(&path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn items_are_files_that_stay_in_their_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Files { directory: folder.path().to_owned() };
        assert_eq!(cache.get("key").await, Err(CacheError::NotFound));
        cache.add("key", "1".into(), None).await.expect("added");
        assert_eq!(cache.add("key", "2".into(), None).await, Err(CacheError::AlreadyExists));
        cache.set("key", "3".into(), None).await.expect("set");
        assert_eq!(std::fs::read_to_string(folder.path().join("key")).expect("a file"), "3");
        assert_eq!(cache.get("key").await, Ok("3".into()));
        cache.delete("key").await.expect("deleted");
        assert!(matches!(cache.delete("key").await, Err(CacheError::Failed(_))));
        for key in ["../key", "/key", "a/../../key", "", ".", "a/.."] {
            assert!(matches!(cache.set(key, "x".into(), None).await, Err(CacheError::Failed(_))), "{key}");
        }
    }
}
