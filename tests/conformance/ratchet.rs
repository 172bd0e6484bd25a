//! The ratchet: `known-failures.txt` lists what fails and why. Nothing may fail that is not listed, nothing may be listed that passes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::case::glob_matches;

pub const PATH: &str = "tests/conformance/known-failures.txt";

/// What the result of a case means, seen against the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Pass,
    /// Fails and is not listed.
    New,
    /// Fails and is listed.
    Known,
    /// Passes and is listed.
    Mended,
}

impl Verdict {
    pub fn of(passed: bool, listed: bool) -> Self {
        match (passed, listed) {
            (true, false) => Verdict::Pass,
            (false, false) => Verdict::New,
            (false, true) => Verdict::Known,
            (true, true) => Verdict::Mended,
        }
    }
}

/// The list: lines of `id  # reason`. An id may hold `*`; what such a glob covers is not run unless asked for.
#[derive(Default)]
pub struct KnownFailures {
    header: String,
    reasons: BTreeMap<String, String>,
}

impl KnownFailures {
    pub fn load() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH);
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut known = KnownFailures::default();
        for line in text.lines() {
            match line.split_once("  # ") {
                Some((id, reason)) => {
                    known.reasons.insert(id.trim().into(), reason.trim().into());
                }
                None if line.starts_with('#') || line.is_empty() => known.header += &format!("{line}\n"),
                None => panic!("{PATH}: not `id  # reason`: {line}"),
            }
        }
        known
    }

    pub fn save(&self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH);
        let lines: String = self.reasons.iter().map(|(id, reason)| format!("{id}  # {reason}\n")).collect();
        std::fs::write(path, format!("{}{lines}", self.header)).unwrap_or_else(|e| panic!("{PATH}: {e}"));
    }

    pub fn covers(&self, id: &str) -> bool {
        self.reasons.contains_key(id) || self.by_glob(id)
    }

    pub fn by_glob(&self, id: &str) -> bool {
        self.glob(id).is_some()
    }

    fn glob(&self, id: &str) -> Option<(&String, &String)> {
        self.reasons.iter().find(|(glob, _)| glob.contains('*') && glob_matches(glob, id))
    }

    /// The list as it should be after these results. A glob of which something passes gives way to the ids that fail.
    pub fn updated<'a>(&self, results: impl Iterator<Item = (&'a str, Verdict)>) -> Self {
        let results: Vec<_> = results.collect();
        let mut reasons = self.reasons.clone();
        for (id, verdict) in &results {
            let glob = self.glob(id);
            match verdict {
                Verdict::Mended => {
                    reasons.remove(*id);
                    glob.and_then(|(glob, _)| reasons.remove(glob));
                }
                Verdict::New => {
                    reasons.insert((*id).into(), "not looked into yet".into());
                }
                Verdict::Known | Verdict::Pass => {}
            }
        }
        for (id, verdict) in &results {
            let Some((glob, reason)) = self.glob(id) else { continue };
            if *verdict == Verdict::Known && !reasons.contains_key(glob) {
                reasons.entry((*id).into()).or_insert_with(|| reason.clone());
            }
        }
        KnownFailures { header: self.header.clone(), reasons }
    }
}
