//! The order in which the branches of a workflow run.

use std::collections::BTreeSet;

use crate::expr::Place;
use crate::value::Str;

/// Names in tiers: those of one tier need only what earlier tiers make.
pub type Tiers = Vec<Vec<Str>>;

/// Checks that tiers hold each of `names` exactly once.
pub fn check<'a>(tiers: &Tiers, names: impl Iterator<Item = &'a Str>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for (i, tier) in tiers.iter().enumerate() {
        if tier.is_empty() {
            return Err(format!("tier {i} is empty"));
        }
        if let Some(twice) = tier.iter().find(|name| !seen.insert((*name).clone())) {
            return Err(format!("branch '{twice}' is listed more than once"));
        }
    }
    let missing: Vec<&str> = names.filter(|name| !seen.contains(*name)).map(Str::as_str).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("these branches are missing: {}", missing.join(", ")))
    }
}

/// Tiers out of what each branch reads and assigns.
pub fn solve(mut left: Vec<(Str, Vec<Place>, Vec<Place>)>) -> Result<Tiers, String> {
    let mut tiers = Tiers::new();
    while !left.is_empty() {
        let free = |(name, reads, _): &(Str, Vec<Place>, Vec<Place>)| {
            let mut others = left.iter().filter(|(other, ..)| other != name);
            !others.any(|(_, _, assigns)| assigns.iter().any(|a| reads.iter().any(|read| a.covers(read))))
        };
        let tier: Vec<Str> =
            left.iter().filter(|branch| free(branch)).map(|(name, ..)| name.clone()).collect();
        if tier.is_empty() {
            let names: Vec<&str> = left.iter().map(|(name, ..)| name.as_str()).collect();
            return Err(format!("these branches need each other's results: {}", names.join(", ")));
        }
        left.retain(|(name, ..)| !tier.contains(name));
        tiers.push(tier);
    }
    Ok(tiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(name: &str, reads: &[&str], assigns: &[&str]) -> (Str, Vec<Place>, Vec<Place>) {
        let places = |paths: &[&str]| {
            paths.iter().map(|path| Place::Document(path.split('.').map(Str::from).collect())).collect()
        };
        (name.into(), places(reads), places(assigns))
    }

    #[test]
    fn branches_wait_for_what_they_read() {
        let branches = vec![
            branch("c", &["a.x", "b"], &[]),
            branch("b", &["a"], &["b"]),
            branch("a", &["seed"], &["a"]),
            branch("d", &["seed"], &["a.y"]),
        ];
        assert_eq!(
            solve(branches),
            Ok(vec![vec!["a".into(), "d".into()], vec!["b".into()], vec!["c".into()]])
        );
        let circle = vec![branch("a", &["b"], &["a"]), branch("b", &["a"], &["b"])];
        assert!(solve(circle).is_err_and(|error| error.ends_with("a, b")));
    }

    #[test]
    fn an_order_holds_every_branch_once() {
        let names: Vec<Str> = vec!["a".into(), "b".into()];
        let tier = |names: &[&str]| names.iter().map(|name| Str::from(*name)).collect::<Vec<_>>();
        assert_eq!(check(&vec![tier(&["a"]), tier(&["b"])], names.iter()), Ok(()));
        for tiers in
            [vec![tier(&["a"])], vec![tier(&["a", "b"]), tier(&["a"])], vec![tier(&["a", "b"]), tier(&[])]]
        {
            assert!(check(&tiers, names.iter()).is_err(), "{tiers:?}");
        }
    }
}
