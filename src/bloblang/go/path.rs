//! File paths with slashes, cleaned and split as Go does.

/// Joins the elements that are not empty and cleans the result; nothing to join gives an empty path.
pub fn join<'a>(elements: impl IntoIterator<Item = &'a str>) -> String {
    let elements: Vec<&str> = elements.into_iter().filter(|e| !e.is_empty()).collect();
    if elements.is_empty() { String::new() } else { clean(&elements.join("/")) }
}

/// The shortest equal path: no empty or `.` segments, `..` resolved where it can be.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if rooted => {}
            segment => kept.push(segment),
        }
    }
    match (rooted, kept.is_empty()) {
        (true, _) => format!("/{}", kept.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => kept.join("/"),
    }
}

/// The folder up to and including the last slash, and the file name after it.
pub fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |slash| slash + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(join(["/a/", "", "./b", "../c.txt"]), "/a/c.txt");
        assert_eq!(join(["", ""]), "");
        for (path, expected) in
            [("a/../..", ".."), ("/..", "/"), ("a//b/.", "a/b"), ("a/..", "."), ("../a", "../a")]
        {
            assert_eq!(clean(path), expected);
        }
        assert_eq!(split("/a/b.txt"), ("/a/", "b.txt"));
        assert_eq!(split("b.txt"), ("", "b.txt"));
    }
}
