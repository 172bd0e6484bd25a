//! Patterns that are known only at run time, kept between messages.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::{Pattern, PatternError};
use crate::value::Str;

/// How many patterns are kept; when there are more all are forgotten.
const CAPACITY: usize = 256;

static PATTERNS: LazyLock<Mutex<HashMap<Str, Arc<Pattern>>>> = LazyLock::new(Mutex::default);

/// The compiled pattern, out of the cache if it is there.
pub fn cached(pattern: &str) -> Result<Arc<Pattern>, PatternError> {
    let lock = || PATTERNS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lock().get(pattern) {
        return Ok(known.clone());
    }
    let compiled = Arc::new(Pattern::new(pattern)?);
    let mut patterns = lock();
    if patterns.len() >= CAPACITY {
        patterns.clear();
    }
    patterns.insert(pattern.into(), compiled.clone());
    Ok(compiled)
}
