//! `none`: no traces.

use crate::component::PlainSpec;
use crate::config::{ComponentSpec, Kind};

pub const NONE: PlainSpec =
    PlainSpec { spec: ComponentSpec::new(Kind::Tracer, "none").summary("Exports no traces.") };
