//! Windows of time: where they begin and end.

use jiff::{SignedDuration, Timestamp};

/// All windows of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    size: SignedDuration,
    /// From one beginning to the next.
    step: SignedDuration,
    offset: SignedDuration,
}

/// One window: all that is later than its beginning, up to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// The first nanosecond.
    pub start: Timestamp,
    /// The last nanosecond, which is the beginning of the next window that does not overlap with this one.
    pub end: Timestamp,
}

/// Windows are aligned to the beginning of the year 1, in seconds before 1970.
const YEAR_ONE: i128 = 62_135_596_800;

const NANOS: i128 = 1_000_000_000;

// === impl Windows ===

impl Windows {
    /// Lengths in nanoseconds; `size` and `step` are positive.
    pub fn new(size: i64, step: i64, offset: i64) -> Self {
        let [size, step, offset] = [size, step, offset].map(SignedDuration::from_nanos);
        Self { size, step, offset }
    }

    pub fn size(&self) -> std::time::Duration {
        self.size.unsigned_abs()
    }

    /// The window that ends next: of those that overlap the oldest one.
    pub fn current(&self, now: Timestamp) -> Window {
        let origin = self.offset.as_nanos() - YEAR_ONE * NANOS;
        let step = self.step.as_nanos();
        // A time at which a window ends belongs to it.
        let begun = (now.as_nanosecond() - 1 - origin).div_euclid(step) * step + origin;
        let start = begun + step - self.size.as_nanos();
        let at = |nanos: i128| Timestamp::from_nanosecond(nanos).unwrap_or(now);
        Window { start: at(start + 1), end: at(start + self.size.as_nanos()) }
    }

    pub fn before(&self, window: Window) -> Window {
        self.moved(window, -self.step)
    }

    pub fn after(&self, window: Window) -> Window {
        self.moved(window, self.step)
    }

    fn moved(&self, window: Window, by: SignedDuration) -> Window {
        let moved = |time: Timestamp| time.saturating_add(by).unwrap_or(time);
        Window { start: moved(window.start), end: moved(window.end) }
    }
}

// === impl Window ===

impl Window {
    pub fn holds(&self, time: Timestamp) -> bool {
        self.start <= time && time <= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_aligned() {
        const MINUTE: i64 = 60_000_000_000;
        let now = "2024-01-01T10:07:30Z";
        for (size, step, offset, now, start, end) in [
            (10, 10, 0, now, "10:00:00", "10:10:00"),
            (10, 10, 4, now, "10:04:00", "10:14:00"),
            (10, 10, 8, now, "09:58:00", "10:08:00"),
            (10, 2, 0, now, "09:58:00", "10:08:00"),
            (10, 10, 0, "2024-01-01T10:10:00Z", "10:00:00", "10:10:00"),
            (10, 10, 0, "2024-01-01T10:10:00.000000001Z", "10:10:00", "10:20:00"),
            (60, 60, 30, now, "09:30:00", "10:30:00"),
        ] {
            let windows = Windows::new(size * MINUTE, step * MINUTE, offset * MINUTE);
            let window = windows.current(now.parse().expect("a time"));
            let want = Window {
                start: format!("2024-01-01T{start}.000000001Z").parse().expect("a time"),
                end: format!("2024-01-01T{end}Z").parse().expect("a time"),
            };
            assert_eq!(window, want, "{size} {step} {offset} {now}");
            assert_eq!(windows.after(windows.before(window)), window);
        }
    }
}
