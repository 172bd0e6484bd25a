//! What the specs say may stand at a place.

use super::place::Step;
use crate::config::{AnyField, Body, FieldInfo, Kind, Part, Shape, Specs, Type};

/// What may stand somewhere.
#[derive(Clone, Copy)]
pub enum Slot<'s> {
    /// An object with known fields.
    Object(&'s [&'s dyn AnyField]),
    Component(Kind),
    /// A list whose items have the given shape.
    List(&'s FieldInfo, Shape),
    /// An object with free keys.
    Map(&'s FieldInfo),
    /// A single value.
    Leaf(&'s FieldInfo),
    /// Nothing is known.
    Unknown,
}

/// What may stand where the steps lead to from the root.
pub fn at<'s>(steps: &[Step], specs: &'s dyn Specs) -> Slot<'s> {
    steps.iter().fold(Slot::Object(Part::Run.fields()), |slot, step| slot.step(step, specs))
}

// === impl Slot ===

impl<'s> Slot<'s> {
    fn of(info: &'s FieldInfo, shape: Shape) -> Self {
        match (shape, info.ty) {
            (Shape::Array, _) => Self::List(info, Shape::Scalar),
            (Shape::Array2, _) => Self::List(info, Shape::Array),
            (Shape::Map, _) => Self::Map(info),
            (Shape::Scalar, Type::Component(kind)) => Self::Component(kind),
            (Shape::Scalar, Type::Object) if !info.fields.is_empty() => Self::Object(info.fields),
            (Shape::Scalar, _) => Self::Leaf(info),
        }
    }

    fn step(self, step: &Step, specs: &'s dyn Specs) -> Self {
        match (self, step) {
            (Self::Object(fields), Step::Key(key)) => {
                let info = fields.iter().map(|field| field.info()).find(|info| info.name == key);
                info.map_or(Self::Unknown, |info| Self::of(info, info.shape))
            }
            (Self::List(info, shape), Step::Index(_)) => Self::of(info, shape),
            (Self::Map(info), Step::Key(_)) => Self::of(info, Shape::Scalar),
            (Self::Component(kind), Step::Key(key)) => match specs.find(kind, key).map(|spec| spec.body) {
                Some(Body::Object(fields)) => Self::Object(fields),
                Some(Body::Bare(field)) => Self::of(field.info(), field.info().shape),
                None if key == "processors" && kind.has_processors() => processors(),
                None => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }
}

/// The processors of an input or output, which are those of a pipeline.
fn processors<'s>() -> Slot<'s> {
    let pipeline = Part::Run.fields().iter().map(|field| field.info()).find(|info| info.name == "pipeline");
    let list =
        pipeline.and_then(|info| info.fields.iter().map(|f| f.info()).find(|i| i.name == "processors"));
    list.map_or(Slot::Unknown, |info| Slot::of(info, info.shape))
}
