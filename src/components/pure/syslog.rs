//! Syslog lines, in the form of RFC 5424 and in the older one of RFC 3164.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::bloblang::time::parse_rfc3339;
use crate::value::{Object, Str, Timestamp, Value, text};
use jiff::Zoned;

/// What the older form leaves open.
pub struct Old {
    pub allow_rfc3339: bool,
    pub year: Year,
    pub zone: TimeZone,
}

/// The year of times that have none.
#[derive(Clone, Copy)]
pub enum Year {
    None,
    Current,
    Fixed(i16),
}

/// A line as far as it was read: what was found, and why the rest could not be read.
pub struct Parsed {
    pub found: Object,
    pub fault: Option<String>,
}

/// A line that is read from its start.
struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
    found: Object,
}

type Read<T = ()> = Result<T, String>;

/// Reads a line of RFC 5424.
pub fn rfc5424(line: &str) -> Parsed {
    Reader::new(line).run(|reader| {
        reader.priority()?;
        let version = reader.word()?;
        let number = version.parse::<i64>().ok().filter(|n| (1..=999).contains(n));
        reader.put("version", number.ok_or_else(|| reader.fault("a version"))?);
        if let Some(time) = reader.optional()? {
            let time = parse_rfc3339(time).ok_or_else(|| reader.fault("a timestamp"))?;
            reader.put("timestamp", text::rfc3339(&time));
        }
        for name in ["hostname", "appname", "procid", "msgid"] {
            if let Some(word) = reader.optional()? {
                reader.put(name, word);
            }
        }
        reader.structured_data()?;
        let message = reader.rest.strip_prefix(' ').unwrap_or(reader.rest);
        let message = message.strip_prefix('\u{feff}').unwrap_or(message);
        if !message.is_empty() {
            reader.put("message", message);
        }
        Ok(())
    })
}

/// Reads a line of RFC 3164; `now` tells the current year.
pub fn rfc3164(line: &str, old: &Old, now: &Zoned) -> Parsed {
    Reader::new(line).run(|reader| {
        reader.priority()?;
        let time = reader.old_time(old, now)?;
        reader.put("timestamp", text::rfc3339(&time));
        let host = reader.word()?;
        reader.put("hostname", host);
        if reader.rest.is_empty() {
            return Err(reader.fault("a message"));
        }
        reader.tag();
        reader.put("message", reader.rest);
        Ok(())
    })
}

