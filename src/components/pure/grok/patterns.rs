//! The patterns that are there by default, by name. Names and what they match are those that grok libraries share.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::value::Str;

/// Patterns by name.
pub type Patterns = HashMap<Str, Str>;

pub static DEFAULTS: LazyLock<Patterns> = LazyLock::new(|| {
    let listed = LISTED.iter().map(|(name, pattern)| ((*name).into(), (*pattern).into()));
    listed.chain([("IPV4".into(), ipv4().into()), ("IPV6".into(), ipv6().into())]).collect()
});

const LISTED: &[(&str, &str)] = &[
    // Numbers and words
    ("INT", r"[+-]?\d+"),
    ("BASE10NUM", r"[+-]?\d+(?:\.\d+)?|\.\d+"),
    ("NUMBER", "%{BASE10NUM}"),
    ("BASE16NUM", "0[xX]?[[:xdigit:]]+"),
    ("POSINT", r"\b[1-9]\d*\b"),
    ("NONNEGINT", r"\b\d+\b"),
    ("WORD", r"\b\w+\b"),
    ("NOTSPACE", r"\S+"),
    ("SPACE", r"\s*"),
    ("DATA", ".*?"),
    ("GREEDYDATA", ".*"),
    ("QUOTEDSTRING", r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"#),
    ("QS", "%{QUOTEDSTRING}"),
    ("UUID", "[[:xdigit:]]{8}(?:-[[:xdigit:]]{4}){3}-[[:xdigit:]]{12}"),
    (
        "LOGLEVEL",
        r"[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|[Ww]arn(?:ing)?|WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Ee]r(?:or)?|ER(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?",
    ),
    // People
    ("USERNAME", "[[:alnum:]._-]+"),
    ("USER", "%{USERNAME}"),
    ("EMAILLOCALPART", r"[[:alpha:]][\w.+,/:;<=-]+"),
    ("EMAILADDRESS", "%{EMAILLOCALPART}@%{HOSTNAME}"),
    ("HTTPDUSER", "%{EMAILADDRESS}|%{USER}"),
    // Networks
    ("CISCOMAC", r"[[:xdigit:]]{4}(?:\.[[:xdigit:]]{4}){2}"),
    ("WINDOWSMAC", "[[:xdigit:]]{2}(?:-[[:xdigit:]]{2}){5}"),
    ("COMMONMAC", "[[:xdigit:]]{2}(?::[[:xdigit:]]{2}){5}"),
    ("MAC", "%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}"),
    ("IP", "%{IPV6}|%{IPV4}"),
    ("HOSTNAME", r"\b[[:alnum:]][[:alnum:]-]{0,62}(?:\.[[:alnum:]][[:alnum:]-]{0,62})*(?:\.?|\b)"),
    ("HOST", "%{HOSTNAME}"),
    ("IPORHOST", "%{IP}|%{HOSTNAME}"),
    ("HOSTPORT", "%{IPORHOST}:%{POSINT}"),
    // Places
    ("UNIXPATH", r"/[\w%!$@:.,-]?/?(?:\S+)?"),
    ("WINPATH", r"(?:[[:alpha:]]:|\\)(?:\\[^\\?*]*)+"),
    ("PATH", "%{UNIXPATH}|%{WINPATH}"),
    ("TTY", r"/dev/(?:pts|tty[pq]?)\w*/?\d+"),
    ("URIPROTO", r"[[:alpha:]]+(?:\+[[:alpha:]+]+)?"),
    ("URIHOST", "%{IPORHOST}(?::%{POSINT:port})?"),
    ("URIPATH", r"(?:/[\w$.+!*'(){},~:;=@#%-]*)+"),
    ("URIPARAM", r"\?[\w$.+!*'|(){},~@#%&/=:;?<>\[\]-]*"),
    ("URIPATHPARAM", "%{URIPATH}(?:%{URIPARAM})?"),
    ("URI", "%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?"),
    // Times
    (
        "MONTH",
        r"\b(?:Jan(?:uary|uar)?|Feb(?:ruary|ruar)?|M[aä]?r(?:ch|z)?|Apr(?:il)?|Ma[yi]?|Jun[ei]?|July?|Aug(?:ust)?|Sep(?:tember)?|O[ck]?t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?)\b",
    ),
    ("MONTHNUM", "0?[1-9]|1[0-2]"),
    ("MONTHNUM2", "0[1-9]|1[0-2]"),
    ("MONTHDAY", r"0[1-9]|[12]\d|3[01]|[1-9]"),
    ("DAY", "Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?"),
    ("YEAR", r"\d{4}|\d{2}"),
    ("HOUR", r"2[0-3]|[01]?\d"),
    ("MINUTE", r"[0-5]\d"),
    ("SECOND", r"(?:[0-5]?\d|60)(?:[:.,]\d+)?"),
    ("TIME", r"\D?%{HOUR}:%{MINUTE}:%{SECOND}\D?"),
    ("DATE_US", "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}"),
    ("DATE_EU", "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}"),
    ("DATE", "%{DATE_US}|%{DATE_EU}"),
    ("DATESTAMP", "%{DATE}[- ]%{TIME}"),
    ("ISO8601_TIMEZONE", "Z|[+-]%{HOUR}:?%{MINUTE}"),
    ("ISO8601_SECOND", "%{SECOND}|60"),
    (
        "TIMESTAMP_ISO8601",
        "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?",
    ),
    ("TZ", "[PMCE][SD]T|UTC"),
    ("DATESTAMP_RFC822", "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}"),
    ("DATESTAMP_RFC2822", "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}"),
    ("DATESTAMP_OTHER", "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}"),
    ("DATESTAMP_EVENTLOG", "%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}"),
    // System logs
    ("SYSLOGTIMESTAMP", "%{MONTH} +%{MONTHDAY} %{TIME}"),
    ("PROG", r"[\x21-\x5a\x5c\x5e-\x7e]+"),
    ("SYSLOGPROG", r"%{PROG:program}(?:\[%{POSINT:pid}\])?"),
    ("SYSLOGHOST", "%{IPORHOST}"),
    ("SYSLOGFACILITY", "<%{NONNEGINT:facility}.%{NONNEGINT:priority}>"),
    (
        "SYSLOGBASE",
        "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:",
    ),
    // Web servers
    ("HTTPDATE", "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}"),
    ("HTTPDERROR_DATE", "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}"),
    (
        "COMMONAPACHELOG",
        r#"%{IPORHOST:clientip} %{HTTPDUSER:ident} %{USER:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" %{NUMBER:response} (?:%{NUMBER:bytes}|-)"#,
    ),
    ("COMBINEDAPACHELOG", "%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}"),
    (
        "HTTPD20_ERRORLOG",
        r"\[%{HTTPDERROR_DATE:timestamp}\] \[%{LOGLEVEL:loglevel}\] (?:\[client %{IPORHOST:clientip}\] )?%{GREEDYDATA:errormsg}",
    ),
    (
        "HTTPD24_ERRORLOG",
        r"\[%{HTTPDERROR_DATE:timestamp}\] \[%{WORD:module}:%{LOGLEVEL:loglevel}\] \[pid %{POSINT:pid}:tid %{NUMBER:tid}\](?: \(%{POSINT:proxy_errorcode}\)%{DATA:proxy_errormessage}:)?(?: \[client %{IPORHOST:client}:%{POSINT:clientport}\])? %{DATA:errorcode}: %{GREEDYDATA:message}",
    ),
    ("HTTPD_ERRORLOG", "%{HTTPD20_ERRORLOG}|%{HTTPD24_ERRORLOG}"),
];

fn ipv4() -> String {
    let byte = r"(?:25[0-5]|2[0-4]\d|[01]?\d?\d)";
    format!(r"{byte}(?:\.{byte}){{3}}")
}

/// Eight groups of digits; `::` once for any number of zeros, and an IPv4 address for the last two groups.
fn ipv6() -> String {
    let group = "[[:xdigit:]]{1,4}";
    let v4 = ipv4();
    let alternative = |before: usize| {
        let after = 7 - before;
        let start = if before == 0 { ":".to_owned() } else { format!("(?:{group}:){{{before}}}") };
        match after {
            0 => format!("{start}(?:{group}|:)"),
            1 => format!("{start}(?::{group}|{v4}|:)"),
            _ => {
                let skipped = after - 2;
                let plain = format!("(?::{group}){{1,{after}}}");
                format!("{start}(?:{plain}|(?::{group}){{0,{skipped}}}:{v4}|:)")
            }
        }
    };
    let all: Vec<String> = (0..=7).rev().map(alternative).collect();
    format!("(?:{})(?:%.+)?", all.join("|"))
}
