//! How two texts of several lines differ.

use super::text::{Paint, Text};

/// Longer texts are not compared line by line, which takes the product of their lengths.
const MAX_LINES: usize = 2000;

/// The lines of both texts with marks before those that only one has; none where either text is one line only.
pub fn lines(got: &str, expected: &str) -> Option<Text> {
    let (a, b): (Vec<&str>, Vec<&str>) = (got.split('\n').collect(), expected.split('\n').collect());
    if a.len().min(b.len()) < 2 || a.len().max(b.len()) > MAX_LINES {
        return None;
    }
    let common = common(&a, &b);
    let mut text = Text::default();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let both = a.get(i).zip(b.get(j)).is_some_and(|(a, b)| a == b);
        if both {
            text.push(Paint::Plain, format!("\n    {}", a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && common[i + 1][j] >= common[i][j + 1]) {
            text.push(Paint::Extra, format!("\n  - {}", a[i]));
            i += 1;
        } else {
            text.push(Paint::Missing, format!("\n  + {}", b[j]));
            j += 1;
        }
    }
    Some(text)
}

/// For every pair of places how many lines both texts have in common from there on.
fn common(a: &[&str], b: &[&str]) -> Vec<Vec<u16>> {
    let mut table = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i][j] =
                if a[i] == b[j] { table[i + 1][j + 1] + 1 } else { table[i + 1][j].max(table[i][j + 1]) };
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_are_shown_once() {
        let text = lines("one\ntwo\nthree", "one\nthree\nfour").expect("a difference");
        assert_eq!(text.render(false), "\n    one\n  - two\n    three\n  + four");
        assert_eq!(lines("one", "a\nb"), None);
    }
}
