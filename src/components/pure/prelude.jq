# What programs find besides the standard library, and in place of what would reach out of them.
def env: {};
def debug: .;
def debug(msgs): .;
def stderr: .;

def @csv: map(
    if type == "string" then "\"" + gsub("\""; "\"\"") + "\""
  elif type == "array" or type == "object" then error("\(type) cannot be a field of csv")
  elif . == null then "" else tostring end) | join(",");

def @tsv: map(
    if type == "string" then split("\\") | join("\\\\") | split("\t") | join("\\t") | split("\n") | join("\\n") | split("\r") | join("\\r")
  elif type == "array" or type == "object" then error("\(type) cannot be a field of tsv")
  elif . == null then "" else tostring end) | join("\t");

def IN(s): any(s == .; .);
def IN(source; s): any(source == s; .);
def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
