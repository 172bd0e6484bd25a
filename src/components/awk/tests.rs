//! Programs and what they make of a text.

use super::processor::AWK;
use super::run::{Host, Val, run};
use super::{functions, parser};
use crate::component::testing::{alone, run_alone};
use crate::value::DEEP_STACK;

struct Nowhere;

impl Host for Nowhere {
    fn call(&mut self, _: usize, _: &[Val]) -> Result<Val, String> {
        Err("not here".to_owned())
    }
}

/// Runs on a stack like that of the threads that handle messages.
fn awk(program: &str, input: &str) -> Result<String, String> {
    std::thread::scope(|scope| {
        let work = || run(&parser::parse(program, &[])?, input, &[], &mut Nowhere);
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, work);
        thread.expect("a thread").join().expect("no panic")
    })
}

/// Runs over `{...}` with the processor.
async fn awk_json(program: &str, content: &str) -> String {
    let config = format!("codec: none\nprogram: |\n  {program}\n");
    let built = alone(&AWK, &config).expect("built");
    run_alone(&*built, &[content]).await.concat()
}

#[test]
fn programs_run() {
    for (program, input, want) in [
        ("{ print $2, $1 }", "one two three\nsingle\n", "two one\n single\n"),
        ("BEGIN { FS = \",\" } { print $2; $2 = \"x\"; print }", "a,b,c", "b\na x c\n"),
        ("{ s = 0; for (i = 1; i <= NF; i++) s += $i; print s }", "1 2 3.5", "6.5\n"),
        ("/b/, /d/ { print NR \":\" $0 } END { print NR }", "a\nb\nc\nd\ne", "2:b\n3:c\n4:d\n5\n"),
        ("$1 > 9", "10\n9\nabc\n", "10\nabc\n"),
        (
            "{ n = split($0, p, /[:;]/); for (i = n; i > 0; i--) printf \"%s%s\", p[i], (i > 1 ? \"-\" : \"\\n\") }",
            "a:b;c",
            "c-b-a\n",
        ),
        ("{ gsub(/[0-9]+/, \"<&\\\\&>\"); print }", "a1b22", "a<1&>b<22&>\n"),
        (
            "{ printf \"%05.2f|%-4s|%d|%x|%c|%c|%e|%*d\\n\", $1, $2, $3, $3, 65, $2, $1, 4, 7 }",
            "3.14159 ab 42.9",
            "03.14|ab  |42|2a|A|a|3.141590e+00|   7\n",
        ),
        ("function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } BEGIN { print f(15) }", "", "610\n"),
        (
            "function fill(a, k) { a[k] = k k } BEGIN { fill(x, \"b\"); fill(x, 1); for (k in x) print k, x[k]; print length(x) }",
            "",
            "1 11\nb bb\n2\n",
        ),
        ("BEGIN { a[1, 2] = 3; if ((1, 2) in a) print \"yes\"; delete a; print length(a) }", "", "yes\n0\n"),
        (
            "BEGIN { print 1 == 1.0, \"a\" < \"b\", 2 ^ 3 ^ 2, -2 ^ 2, 7 % 3, 1e6, 0.1 + 0.2, 1 / 3, !0 }",
            "",
            "1 1 512 -4 1 1000000 0.3 0.333333 1\n",
        ),
        (
            "BEGIN { while (1) { if (++i > 5) break; if (i % 2) continue; print i } do print \"x\"; while (0) }",
            "",
            "2\n4\nx\n",
        ),
        ("NR == 1 { next } { print; exit } END { print \"end\" }", "a\nb\nc", "b\nend\n"),
        (
            "BEGIN { while ((getline line) > 0) n++; print n, line; print (getline x < \"f\") }",
            "a\nb",
            "2 b\n-1\n",
        ),
        ("BEGIN { RS = \"\" } { print NF \"/\" $1 }", "a b\nc\n\n\nd\n", "3/a\n1/d\n"),
        (
            "{ print substr($0, 2, 3) \"|\" index($0, \"lo\") \"|\" match($0, /l+/) RSTART RLENGTH \"|\" toupper($0) }",
            "hello",
            "ell|4|332|HELLO\n",
        ),
        ("{ NF = 2; print; $5 = \"e\"; print; print NF }", "a b c", "a b\na b   e\n5\n"),
        ("{ x = y = 3; x **= 2; print x y (x > 5) ; print x, y > \"/dev/stdout\" }", "r", "931\n9 3\n"),
        ("{ if ($1 ~ \"^a\" && $1 !~ /z$/) print \"in\"; else print \"out\" }", "ab\naz\n", "in\nout\n"),
        (
            "BEGIN { printf(\"%s %s\\n\", \"a\", \"b\"); print(1)(2); print length }\n# a comment\n",
            "",
            "a b\n12\n0\n",
        ),
        (
            "BEGIN { print substr(\"x\", 0), \"\\x41\\101\\q\"; print 010 + 0, \"0x1F\" + 0, 1e3x }",
            "",
            "x AA\\q\n10 31 1000\n",
        ),
    ] {
        assert_eq!(awk(program, input).as_deref(), Ok(want), "{program}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (program, want) in [
        ("{ print \"unclosed }", "line 1: a string without end"),
        ("BEGIN {\n nosuch(1) }", "line 2: there is no function 'nosuch'"),
        ("BEGIN { a[1] = 2; a = 3 }", "line 1: 'a' is an array, but used as a single value"),
        ("function f(a) { } BEGIN { f(1, 2) }", "line 1: 'f' takes at most 1 arguments"),
        ("BEGIN { print 1 / 0 }", "division by zero"),
        ("BEGIN { print \"x\" > \"file\" }", "cannot write to 'file': programs have no files"),
        ("BEGIN { exit 3 }", "the program ended with the code 3"),
        ("BEGIN { print \"bad\" > \"/dev/stderr\" }", "bad\n"),
        ("BEGIN { while (1) { } }", "the program took too many steps, or too much memory"),
        ("BEGIN { s = \"x\"; while (1) s = s s }", "the program took too many steps, or too much memory"),
        ("function f(n) { return 1 + (f(n + 1)) } BEGIN { f(0) }", "the program goes too deep"),
        ("BEGIN { printf \"%99999999d\", 1 }", "format error: the field is too wide"),
        ("BEGIN { print (1, 2) 3 }", "line 1: a list in parentheses where one value is expected"),
    ] {
        assert_eq!(awk(program, "").err().as_deref(), Some(want), "{program}");
    }
    let deep = format!("BEGIN {{ print {}1{} }}", "(".repeat(5000), ")".repeat(5000));
    assert!(awk(&deep, "").is_err_and(|error| error.contains("levels")));
}

#[tokio::test]
async fn functions_reach_the_message() {
    for (program, content, want) in [
        (
            "{ print json_get(\"a.b\") \"|\" json_get(\"l.1\") \"|\" json_get(\"no\") \"|\" json_get(\"a\") }",
            r#"{"a":{"b":"x"},"l":[1,"two"]}"#,
            r#"x|two|null|{"b":"x"}"#,
        ),
        (
            "{ json_set(\"n.p\", 5); json_set_int(\"i\", 7.9); json_append(\"l\", \"z\"); json_append_bool(\"m\", 1); json_delete(\"k\") }",
            r#"{"k":1,"l":["a"]}"#,
            r#"{"i":7,"l":["a","z"],"m":[true],"n":{"p":"5"}}"#,
        ),
        (
            "{ print json_type(\"s\"), json_type(\"n\"), json_type(\"no\"), json_length(\"s\") }",
            r#"{"s":"xyz","n":null}"#,
            "string null undefined 3",
        ),
        ("{ metadata_set(\"k\", 1); print metadata_get(\"k\") metadata_get(\"none\") }", "x", "1"),
        (
            "{ print timestamp_unix(\"2024-02-29T12:30:15Z\"), timestamp_format(0, \"2006\"), timestamp_format_nano(1500000000, \"05.000\") }",
            "x",
            "1709209815 1970 01.500",
        ),
        (
            "{ print base64_encode(\"hei\") base64_decode(\"aGVp\") create_json_object(\"a\", 1) create_json_array(1, \"b\") }",
            "x",
            r#"aGVphei{"a":"1"}["1","b"]"#,
        ),
        ("{ print json_get(\"a\") }", "broken", "broken!the content is no document"),
    ] {
        let got = awk_json(program, content).await;
        assert!(got == want || want.contains('!') && got.starts_with(want), "{program}: {got}");
    }
    assert!(functions::signatures().is_sorted());
}

#[tokio::test]
async fn codecs_set_variables() {
    let config = "{codec: json, program: '{ print user_name, list, nul, with_dash }'}";
    let built = alone(&AWK, config).expect("built");
    let content = r#"{"user":{"name":"Ada"},"list":[1,2],"nul":null,"with-dash":2.5}"#;
    assert_eq!(run_alone(&*built, &[content]).await, ["Ada 2 <nil> 2.5"]);
    assert!(alone(&AWK, "{codec: json, program: '{'}").is_err());
}