// === impl Reader ===

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, rest: text, found: Object::new() }
    }

    fn run(mut self, read: impl FnOnce(&mut Self) -> Read) -> Parsed {
        let fault = read(&mut self).err();
        Parsed { found: self.found, fault }
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.found.insert(name.into(), value.into());
    }

    fn fault(&self, wanted: &str) -> String {
        format!("expecting {wanted} [col {}]", self.text.len() - self.rest.len())
    }

    /// `<13>`: facility and severity in one number.
    fn priority(&mut self) -> Read {
        let digits = self.rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let number = digits.and_then(|(digits, rest)| Some((digits.parse::<u8>().ok()?, rest)));
        let (priority, rest) = number
            .filter(|(priority, _)| *priority <= 191)
            .ok_or_else(|| self.fault("a priority value within angle brackets"))?;
        self.rest = rest;
        self.put("priority", i64::from(priority));
        self.put("facility", i64::from(priority / 8));
        self.put("severity", i64::from(priority % 8));
        Ok(())
    }

    /// All up to the next blank.
    fn word(&mut self) -> Read<&'t str> {
        let end = self.rest.find(' ').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(self.fault("a word"));
        }
        self.rest = rest.strip_prefix(' ').unwrap_or(rest);
        Ok(word)
    }

    /// A word, for which a dash stands where there is none.
    fn optional(&mut self) -> Read<Option<&'t str>> {
        Ok(Some(self.word()?).filter(|word| *word != "-"))
    }

    /// `[id name="value" ...]`, any number of times, or a dash.
    fn structured_data(&mut self) -> Read {
        if let Some(rest) = self.rest.strip_prefix('-') {
            self.rest = rest;
            return Ok(());
        }
        let mut elements = Object::new();
        while let Some(rest) = self.rest.strip_prefix('[') {
            self.rest = rest;
            let id = self.name()?;
            let mut parameters = Object::new();
            while let Some(rest) = self.rest.strip_prefix(' ') {
                self.rest = rest;
                let name = self.name()?;
                self.rest = self.rest.strip_prefix("=\"").ok_or_else(|| self.fault("a value in quotes"))?;
                let value = self.quoted()?;
                parameters.insert(name.into(), value.into());
            }
            self.rest = self.rest.strip_prefix(']').ok_or_else(|| self.fault("a closing bracket"))?;
            elements.insert(id.into(), parameters.into());
        }
        if elements.is_empty() {
            return Err(self.fault("structured data"));
        }
        self.put("structureddata", elements);
        Ok(())
    }

    fn name(&mut self) -> Read<&'t str> {
        let end = self.rest.find([' ', '=', ']', '"']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            return Err(self.fault("a name"));
        }
        self.rest = rest;
        Ok(name)
    }

    /// The rest of a value behind its first quote; quotes, backslashes and closing brackets in it are escaped.
    fn quoted(&mut self) -> Read<String> {
        let mut value = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(value);
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\' | ']'))) => value.push(escaped),
                    Some((_, other)) => value.extend(['\\', other]),
                    None => break,
                },
                c => value.push(c),
            }
        }
        Err(self.fault("a closing quote"))
    }

    /// `Jan  2 15:04:05`, or RFC 3339 where that is allowed.
    fn old_time(&mut self, old: &Old, now: &Zoned) -> Read<Timestamp> {
        if old.allow_rfc3339 {
            let (word, rest) = self.rest.split_once(' ').unwrap_or((self.rest, ""));
            if let Some(time) = parse_rfc3339(word) {
                self.rest = rest;
                return Ok(time);
            }
        }
        let fault = self.fault("a timestamp");
        let (time, rest) = self.rest.split_at_checked(15).ok_or_else(|| fault.clone())?;
        let year = match old.year {
            Year::None => 0,
            Year::Current => now.with_time_zone(old.zone.clone()).year(),
            Year::Fixed(year) => year,
        };
        let time = DateTime::strptime("%Y %b %e %H:%M:%S", format!("{year:04} {time}"));
        let time = time.ok().and_then(|time| Timestamp::in_zone(time, old.zone.clone())).ok_or(fault)?;
        self.rest = rest.strip_prefix(' ').unwrap_or(rest);
        Ok(time)
    }

    /// `name[pid]: `, if the message begins with it.
    fn tag(&mut self) {
        let is_name = |c: char| c.is_ascii_graphic() && !matches!(c, '[' | ':');
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (name, mut rest) = self.rest.split_at(end);
        let mut pid = None;
        if let Some((inside, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            pid = Some(Str::from(inside));
            rest = behind;
        }
        let Some(message) = rest.strip_prefix(':').filter(|_| !name.is_empty()) else { return };
        self.put("appname", name);
        if let Some(pid) = pid {
            self.put("procid", pid);
        }
        self.rest = message.strip_prefix(' ').unwrap_or(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn shown(parsed: Parsed) -> (String, bool) {
        let text = json::print(&Value::Object(parsed.found)).unwrap();
        (String::from_utf8(text).unwrap(), parsed.fault.is_some())
    }

    #[test]
    fn the_newer_form() {
        let line = r#"<34>1 2021-03-04T05:06:07.120+02:00 shop till - ID7 [a b="c\"d" e="f"][g] paid"#;
        let want = r#"{"appname":"till","facility":4,"hostname":"shop","message":"paid","msgid":"ID7","priority":34,"severity":2,"structureddata":{"a":{"b":"c\"d","e":"f"},"g":{}},"timestamp":"2021-03-04T05:06:07.12+02:00","version":1}"#;
        assert_eq!(shown(rfc5424(line)), (want.to_owned(), false));
        let want = r#"{"facility":1,"priority":13,"severity":5,"version":1}"#;
        assert_eq!(shown(rfc5424("<13>1 - - - - - -")), (want.to_owned(), false));
        assert_eq!(shown(rfc5424("<13>1 yesterday - - - - -")), (want.to_owned(), true));
        assert_eq!(shown(rfc5424("no log at all")), ("{}".to_owned(), true));
    }

    #[test]
    fn the_older_form() {
        let old = Old { allow_rfc3339: true, year: Year::Fixed(2020), zone: TimeZone::UTC };
        let now = Zoned::now();
        let want = r#"{"appname":"cron","facility":3,"hostname":"box","message":"tick: tock","priority":28,"procid":"77","severity":4,"timestamp":"2020-02-09T16:49:23Z"}"#;
        assert_eq!(
            shown(rfc3164("<28>Feb  9 16:49:23 box cron[77]: tick: tock", &old, &now)),
            (want.to_owned(), false)
        );
        let want = r#"{"facility":0,"hostname":"box","message":"hello there","priority":0,"severity":0,"timestamp":"2021-01-01T00:00:00Z"}"#;
        assert_eq!(
            shown(rfc3164("<0>2021-01-01T00:00:00Z box hello there", &old, &now)),
            (want.to_owned(), false)
        );
    }
}
