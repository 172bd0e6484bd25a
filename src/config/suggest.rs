//! "Did you mean": the nearest known name to a misspelt one.

/// ` (did you mean 'x'?)` if one of `names` is near `word`, else nothing.
pub(super) fn did_you_mean(word: &str, names: &[&str]) -> String {
    let limit = word.chars().count() / 3 + 1;
    let near = names.iter().map(|name| (distance(word, name, limit), *name)).min();
    match near {
        Some((distance, name)) if distance <= limit => format!(" (did you mean '{name}'?)"),
        _ => String::new(),
    }
}

/// How many letters must be changed, added, dropped or swapped with their neighbour to turn `a` into `b`; anything
/// above `limit` is reported as `limit + 1`.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()].min(limit + 1)
}
