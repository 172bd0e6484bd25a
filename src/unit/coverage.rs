//! Which processors and which branches of `switch` processors the cases of a config have run.

use std::collections::BTreeMap;

use super::target::{Built, is_below};
use crate::component::{Environment, Registry};
use crate::config::{Kind, Part, Place, components};
use crate::telemetry::metrics::Processor as Counters;
use crate::value::Str;

/// Places of a config by line and name, and whether they were run.
type Places = BTreeMap<(u32, Str), bool>;

/// What the cases of one config have run.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub processors: Places,
    /// Cases of `switch` processors.
    pub branches: Places,
}

// === impl Coverage ===

impl Coverage {
    /// Adds what one case has run. Processors without metrics of their own are left out, as nothing is known of them.
    pub fn add(&mut self, built: &Built, registry: &Registry) {
        let all = components(Part::Run.fields(), &built.root, registry);
        let environment = &built.processors.environment;
        let counted = all.iter().filter(|place| place.kind == Kind::Processor && is_counted(place, registry));
        let mut ran = Vec::new();
        for place in counted {
            let run = !is_below(&place.path, &built.mocked) && received(place, environment);
            note(&mut self.processors, place.node.line, place.name(), run);
            ran.push((place, run));
        }
        for switch in all.iter().filter(|place| place.spec.is_some_and(|spec| spec.name == "switch")) {
            if switch.kind != Kind::Processor {
                continue;
            }
            let cases = switch.node.get("switch").map_or(&[][..], |cases| cases.items());
            for (i, case) in cases.iter().enumerate() {
                let mut name = switch.name();
                name.push_str(".switch.");
                name.push_str(itoa::Buffer::new().format(i));
                let begin = format!("{name}.");
                let inside: Vec<bool> = ran
                    .iter()
                    .filter(|(place, _)| place.name().starts_with(&begin))
                    .map(|(_, run)| *run)
                    .collect();
                if !inside.is_empty() {
                    note(&mut self.branches, case.line, name, inside.contains(&true));
                }
            }
        }
    }

    /// How many of `places` were run, of how many.
    pub fn count(places: &Places) -> (usize, usize) {
        (places.values().filter(|run| **run).count(), places.len())
    }
}

fn note(places: &mut Places, line: u32, name: Str, run: bool) {
    *places.entry((line, name)).or_default() |= run;
}

fn is_counted(place: &Place<'_>, registry: &Registry) -> bool {
    let Some(spec) = place.spec else { return false };
    registry.processors.iter().any(|entry| entry.spec.name == spec.name && !entry.silent)
}

/// Whether the processor at `place` has been given anything.
fn received(place: &Place<'_>, environment: &Environment) -> bool {
    let name = match place.path.split_first() {
        // Resources are told apart by their labels, so their paths do not count them.
        Some((first, [_, rest @ ..])) if first == "processor_resources" => {
            rest.iter().fold(format!("root.{first}"), |name, key| format!("{name}.{key}"))
        }
        _ => place.name().into(),
    };
    let label = place.label().unwrap_or_default();
    environment.metrics.register::<Counters>(label, &name).received.get() > 0
}
