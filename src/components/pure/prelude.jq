# What programs find besides the standard library, and in place of what would reach out of them.
def env: {};
def debug: .;
def debug(msgs): .;
def stderr: .;

def @text: tostring;

def fault(what): error("\(what) cannot be applied to \(type) (\(tojson | .[:40]))");
def need_array(what): if type == "array" then . else fault(what) end;

def step($from; $to; $by): range($from; $to; $by);
def range($from; $to; $by):
  if all([$from, $to, $by][]; type == "number") | not then error("range goes from number to number, not \([$from, $to, $by] | tojson)")
  elif $by == 0 then empty else step($from; $to; $by) end;
def range($from; $to): range($from; $to; 1);
def range($to): range(0; $to; 1);

def natural($n; what): if $n < 0 then error("\(what) of a negative number: \($n)") else $n end;
def some($n; g): limit($n; g);
def limit($n; g): some(natural($n; "limit"); g);
def rest($n; g): skip($n; g);
def skip($n; g): rest(natural($n; "skip"); g);
def nth($n; g): first(skip($n; g));

def levels($depth):
  reduce .[] as $x ([]; . + if ($x | type) == "array" and $depth > 0 then $x | levels($depth - 1) else [$x] end);
def flatten($depth):
  if type == "array" or type == "object" then [.[]] | levels(natural($depth; "flatten")) else fault("flatten") end;
def flatten: flatten(infinite);

def join($by):
  [.[] | if . == null then "" elif type == "array" or type == "object" then fault("join") else tostring end]
  | if length == 0 then "" else reduce .[1:][] as $x (.[0]; . + $by + $x) end;

def abs: if type == "number" then if . < 0 then -. end else fault("abs") end;
def trimstr($x): ltrimstr($x) | rtrimstr($x);
def in_calendar: if type == "number" and . >= -62167219200 and . <= 253402207199 then floor else fault("a date") end;
def todateiso8601: if type == "array" then mktime end | in_calendar | strftime("%Y-%m-%dT%H:%M:%SZ");
def todate: todateiso8601;

def scan(re; $flags): matches(re; "g" + $flags)[] | if length > 1 then [.[1:][].string] else .[0].string end;
def scan(re): scan(re; "");

def string_key: if type == "string" then . else error("a key of an object is text, not \(type)") end;
def from_entries: reduce .[] as $x ({};
  . + {($x | .key // .Key // .name // .Name | string_key): ($x | if has("value") then .value else .Value end)});
def with_entries(f): to_entries | map(f) | from_entries;

def @csv: need_array("@csv") | map(
    if type == "string" then "\"" + gsub("\""; "\"\"") + "\""
  elif type == "array" or type == "object" then error("\(type) cannot be a field of csv")
  elif . == null then "" else tostring end) | join(",");

def @tsv: need_array("@tsv") | map(
    if type == "string" then split("\\") | join("\\\\") | split("\t") | join("\\t") | split("\n") | join("\\n") | split("\r") | join("\\r")
  elif type == "array" or type == "object" then error("\(type) cannot be a field of tsv")
  elif . == null then "" else tostring end) | join("\t");

def IN(s): any(s == .; .);
def IN(source; s): any(source == s; .);
def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);

def INDEX(source; f): reduce source as $x ({}; . + {($x | f | tostring): $x});
def INDEX(f): INDEX(.[]; f);
def JOIN($index; f): [.[] | [., $index[f]]];
def JOIN($index; source; f): source | [., $index[f]];
def JOIN($index; source; f; join): JOIN($index; source; f) | join;

def truncate_stream(events): . as $depth | events | select(.[0] | length > $depth) | .[0] |= .[$depth:];
def fromstream(events):
  foreach events as $e ({};
    (if .whole then {} end)
    | if $e | length == 2 then .at = $e[0] | .whole = (.at | length == 0)
        | .value = ({v: .value} | setpath(["v"] + $e[0]; $e[1]) | .v)
      else .whole = ($e[0] | length == 1) end;
    select(.whole) | .value);
