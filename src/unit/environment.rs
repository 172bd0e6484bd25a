//! The environment variables of the case that runs.

use std::cell::RefCell;

use crate::value::Str;

thread_local! {
    /// Cases run one after the other on a thread, and different threads run different cases.
    static VARIABLES: RefCell<Vec<(Str, Str)>> = const { RefCell::new(Vec::new()) };
}

/// The variable `name` as the case that runs on this thread sets it, if it does.
pub fn variable(name: &str) -> Option<String> {
    VARIABLES.with_borrow(|all| {
        let found = all.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.to_string())
    })
}

/// Variables that are set until this is dropped.
pub struct Environment;

impl Environment {
    pub fn set(variables: &[(Str, Str)]) -> Self {
        VARIABLES.set(variables.to_vec());
        Self
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        VARIABLES.set(Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_live_as_long_as_their_case() {
        let set = Environment::set(&[("A".into(), "1".into())]);
        assert_eq!(variable("A").as_deref(), Some("1"));
        assert_eq!(std::thread::spawn(|| variable("A")).join().ok(), Some(None));
        drop(set);
        assert_eq!(variable("A"), None);
    }
}
