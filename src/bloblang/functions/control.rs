//! Functions that decide what becomes of an assignment.

use std::borrow::Cow;

use crate::bloblang::args::{Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec};
use crate::value::Value;

pub const FUNCTIONS: &[&FunctionSpec] = &[&DELETED, &NOTHING, &THROW, &VAR];

const DELETED: FunctionSpec = FunctionSpec::new("deleted", "General", FunctionRun::Pure(|_| Ok(Value::Delete)))
    .doc("Removes what it is assigned to: a field, a metadata key, or with `root` the whole message. In a list or an object literal the element is left out.")
    .examples(&[
        Example {
            mapping: "root = this\nroot.secret = deleted()",
            cases: &[(r#"{"id":1,"secret":"x"}"#, r#"{"id":1}"#)],
        },
        Example { mapping: "root = [1, deleted(), 3]", cases: &[("{}", "[1,3]")] },
    ]);

const NOTHING: FunctionSpec = FunctionSpec::new(
    "nothing",
    "General",
    FunctionRun::Pure(|_| Ok(Value::Nothing)),
)
.doc("Leaves what it is assigned to as it was.")
.examples(&[
    Example {
        mapping: "root.kind = \"none\"\nroot.kind = if this.kind == \"\" { nothing() } else { this.kind }",
        cases: &[(r#"{"kind":""}"#, r#"{"kind":"none"}"#), (r#"{"kind":"a"}"#, r#"{"kind":"a"}"#)],
    },
    Example { mapping: "root = [nothing(), 2]", cases: &[("{}", "[2]")] },
]);

const THROW: FunctionSpec = FunctionSpec::new(
    "throw",
    "General",
    FunctionRun::Scoped(|args, _| Err(Error::new(args.str(0)))),
)
.doc("Fails with a text of your choice, for a `catch` around it or for the message to be flagged with.")
.params(Params::Named(&[Param::string("why", "The text of the error.")]))
.examples(&[
    Example {
        mapping: "root.n = if this.n > 9 { throw(\"too large\") } else { this.n }",
        cases: &[(r#"{"n":5}"#, r#"{"n":5}"#), (r#"{"n":10}"#, "Error")],
    },
    Example { mapping: "root = throw(\"no\").catch(err -> err)", cases: &[("{}", "no")] },
]);

const VAR: FunctionSpec = FunctionSpec::new(
    "var",
    "General",
    FunctionRun::Scoped(|args, ctx| {
        let name = args.str(0);
        ctx.variable(name)
            .map(Cow::Borrowed)
            .ok_or_else(|| Error::new(format!("variable '{name}' undefined")))
    }),
)
.doc("The value of a variable by its name; the same as `$name`.")
.params(Params::Named(&[Param::string("name", "The name of the variable.")]))
.examples(&[
    Example { mapping: "let n = 2\nroot = var(\"n\") * 3", cases: &[("{}", "6")] },
    Example { mapping: "root = var(\"missing\").catch(\"none\")", cases: &[("{}", "none")] },
]);
