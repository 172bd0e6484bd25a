//! Puts stand-ins in the places of processors.

use super::pointer::{follow, segments};
use crate::config::{Node, NodeKind, Part, Specs, components, set_at};
use crate::value::Str;

/// A config with stand-ins.
pub struct Mocked {
    pub root: Node,
    /// The paths of the stand-ins.
    pub mocked: Vec<Vec<String>>,
    /// The labels that may be targeted: those of stand-ins for labels are not among them.
    pub labels: Labels,
}

/// The labels of a config with the paths of their components.
pub type Labels = Vec<(Str, Vec<String>)>;

/// Puts mocks in place: those that pointers name first, then those of labels.
pub fn apply(root: Node, mocks: &[(Str, Node)], specs: &dyn Specs) -> Result<Mocked, String> {
    let (by_pointer, by_label): (Vec<_>, Vec<_>) = mocks.iter().partition(|(key, _)| key.starts_with('/'));
    let mut root = root;
    let mut places = Vec::new();
    for (key, mock) in by_pointer {
        let path = segments(key);
        root =
            put(&root, mock, &path, specs).map_err(|error| format!("failed to set mock '{key}': {error}"))?;
        places.push(path);
    }
    // Labels are looked up once: a mock does not move what others name.
    let labels = labels(&root, specs);
    for (key, mock) in by_label {
        let path = path_of(&labels, key).ok_or_else(|| {
            format!("mock for label '{key}' could not be applied as the label was not found in the test target file; what other files define cannot be mocked")
        })?;
        root =
            put(&root, mock, path, specs).map_err(|error| format!("failed to set mock '{key}': {error}"))?;
        places.push(path.clone());
    }
    Ok(Mocked { root, mocked: places, labels })
}

fn labels(root: &Node, specs: &dyn Specs) -> Labels {
    let all = components(Part::Run.fields(), root, specs);
    let labelled = |place: &crate::config::Place<'_>| {
        Some((place.label()?.into(), place.path.iter().map(ToString::to_string).collect()))
    };
    all.iter().filter_map(labelled).collect()
}

/// Where the component with a label stands; of equal labels the last.
pub fn path_of<'l>(labels: &'l [(Str, Vec<String>)], label: &str) -> Option<&'l Vec<String>> {
    labels.iter().rev().find(|(name, _)| name == label).map(|(_, path)| path)
}

/// Replaces what stands at `path`; a mock without a label takes over that of what it replaces.
fn put(root: &Node, mock: &Node, path: &[String], specs: &dyn Specs) -> Result<Node, String> {
    if !matches!(mock.value, NodeKind::Map(_)) {
        return Err(format!("a mock must be a processor, got {}", mock.tag().name()));
    }
    let old = follow(root, path).ok().and_then(|node| node.get("label"));
    let label = old.filter(|_| mock.get("label").is_none()).cloned();
    let set = |root: &Node, path: &[String], value: Node| {
        set_at(root, Part::Run.fields(), specs, path, value).map_err(|error| error.to_string())
    };
    let root = set(root, path, mock.clone())?;
    match label {
        Some(label) => set(&root, &[path, &["label".to_owned()]].concat(), label),
        None => Ok(root),
    }
}
