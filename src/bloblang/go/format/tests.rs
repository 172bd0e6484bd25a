//! What the verbs print.

use super::*;
use crate::value::json;

fn check(template: &str, args: &[Value], expected: &str) {
    assert_eq!(sprintf(template, args), expected, "{template}");
}

fn parsed(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

#[test]
fn integers() {
    for (template, i, expected) in [
        ("%d|%5d|", 42, "42|%!d(MISSING)|"),
        ("%5d", 42, "   42"),
        ("%-5d|", 42, "42   |"),
        ("%05d", -42, "-0042"),
        ("%+d", 42, "+42"),
        ("% d", 42, " 42"),
        ("%.4d", 42, "0042"),
        ("%x %[1]X %#[1]x %[1]o %#[1]o %[1]O %[1]b", 42, "2a 2A 0x2a 52 052 0o52 101010"),
        ("%c%[1]q%[1]U %#[1]U", 65, "A'A'U+0041 U+0041 'A'"),
        ("%v %[1]T", -7, "-7 int64"),
        ("%s", 1, "%!s(int64=1)"),
        ("%.0d|", 0, "|"),
        ("%6.3d|", 7, "   007|"),
    ] {
        check(template, &[Value::Int(i)], expected);
    }
}

#[test]
fn floats() {
    for (template, f, expected) in [
        ("%x %[1]X %.0[1]x", 0.1, "0x1.999999999999ap-04 0X1.999999999999AP-04 0x1p-03"),
        ("%.1[1]x %[1]b", 1.96875, "0x1.0p+01 8866461766385664p-52"),
        ("%f %[1]e %[1]g %[1]v", 1234.5678, "1234.567800 1.234568e+03 1234.5678 1234.5678"),
        ("%.2f|%8.2[1]f|", 3.25159, "3.25|    3.25|"),
        ("%8.2f|", 3.25159, "    3.25|"),
        ("%-8.1f|", -2.25, "-2.2    |"),
        ("%08.2f", -3.25159, "-0003.25"),
        ("%+.1f", 2.0, "+2.0"),
        ("%.3g", 100.0, "100"),
        ("%.3g", 1234.0, "1.23e+03"),
        ("%g", 1e21, "1e+21"),
        ("%G", 1e-7, "1E-07"),
        ("%v", 1e6, "1e+06"),
        ("%#g", 1.0, "1.00000"),
        ("%#.3g", 0.5, "0.500"),
        ("%d", 3.0, "%!d(float64=3)"),
        ("%5v|", f64::INFINITY, " +Inf|"),
        ("%05f", f64::NAN, "  NaN"),
        ("%6.3e", 0.0, "0.000e+00"),
    ] {
        check(template, &[Value::Float(f)], expected);
    }
}

#[test]
fn strings() {
    for (template, s, expected) in [
        ("%s|%6[1]s|%[1]6s", "héé", "héé|   héé|%!s(BADINDEX)"),
        ("%6s|%-6s|", "héé", "   héé|%!s(MISSING)|"),
        ("%.2s", "héé", "hé"),
        ("%q %+[1]q %#[1]q", "a\"é", r#""a\"é" "a\"\u00e9" `a"é`"#),
        ("%x|% X|%#x", "hi", "6869|%!X(MISSING)|%!x(MISSING)"),
        ("% X", "hi", "68 69"),
        ("%# x", "hi", "0x68 0x69"),
        ("%05s", "a", "0000a"),
        ("%d", "a", "%!d(string=a)"),
        ("%t %[1]T", "a", "%!t(string=a) string"),
        ("%#v", "a\n", r#""a\n""#),
    ] {
        check(template, &[s.into()], expected);
    }
}

#[test]
fn other_types() {
    let document = parsed(r#"{"b":[1,"x",null],"a":{"c":true}}"#);
    check("%v", std::slice::from_ref(&document), "map[a:map[c:true] b:[1 x <nil>]]");
    let source = r#"map[string]interface {}{"a":map[string]interface {}{"c":true}, "b":[]interface {}{"1", "x", interface {}(nil)}}"#;
    check("%#v", std::slice::from_ref(&document), source);
    check("%T %T", &[document, Value::Null], "map[string]interface {} <nil>");
    check("%d", &[parsed("3")], "%!d(json.Number=3)");
    check("%5s|%v", &[parsed("3.10"), Value::Bool(true)], " 3.10|true");
    check("%d", &[parsed("[1]")], "[%!d(json.Number=1)]");
    check("%t|%d", &[Value::Bool(false), Value::Null], "false|%!d(<nil>)");
    let bytes = Value::from(bytes::Bytes::from_static(b"hi"));
    check("%s %[1]v %[1]x %[1]q %[1]T", &[bytes], r#"hi [104 105] 6869 "hi" []uint8"#);
    let time: jiff::Zoned = "2020-01-02T03:04:05[UTC]".parse().unwrap();
    check("%v", &[time.into()], "2020-01-02 03:04:05 +0000 UTC");
}

#[test]
fn misfits() {
    let two = [Value::Int(1), Value::Int(2)];
    check("100%% %", &[], "100% %!(NOVERB)");
    check("%d", &two, "1%!(EXTRA int64=2)");
    check("%[2]d %[1]d", &two, "2 1");
    check("%[3]d", &two, "%!d(BADINDEX)");
    check("%[x]d", &two, "%!d(BADINDEX)");
    check("%*d|", &[Value::Int(-4), Value::Int(1)], "1   |");
    check("%*d|", &["x".into(), Value::Int(1)], "%!(BADWIDTH)1|");
    check("%.*f", &[Value::Int(1), Value::Float(2.0)], "2.0");
    check("%.*f", &[Value::Int(-1), Value::Float(2.0)], "%!(BADPREC)2.000000");
    check("%z", &[Value::Int(1)], "%!z(int64=1)");
    check("plain", &[], "plain");
}
