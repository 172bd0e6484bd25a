//! Texts and what they look like once they are formatted.

use super::format;

fn check(text: &str, expected: &str) {
    let formatted = format(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(formatted, expected);
    assert_eq!(format(&formatted).as_deref(), Ok(expected), "formatting twice");
}

#[test]
fn blanks_become_regular() {
    check("root.a =   this.b+1  ", "root.a = this.b + 1\n");
    check("let x = -this.a  -1\nroot = ! $x|- 2", "let x = -this.a - 1\nroot = !$x | -2\n");
    check("root = [1 ,2,3 ].map_each( x  ->  x*2 )", "root = [1, 2, 3].map_each(x -> x * 2)\n");
    check("root = { \"a\" :1,\"b\":{ } }", "root = {\"a\": 1, \"b\": {}}\n");
    check("root = if this.a>1 {\"x\"}else{ \"y\" }", "root = if this.a > 1 { \"x\" } else { \"y\" }\n");
    check("root = this.b.slice( low:1,high: - 1 )", "root = this.b.slice(low: 1, high: -1)\n");
    check("root = match (this.a) { 1=>@x,_=>$y }", "root = match (this.a) { 1 => @x, _ => $y }\n");
    check("meta \"a b\" =   1.5.string()", "meta \"a b\" = 1.5.string()\n");
}

#[test]
fn lines_stay_and_are_indented_by_what_is_open() {
    let text = "\n\nmap m {\nroot.x = this\n\n\n\n root.y = [\n 1, # one\n# two\n2\n]\n\n}\n# end";
    let formatted =
        "map m {\n  root.x = this\n\n  root.y = [\n    1, # one\n    # two\n    2\n  ]\n}\n# end\n";
    check(text, formatted);
    let text = "root = this.a.\ntrim().\n split({\n\"a\": 1 +\n2\n}.\"a\")\n";
    check(text, "root = this.a.\n  trim().\n  split({\n    \"a\": 1 +\n      2\n  }.\"a\")\n");
    check("root = this.map_each(x -> {\n\"a\": x\n})", "root = this.map_each(x -> {\n  \"a\": x\n})\n");
    check(
        "if this.a {\r\n root = \"\"\"\n  as it is  \n\"\"\"\r\n}\r\nelse {\r\nroot = 1\r\n}",
        "if this.a {\n  root = \"\"\"\n  as it is  \n\"\"\"\n}\nelse {\n  root = 1\n}\n",
    );
}

#[test]
fn what_cannot_be_parsed_is_told() {
    let error = format("root = ").expect_err("a mistake");
    assert_eq!((error.line, error.column), (1, 8));
}
