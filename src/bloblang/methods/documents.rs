//! Methods that turn documents of other formats into values and back: big decimals, MessagePack,
//! Parquet and XML.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::target::bytes;
use crate::bloblang::Environment;
use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::xml::Layout;
use crate::value::{Value, decimal, msgpack, xml};

pub const METHODS: &[&MethodSpec] =
    &[&FORMAT_MSGPACK, &FORMAT_XML, &PARSE_BIG_DECIMAL, &PARSE_MSGPACK, &PARSE_PARQUET, &PARSE_XML];

const CATEGORY: &str = "Parsing";

const FORMAT_MSGPACK: MethodSpec = MethodSpec::new("format_msgpack", CATEGORY, MethodRun::Pure(format_msgpack))
    .doc("The value as MessagePack, in bytes. Computed integers take eight bytes each, those of a document as few as they need.")
    .examples(&[
        Example { mapping: "root = this.format_msgpack().encode(\"hex\")", cases: &[(r#"{"on":true}"#, "81a26f6ec3"), ("[1,\"é\"]", "9201a2c3a9")] },
        Example { mapping: "root = (this.n + 1).format_msgpack().encode(\"hex\")", cases: &[(r#"{"n":1}"#, "d30000000000000002")] },
    ]);

fn format_msgpack(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let mut out = Vec::new();
    msgpack::write(&target, &mut out).map_err(|e| Error::new(e.to_string()))?;
    Ok(Value::from(Bytes::from(out)))
}

const PARSE_MSGPACK: MethodSpec = MethodSpec::new("parse_msgpack", CATEGORY, MethodRun::Pure(parse_msgpack))
    .doc("The value that bytes of MessagePack begin with; what follows it is ignored. Keys that are no strings are errors.")
    .examples(&[
        Example { mapping: "root = content().decode(\"hex\").parse_msgpack()", cases: &[("81a26f6ec3", r#"{"on":true}"#), ("c1", "Error")] },
        Example { mapping: "root = this.b.decode(\"base64\").parse_msgpack().length()", cases: &[(r#"{"b":"kwECAw=="}"#, "3")] },
    ]);

fn parse_msgpack(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    msgpack::read(bytes(&target)?).map_err(|e| Error::new(e.to_string()))
}

const PARSE_PARQUET: MethodSpec = MethodSpec::new("parse_parquet", CATEGORY, MethodRun::Pure(parse_parquet))
    .doc("The rows of a Parquet file as an array of objects. Dates and times are the integers that are stored, bytes of a fixed length are bytes.")
    .params(Params::Named(&[
        Param::boolean("byte_array_as_string", "Whether what has no fixed length is a string, which it always is.").default(Constant::Bool(false)),
    ]))
    .examples(&[
        Example { mapping: "root = content().decode(\"base64\").parse_parquet()", cases: &[("UEFSMRUEFSAVIEwVBBUAEgAAAQAAAAAAAAACAAAAAAAAABUAFQYVBiwVBBUQFQYVBgAAAQMCGRICGRgIAQAAAAAAAAAZGAgCAAAAAAAAABUCGRYAABkcFkQVKBYAAAAVAhksSAFtFQIAFQQlABgBbgAWBBkcGRwmABwVBBk1AAYQGRgBbhUAFgQWZBZkJkQmCBwYCAIAAAAAAAAAGAgBAAAAAAAAABYAKAgCAAAAAAAAABgIAQAAAAAAAAAREQAZLBUEFQAVAgAVABUQFQIAABaqARUUFmwVPgAWZBYEJggWZBQAACgZcGFycXVldC1ycyB2ZXJzaW9uIDYwLjEuMBkcHAAAAKcAAABQQVIx", r#"[{"n":1},{"n":2}]"#)] },
        Example { mapping: "root = content().parse_parquet()", cases: &[("PAR1", "Error")] },
    ]);

#[cfg(feature = "parquet")]
fn parse_parquet(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    use crate::value::Array;
    use crate::value::parquet::{Lists, ParquetError, Rows};

    let file = Bytes::copy_from_slice(bytes(&target)?);
    let rows: std::result::Result<Array, ParquetError> =
        Rows::open(file, Lists::Arrays).and_then(Iterator::collect);
    rows.map(Value::Array).map_err(|e| Error::new(e.to_string()))
}

#[cfg(not(feature = "parquet"))]
fn parse_parquet(_: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    Err(Error::new("this build does not read Parquet: it was made without the feature `parquet`"))
}

const PARSE_BIG_DECIMAL: MethodSpec = MethodSpec::new("parse_big_decimal", CATEGORY, MethodRun::Prepared(parse_big_decimal))
    .doc("The decimal that the bytes of a whole number (big-endian, two's complement) and the count of its digits behind the point make, as text with all of those digits.")
    .params(Params::Named(&[Param::integer("scale", "How many digits are behind the point, 0 to 16383.")]))
    .examples(&[
        Example { mapping: "root = this.b.decode(\"hex\").parse_big_decimal(2)", cases: &[(r#"{"b":"3039"}"#, "123.45"), (r#"{"b":"ff"}"#, "-0.01"), (r#"{"b":""}"#, "Error")] },
        Example { mapping: "root = this.b.decode(\"hex\").parse_big_decimal(scale: 0)", cases: &[(r#"{"b":"0100"}"#, "256")] },
    ]);

/// The most digits behind the point.
const MAX_SCALE: i64 = 16_383;

fn parse_big_decimal(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let scale = usize::try_from(args.int(0)).ok().filter(|_| args.int(0) <= MAX_SCALE);
    let Some(scale) = scale else {
        return Err(Error::new(format!("scale must be between 0 and {MAX_SCALE}, got {}", args.int(0))));
    };
    Ok(Arc::new(move |target, _| {
        let number = bytes(&target)?;
        if number.is_empty() {
            return Err(Error::new("no bytes are no decimal"));
        }
        let (sign, digits) = decimal::digits(number);
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let point = if scale > 0 { "." } else { "" };
        Ok(Value::from(format!("{sign}{whole}{point}{fraction}")))
    }))
}

const FORMAT_XML: MethodSpec = MethodSpec::new("format_xml", CATEGORY, MethodRun::Pure(format_xml))
    .doc("An object as XML, in bytes: keys are elements, keys that begin with `-` attributes, `#text` is the text of an element. Nothing is escaped.")
    .params(Params::Named(&[
        Param::string("indent", "What each level is indented by.").default(Constant::String("    ")),
        Param::boolean("no_indent", "Whether all is on one line; then `root_tag` does not count.").default(Constant::Bool(false)),
        Param::string("root_tag", "The root element; without it the only key of the object, or `doc` if there are more.").optional(),
    ]))
    .examples(&[
        Example { mapping: "root = this.format_xml(no_indent: true)", cases: &[(r##"{"a":{"-id":7,"#text":"x"}}"##, "<a id=\"7\">x</a>"), (r#"{"a":[1,2]}"#, "<doc><a>1</a><a>2</a></doc>")] },
        Example { mapping: "root = this.format_xml(indent: \"  \", root_tag: \"list\")", cases: &[(r#"{"b":1}"#, "<list>\n  <b>1</b>\n</list>"), ("[]", "Error")] },
    ]);

fn format_xml(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let Value::Object(object) = &*target else { return Err(Error::expected("object", &target)) };
    let text = match args.bool(1) {
        true => xml::write(object, Layout::Compact, None),
        false => xml::write(object, Layout::Indented(args.str(0)), args.opt_str(2)),
    };
    text.map(|text| Value::from(Bytes::from(text))).map_err(|e| Error::new(e.to_string()))
}

const PARSE_XML: MethodSpec = MethodSpec::new("parse_xml", CATEGORY, MethodRun::Pure(parse_xml))
    .doc("The first element of an XML document as an object: elements are keys, arrays if there are several of one name; attributes have keys with a `-` in front, the text beside either is `#text`. Comments and instructions are left out.")
    .params(Params::Named(&[
        Param::boolean("cast", "Whether texts that are numbers or booleans become such.").default(Constant::Bool(false)).optional(),
    ]))
    .examples(&[
        Example { mapping: "root = content().parse_xml()", cases: &[("<a id=\"7\"><b>x</b><b>y</b></a>", r#"{"a":{"-id":"7","b":["x","y"]}}"#), ("<a>", "Error")] },
        Example { mapping: "root = this.x.parse_xml(cast: true)", cases: &[(r#"{"x":"<a><n>1.50</n><ok>true</ok></a>"}"#, r#"{"a":{"n":1.5,"ok":true}}"#)] },
    ]);

fn parse_xml(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let object = xml::read(bytes(&target)?, args.bool(0));
    object.map(Value::Object).map_err(|e| Error::new(format!("failed to parse value as XML: {e}")))
}
