//! Databases that understand SQL.

use super::check::Check;
use crate::config::{Conf, Finding, FindingKind, Node};

/// A password is a secret's or a role's; neither it nor settings of connections mean anything to sqlite.
pub fn login(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let both = body.flag("iam_enabled", false) && body.has("secret_name");
    body.wrong(both, "iam_enabled and secret_name must not both be set");
    if body.text("driver") != "sqlite" {
        return;
    }
    for name in ["conn_max_idle_time", "conn_max_life_time", "conn_max_idle", "conn_max_open"] {
        body.doubtful_field(name, "this has no effect: sqlite has one connection, which stays");
    }
    let mut cloud = body.flag("iam_enabled", false) || body.has("secret_name");
    body.within("azure", |azure| cloud |= azure.flag("entra_enabled", false));
    let message = "sqlite has no users that a cloud could name: leave out iam_enabled, secret_name and azure";
    body.wrong(cloud, message);
}

/// There is something to run.
pub fn queries(conf: &Conf, found: &mut Vec<Finding>) {
    login(conf, found);
    let node = conf.node();
    if node.get("query").is_none() && node.get("queries").is_none() {
        let message = "one of the fields query and queries is required";
        found.push(Finding::new(node.line, FindingKind::Missing, message));
    }
}

/// There is something to run, and no condition stands behind a statement that always applies.
pub fn conditional_queries(conf: &Conf, found: &mut Vec<Finding>) {
    queries(conf, found);
    let all = conf.node().get("queries").map_or(&[][..], Node::items);
    let applies = |query: &&Node| query.get("when").is_none();
    if all.iter().all(|query| applies(&query)) {
        return;
    }
    let message = "this statement always applies, so those behind it are never run";
    let always = all.iter().rev().skip(1).filter(applies);
    found.extend(always.map(|query| Finding::custom(query.line, message)));
}
