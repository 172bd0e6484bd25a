//! The paths of a server of one's own.

use crate::component::PathVars;
use crate::value::Str;

/// A path such as `/a/{name}`; one that ends in `/` matches everything below it.
#[derive(Clone, Debug)]
pub struct Pattern {
    segments: Vec<Segment>,
    is_prefix: bool,
}

#[derive(Clone, Debug)]
enum Segment {
    Literal(Str),
    Variable(Str),
    /// A variable that takes all that is left, which may be nothing.
    Rest(Str),
}

// === impl Pattern ===

impl Pattern {
    pub fn new(path: &str) -> Self {
        let is_prefix = path.ends_with('/');
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let segment = |text: &str| match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            // Behind a colon may stand a pattern, which does not restrict the variable here.
            Some(name) => match name.split_once(':') {
                Some((name, ".*")) => Segment::Rest(name.into()),
                Some((name, _)) => Segment::Variable(name.into()),
                None => Segment::Variable(name.into()),
            },
            None => Segment::Literal(text.into()),
        };
        let segments = path.split('/').filter(|_| !path.is_empty()).map(segment).collect();
        Self { segments, is_prefix }
    }

    /// What the variables match in `path`, if it matches at all.
    pub fn matches(&self, path: &str) -> Option<PathVars> {
        let mut vars = PathVars::default();
        let path = path.strip_prefix('/')?;
        let mut rest = path.split('/');
        let mut taken = 0;
        for segment in &self.segments {
            if let Segment::Rest(name) = segment {
                vars.0.push((name.clone(), path.get(taken..).unwrap_or_default().into()));
                return Some(vars);
            }
            let text = rest.next()?;
            taken += text.len() + 1;
            match segment {
                Segment::Literal(literal) if literal == text => {}
                Segment::Variable(name) if !text.is_empty() => vars.0.push((name.clone(), text.into())),
                _ => return None,
            }
        }
        (rest.next().is_some() == self.is_prefix).then_some(vars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variables found, or nothing.
    fn found(pattern: &str, path: &str) -> Option<String> {
        let vars = Pattern::new(pattern).matches(path)?.0;
        Some(vars.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn paths_match_whole_by_variables_or_by_prefix() {
        for (pattern, path, expected) in [
            ("/post", "/post", Some("")),
            ("post", "/post", Some("")),
            ("/post", "/post/", None),
            ("/post", "/posts", None),
            ("/tree/", "/tree/", Some("")),
            ("/tree/", "/tree/a/b", Some("")),
            ("/tree/", "/tree", None),
            ("/tree/", "/treehouse", None),
            ("/", "/", Some("")),
            ("/", "/any/thing", Some("")),
            ("/u/{user}/f/{file:[a-z]+}", "/u/é/f/a.txt", Some("user=é,file=a.txt")),
            ("/{name}", "/x", Some("name=x")),
            ("/{name}", "/", None),
            ("/{name}", "/x/y", None),
            ("/{rest:.*}", "/x/y", Some("rest=x/y")),
            ("/{rest:.*}", "/", Some("rest=")),
            ("/a/{b}/{rest:.*}", "/a/x/y/z", Some("b=x,rest=y/z")),
        ] {
            assert_eq!(found(pattern, path).as_deref(), expected, "{pattern} for {path}");
        }
    }
}
