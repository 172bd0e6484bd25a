//! All components: one folder for each technology, one file for each component, one line for each of them in the
//! table of its folder.

mod avro;
mod awk;
mod catalogue;
mod durable;
mod http;
mod io;
#[cfg(feature = "javascript")]
mod javascript;
mod local;
mod observe;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "protobuf")]
mod protobuf;
mod pure;
mod rules;
mod scan;
mod schema_registry;
#[cfg(feature = "sqlite")]
mod sql;
mod text;
#[cfg(feature = "wasm")]
mod wasm;

use crate::component::{Listing, Registry};

/// Every component of this build.
pub const REGISTRY: Registry = Registry {
    inputs: Listing(&[
        http::INPUTS,
        io::INPUTS,
        local::INPUTS,
        #[cfg(feature = "parquet")]
        parquet::INPUTS,
        pure::INPUTS,
        #[cfg(feature = "sqlite")]
        sql::INPUTS,
    ]),
    buffers: Listing(&[durable::BUFFERS, local::BUFFERS]),
    processors: Listing(&[
        avro::PROCESSORS,
        awk::PROCESSORS,
        http::PROCESSORS,
        io::PROCESSORS,
        #[cfg(feature = "javascript")]
        javascript::PROCESSORS,
        #[cfg(feature = "parquet")]
        parquet::PROCESSORS,
        #[cfg(feature = "protobuf")]
        protobuf::PROCESSORS,
        pure::PROCESSORS,
        schema_registry::PROCESSORS,
        #[cfg(feature = "sqlite")]
        sql::PROCESSORS,
        text::PROCESSORS,
        #[cfg(feature = "wasm")]
        wasm::PROCESSORS,
    ]),
    outputs: Listing(&[
        http::OUTPUTS,
        io::OUTPUTS,
        local::OUTPUTS,
        pure::OUTPUTS,
        #[cfg(feature = "sqlite")]
        sql::OUTPUTS,
    ]),
    caches: Listing(&[
        local::CACHES,
        #[cfg(feature = "sqlite")]
        sql::CACHES,
    ]),
    rate_limits: Listing(&[local::RATE_LIMITS]),
    scanners: Listing(&[avro::SCANNERS, scan::SCANNERS]),
    metrics: Listing(&[observe::METRICS]),
    tracers: Listing(&[observe::TRACERS]),
    catalogue: Some(catalogue::catalogue),
    templates: Vec::new(),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Kind, Specs};

    /// So that a config has the same findings in every build.
    #[test]
    fn what_needs_a_feature_has_the_rule_that_the_catalogue_knows() {
        for kind in Kind::ALL {
            for spec in REGISTRY.specs(kind) {
                let Some(known) = catalogue::catalogue().get(kind, spec.name) else { continue };
                let (own, known) =
                    (spec.rule.map(|rule| rule as usize), known.rule.map(|rule| rule as usize));
                assert_eq!(own, known, "{kind} {}", spec.name);
            }
        }
    }

    /// What needs a cargo feature: only of these the catalogue knows too, for builds without it.
    const OF_FEATURES: &[&str] = &[
        "javascript",
        "parquet",
        "parquet_decode",
        "parquet_encode",
        "protobuf",
        "sql",
        "sql_insert",
        "sql_raw",
        "sql_select",
        "sqlite",
        "wasm",
    ];

    #[test]
    fn the_catalogue_knows_nothing_that_every_build_has() {
        for kind in Kind::ALL {
            let built: Vec<_> = REGISTRY.specs(kind).map(|spec| spec.name).collect();
            for name in Specs::names(catalogue::catalogue(), kind) {
                assert!(
                    !built.contains(&name) || OF_FEATURES.contains(&name),
                    "{kind} {name} stands in both"
                );
            }
        }
    }
}
