//! Watching config files for changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How often files are looked at. A change counts when it is still the same at the next look.
const PAUSE: Duration = Duration::from_millis(500);

/// What tells one version of a file from the next: when it was written, and how long it is.
type Stamp = (Option<SystemTime>, u64);
type Stamps = BTreeMap<PathBuf, Stamp>;

/// Knows the state of files whose list may change itself.
pub struct Watcher {
    list: Box<dyn Fn() -> Vec<PathBuf> + Send>,
    /// The state that was told of last.
    told: Stamps,
    /// The state at the last look.
    last: Stamps,
}

impl Watcher {
    /// Watches what `list` names, from now on.
    pub fn new(list: impl Fn() -> Vec<PathBuf> + Send + 'static) -> Self {
        let told = stamps(list());
        Self { list: Box::new(list), last: told.clone(), told }
    }

    /// Waits for files to change, to appear or to vanish, and to be left alone after that. Returns which.
    pub async fn changed(&mut self) -> BTreeSet<PathBuf> {
        loop {
            tokio::time::sleep(PAUSE).await;
            let now = stamps((self.list)());
            if now == self.last && now != self.told {
                let all = now.keys().chain(self.told.keys());
                let changed = all.filter(|path| now.get(*path) != self.told.get(*path)).cloned().collect();
                self.told = now;
                return changed;
            }
            self.last = now;
        }
    }
}

fn stamps(files: Vec<PathBuf>) -> Stamps {
    let stamp = |path: PathBuf| {
        let file = fs::metadata(&path).ok()?;
        Some((path, (file.modified().ok(), file.len())))
    };
    files.into_iter().filter_map(stamp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_change_appear_and_vanish() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = |name: &str| dir.path().join(name);
        fs::write(file("a"), "1")?;
        fs::write(file("b"), "1")?;
        let root = dir.path().to_owned();
        let list =
            move || fs::read_dir(&root).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        let mut watcher = Watcher::new(list);
        fs::write(file("a"), "22")?;
        fs::remove_file(file("b"))?;
        fs::write(file("c"), "1")?;
        assert_eq!(watcher.changed().await, BTreeSet::from(["a", "b", "c"].map(file)));
        fs::write(file("c"), "333")?;
        assert_eq!(watcher.changed().await, BTreeSet::from([file("c")]));
        Ok(())
    }
}
