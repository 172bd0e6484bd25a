//! Taking the tags out of HTML.

use std::sync::Arc;

use bytes::Bytes;

use super::target::string;
use crate::bloblang::Environment;
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::go::strip_html::strip;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::Value;

pub const METHODS: &[&MethodSpec] = &[&STRIP_HTML];

const STRIP_HTML: MethodSpec = MethodSpec::new("strip_html", "String Manipulation", MethodRun::Prepared(strip_html))
    .doc("The text of HTML without its tags, and without what scripts, styles, frames and titles hold. Of tags that are kept, the attributes are taken out. What is special in HTML is escaped.")
    .params(Params::Named(&[Param::any("preserve", "An array of names of tags that stay.").optional()]))
    .examples(&[
        Example { mapping: "root = this.s.strip_html()", cases: &[(r#"{"s":"<p>Good <i>day</i></p><script>x()</script>"}"#, "Good day")] },
        Example { mapping: "root = this.s.strip_html([\"i\"])", cases: &[(r#"{"s":"<p>Good <i class=\"x\">day</i> &lt;3</p>"}"#, "Good <i>day</i> &lt;3")] },
    ]);

fn strip_html(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let names = args.array(0).into_iter().flatten().map(|name| match name {
        Value::String(name) => Ok(name.as_str().to_lowercase()),
        other => Err(Error::expected("string", other)),
    });
    let kept = names.collect::<Result<Vec<String>>>()?;
    Ok(Arc::new(move |target, _| {
        let text = strip(&string(&target)?, &kept);
        Ok(match &*target {
            Value::Bytes(_) => Value::from(Bytes::from(text)),
            _ => Value::from(text),
        })
    }))
}
