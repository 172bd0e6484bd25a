//! Running a mapping that is known only at run time.

use std::sync::Arc;

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::compile::compile;
use crate::bloblang::error::Error;
use crate::bloblang::scope::Environment;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result, Status};

pub const METHODS: &[&MethodSpec] = &[&BLOBLANG];

const BLOBLANG: MethodSpec = MethodSpec::new("bloblang", "Parsing", MethodRun::Prepared(bloblang))
    .status(Status::Beta)
    .doc("Runs a mapping with the value as `this` and yields its root. The mapping sees no messages and nothing of the outside world, and cannot import files.")
    .params(Params::Named(&[Param::string("mapping", "The mapping.")]))
    .examples(&[
        Example { mapping: "root = this.doc.bloblang(this.rule)", cases: &[(r#"{"doc":{"n":2},"rule":"root.double = this.n * 2"}"#, r#"{"double":4}"#)] },
        Example { mapping: "root = this.doc.bloblang(this.rule)", cases: &[(r#"{"doc":{},"rule":"root = env(\"HOME\")"}"#, "Error")] },
    ]);

fn bloblang(args: &Args<'_>, environment: &Environment) -> Result<PreparedMethod> {
    let environment = Environment { isolated: true, ..environment.clone() };
    let program = compile(args.str(0), &environment).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Error::new(errors.join("\n"))
    })?;
    Ok(Arc::new(move |target, _| program.build(&target)))
}
