//! Functions of the language that only need the values of their arguments. Lengths and positions are in bytes.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::super::ast::Builtin;
use super::{Machine, Run, Val};
use crate::bloblang::go::case;

/// Random numbers that are the same after the same seed.
pub struct Random {
    seed: f64,
    numbers: SmallRng,
}

impl Default for Random {
    fn default() -> Self {
        Self { seed: 0.0, numbers: SmallRng::seed_from_u64(0) }
    }
}

impl Random {
    /// Begins anew; the seed before.
    fn seed(&mut self, seed: f64) -> f64 {
        self.numbers = SmallRng::seed_from_u64(seed.to_bits());
        std::mem::replace(&mut self.seed, seed)
    }
}

impl Machine<'_> {
    pub(super) fn simple(&mut self, builtin: Builtin, args: &[Val]) -> Run<Val> {
        let num = |at: usize| args.get(at).map_or(0.0, Val::num);
        let text = |at: usize| args.get(at).cloned().unwrap_or_default().into_text(&self.convfmt);
        Ok(match builtin {
            Builtin::Atan2 => Val::Num(num(0).atan2(num(1))),
            Builtin::Cos => Val::Num(num(0).cos()),
            Builtin::Sin => Val::Num(num(0).sin()),
            Builtin::Exp => Val::Num(num(0).exp()),
            Builtin::Log => Val::Num(num(0).ln()),
            Builtin::Sqrt => Val::Num(num(0).sqrt()),
            Builtin::Int => Val::Num(num(0).trunc()),
            Builtin::Rand => Val::Num(self.random.numbers.random()),
            Builtin::Srand => {
                let now = || jiff::Timestamp::now().as_second() as f64;
                let seed = args.first().map_or_else(now, Val::num);
                Val::Num(self.random.seed(seed))
            }
            Builtin::Index => {
                let at = text(0).find(text(1).as_str());
                Val::Num(at.map_or(0.0, |at| at as f64 + 1.0))
            }
            Builtin::Length => Val::Num(text(0).len() as f64),
            Builtin::Substr => {
                let text = text(0);
                let start = (num(1) as i64).clamp(1, text.len() as i64 + 1) as usize - 1;
                let most = text.len() - start;
                let length =
                    if args.len() > 2 { (num(2) as i64).clamp(0, most as i64) as usize } else { most };
                Val::text(String::from_utf8_lossy(&text.as_bytes()[start..start + length]).as_ref())
            }
            Builtin::Tolower => Val::text(case::lower(&text(0))),
            Builtin::Toupper => Val::text(case::upper(&text(0))),
            Builtin::Close => Val::Num(-1.0),
            Builtin::Fflush => Val::Num(0.0),
            Builtin::System => return Err("programs cannot be started".into()),
            // These need more than values and never come here.
            Builtin::Match | Builtin::Sprintf => Val::Unset,
        })
    }
}
