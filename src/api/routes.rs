//! The table of paths: a trie over path segments that changes while requests are served.
//!
//! A path is a list of segments parted by `/`. A segment `{name}` matches any one segment that is not empty; a path
//! that ends in `/` matches everything below it. Literal segments win over variables, longer prefixes over shorter.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::component::PathVars;
use crate::value::Str;

/// Paths and their handlers. Clones share the table.
#[derive(Clone)]
pub struct Routes<H> {
    table: Arc<RwLock<Table<H>>>,
}

/// A handler for a path, and what its variables matched.
pub struct Match<H> {
    pub handler: H,
    pub vars: PathVars,
}

struct Table<H> {
    root: Node<H>,
    /// The number of the last route that was added.
    last: u64,
}

struct Node<H> {
    /// Sorted by segment; a vector, because most nodes have one child.
    literal: Vec<(Str, Box<Node<H>>)>,
    variable: Option<Box<Node<H>>>,
    /// Routes that end here. The last one is served: a stream that replaces another registers before the old one
    /// goes, and an attempt that fails leaves the old one in place.
    exact: Vec<Route<H>>,
    /// Routes that match everything below, the last one served.
    prefix: Vec<Route<H>>,
}

struct Route<H> {
    number: u64,
    path: Str,
    description: Str,
    variables: Box<[Str]>,
    handler: H,
}

// === impl Routes ===

impl<H> Default for Routes<H> {
    fn default() -> Self {
        Self { table: Arc::new(RwLock::new(Table { root: Node::default(), last: 0 })) }
    }
}

impl<H: Clone> Routes<H> {
    /// Adds a route and returns its number, by which it is removed.
    pub fn add(&self, path: &str, description: &str, handler: H) -> u64 {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.last += 1;
        let number = table.last;
        let variables = segments(path).filter_map(variable).map(Str::from).collect();
        let route = Route { number, path: path.into(), description: description.into(), variables, handler };
        let place = table.root.place(path);
        place.reserve_exact(1);
        place.push(route);
        number
    }

    /// Removes the route of this path and number.
    pub fn remove(&self, path: &str, number: u64) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.root.remove(&mut segments(path), path.ends_with('/'), number);
    }

    /// The handler of a decoded path.
    pub fn find(&self, path: &str) -> Option<Match<H>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let mut values = Vec::new();
        let route = table.root.find(&segments, &mut values)?;
        let vars = route.variables.iter().cloned().zip(values.into_iter().map(Str::from)).collect();
        Some(Match { handler: route.handler.clone(), vars: PathVars(vars) })
    }

    /// Path and description of everything served, by path.
    pub fn list(&self) -> BTreeMap<Str, Str> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let mut all = BTreeMap::new();
        table.root.list(&mut all);
        all
    }
}

// === impl Node ===

impl<H> Default for Node<H> {
    fn default() -> Self {
        Self { literal: Vec::new(), variable: None, exact: Vec::new(), prefix: Vec::new() }
    }
}

impl<H> Node<H> {
    /// The routes of a path, with the nodes that lead there.
    fn place(&mut self, path: &str) -> &mut Vec<Route<H>> {
        let mut node = self;
        for segment in segments(path) {
            node = match variable(segment) {
                Some(_) => node.variable.get_or_insert_default(),
                None => node.child(segment),
            };
        }
        if path.ends_with('/') { &mut node.prefix } else { &mut node.exact }
    }

    /// Removes a route and the nodes that nothing is below of any more.
    fn remove(&mut self, path: &mut dyn Iterator<Item = &str>, is_prefix: bool, number: u64) {
        match path.next() {
            None if is_prefix => self.prefix.retain(|route| route.number != number),
            None => self.exact.retain(|route| route.number != number),
            Some(segment) if variable(segment).is_some() => {
                if let Some(child) = &mut self.variable {
                    child.remove(path, is_prefix, number);
                }
                self.variable = self.variable.take().filter(|child| !child.is_empty());
            }
            Some(segment) => {
                if let Ok(at) = self.position(segment) {
                    let child = &mut self.literal[at].1;
                    child.remove(path, is_prefix, number);
                    if child.is_empty() {
                        self.literal.remove(at);
                    }
                }
            }
        }
    }

    fn position(&self, segment: &str) -> Result<usize, usize> {
        self.literal.binary_search_by(|(own, _)| own.as_str().cmp(segment))
    }

    /// The child of a segment, made if it is missing.
    fn child(&mut self, segment: &str) -> &mut Self {
        let at = self.position(segment).unwrap_or_else(|at| {
            self.literal.insert(at, (segment.into(), Box::default()));
            at
        });
        &mut self.literal[at].1
    }

    fn is_empty(&self) -> bool {
        self.literal.is_empty() && self.variable.is_none() && self.exact.is_empty() && self.prefix.is_empty()
    }

    fn find<'n, 'p>(&'n self, path: &[&'p str], values: &mut Vec<&'p str>) -> Option<&'n Route<H>> {
        let Some((segment, rest)) = path.split_first() else { return self.exact.last() };
        if let Ok(at) = self.position(segment)
            && let Some(route) = self.literal[at].1.find(rest, values)
        {
            return Some(route);
        }
        if let Some(child) = self.variable.as_ref().filter(|_| !segment.is_empty()) {
            values.push(segment);
            if let Some(route) = child.find(rest, values) {
                return Some(route);
            }
            values.pop();
        }
        self.prefix.last()
    }

    fn list(&self, all: &mut BTreeMap<Str, Str>) {
        for route in self.exact.last().into_iter().chain(self.prefix.last()) {
            all.insert(route.path.clone(), route.description.clone());
        }
        let children = self.literal.iter().map(|(_, child)| child).chain(self.variable.as_ref());
        children.for_each(|child| child.list(all));
    }
}

/// The segments of a route; the slash at the end of a prefix is none.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').filter(|_| !path.is_empty())
}

/// The name in a segment like `{name}`, also with a pattern behind a colon.
fn variable(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.split_once(':').map_or(name, |(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `variables` of the route found, or nothing.
    fn found(routes: &Routes<()>, path: &str) -> Option<String> {
        let vars = routes.find(path)?.vars.0;
        Some(vars.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn literals_win_over_variables_over_prefixes() {
        let routes = Routes::<()>::default();
        for path in ["/streams", "/streams/{id}", "/streams/{id}/stats", "/a/b/", "/a/b/c", "/{id}/ready"] {
            routes.add(path, "", ());
        }
        for (path, expected) in [
            ("/streams", Some("")),
            ("/streams/", None),
            ("/streams/x", Some("id=x")),
            ("/streams/ready", Some("id=ready")),
            ("/streams/x/stats", Some("id=x")),
            ("/streams/x/nope", None),
            ("/a/b", None),
            ("/a/b/", Some("")),
            ("/a/b/c", Some("")),
            ("/a/b/x/y", Some("")),
            ("/a/ready", Some("id=a")),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(found(&routes, path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_removed_route_leaves_the_one_before_and_then_nothing() {
        let routes = Routes::<()>::default();
        let old = routes.add("/s/post", "old", ());
        let new = routes.add("/s/post", "new", ());
        assert_eq!(routes.list().values().collect::<Vec<_>>(), ["new"]);
        routes.remove("/s/post", new);
        assert_eq!(routes.list().values().collect::<Vec<_>>(), ["old"]);
        routes.remove("/s/post", old);
        assert!(routes.table.read().is_ok_and(|table| table.root.is_empty()));
    }
}
