//! The reference documentation in `docs/` is what the specs say, and its links lead somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use nekton::components::REGISTRY;
use nekton::docs::{Page, pages};

const MEND: &str = "run `cargo run -- docs` and commit what it writes";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

#[test]
fn the_pages_are_what_the_specs_say() {
    let stale = |page: &Page| {
        std::fs::read_to_string(folder().join(&page.path)).map_or(true, |text| text != page.text)
    };
    let stale: Vec<_> = pages(&REGISTRY).into_iter().filter(stale).map(|page| page.path).collect();
    assert!(stale.is_empty(), "stale or missing in docs/, {MEND}: {stale:?}");
}

#[test]
fn there_are_no_other_pages() {
    let expected: BTreeSet<_> = pages(&REGISTRY).into_iter().map(|page| folder().join(page.path)).collect();
    let mut found = BTreeSet::new();
    let mut folders = vec![folder()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                found.insert(entry);
            }
        }
    }
    let more: Vec<_> = found.difference(&expected).collect();
    assert!(more.is_empty(), "nothing is said on these pages any more, {MEND}: {more:?}");
}

#[test]
fn links_lead_to_pages() {
    let pages = pages(&REGISTRY);
    let paths: BTreeSet<_> = pages.iter().map(|page| page.path.as_str()).collect();
    let index = pages.iter().find(|page| page.path == "README.md").expect("the index");
    let links: BTreeSet<_> =
        index.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let here: BTreeSet<_> = paths.iter().copied().filter(|path| *path != "README.md").collect();
    assert_eq!(links, here);
}
