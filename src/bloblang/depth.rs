//! How deep maps may run inside of each other: so many times, and no deeper than the stack of the thread bears.

use std::cell::Cell;

use super::error::Error;
use super::spec::Result;

/// The stack that threads need on which mappings run, in bytes.
pub const STACK: usize = 64 * 1024 * 1024;

/// How much of it maps may use; the rest is for what stands above and below them.
const FOR_MAPS: usize = STACK / 4 * 3;

/// Maps may run inside of each other this deep.
const MAX_MAPS: u32 = 5000;

/// A place in the nesting of maps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Depth {
    maps: u32,
    /// Where the stack was when the outermost mapping of the thread began.
    began: usize,
}

thread_local! {
    /// The highest place in the stack of this thread at which a mapping ever began: stacks grow downwards.
    static BEGAN: Cell<usize> = const { Cell::new(0) };
}

// === impl Depth ===

impl Depth {
    /// The depth of a mapping, in which no map runs yet.
    pub fn outside() -> Self {
        let began = BEGAN.with(|began| {
            began.set(began.get().max(position()));
            began.get()
        });
        Self { maps: 0, began }
    }

    /// One map further inside.
    pub fn enter(self, map: &str) -> Result<Self> {
        if self.maps >= MAX_MAPS || position().abs_diff(self.began) > FOR_MAPS {
            return Err(Error::new(format!(
                "entering map {map} exceeded the allowed depth of maps inside of each other (at most {MAX_MAPS}), \
                 this could be due to unbounded recursion"
            )));
        }
        Ok(Self { maps: self.maps + 1, ..self })
    }
}

/// About where the stack of this thread ends at present.
#[inline(never)]
fn position() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(&here) as usize
}

#[cfg(test)]
mod tests {
    use crate::expr::Mapping;
    use crate::value::Value;

    /// What the mapping of a map without end yields on a thread with a stack of its own.
    fn endless(mapping: &'static str) -> String {
        let run = move || {
            let document = Value::from(mapping);
            let mapping = Mapping::compile(mapping).map_err(|e| e[0].to_string())?;
            mapping.apply(document, &[]).map(|_| "it ended".to_owned()).map_err(|e| e.to_string())
        };
        let thread = std::thread::Builder::new().stack_size(super::STACK).spawn(run);
        thread
            .expect("a thread starts")
            .join()
            .expect("the thread does not die")
            .unwrap_or_else(|e: String| e)
    }

    #[test]
    fn maps_without_end_are_an_error() {
        let plain = "map f { root = this.apply(\"f\") }\nroot = this.apply(\"f\")";
        let wide = "map f { root = [[[[[[[[[[[this.apply(\"f\")]]]]]]]]]]] }\nroot = this.apply(\"f\")";
        let dynamic = "root = this.bloblang(this)";
        for mapping in [plain, wide, dynamic] {
            assert!(endless(mapping).contains("unbounded recursion"), "{mapping}");
        }
    }
}
