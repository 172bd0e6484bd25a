//! How long a cache keeps an entry, as processors let messages decide.

use std::time::Duration;

use crate::config::Duration as DurationText;
use crate::expr::Template;
use crate::message::Batch;

/// The time to live that `template` gives for a message; none: the cache's own.
pub fn ttl(template: Option<&Template>, batch: &Batch, index: usize) -> Result<Option<Duration>, String> {
    let Some(template) = template else { return Ok(None) };
    let text = template.render(batch, index).map_err(|error| format!("ttl interpolation error: {error}"))?;
    if text.is_empty() {
        return Ok(None);
    }
    let duration =
        text.parse::<DurationText>().map_err(|error| format!("ttl must be a duration: {error}"))?;
    Ok(Some(duration.get()))
}
