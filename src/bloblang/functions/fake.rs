//! Values that look real, for tests and demonstrations.

use std::borrow::Cow;

use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::Ctx;
use crate::bloblang::go::layout::{MONTHS, WEEKDAYS};
use crate::bloblang::scope::Host;
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec, Result, Status};
use crate::value::Value;

pub const FUNCTIONS: &[&FunctionSpec] = &[&FAKE];

const FAKE: FunctionSpec = FunctionSpec::new("fake", "Fake Data Generation", FunctionRun::Scoped(fake))
    .status(Status::Beta)
    .doc("A random value that looks like what its name says: latitude, longitude, unix_time, date, time_string, month_name, year_string, day_of_week, day_of_month, timestamp, century, timezone, time_period, email, mac_address, domain_name, url, username, ipv4, ipv6, password, jwt, word, sentence, paragraph, cc_type, cc_number, currency, amount_with_currency, title_male, title_female, first_name, first_name_male, first_name_female, last_name, name, gender, chinese_first_name, chinese_last_name, chinese_name, phone_number, toll_free_phone_number, e164_phone_number, uuid_hyphenated, uuid_digit; without a name a random text.")
    .params(Params::Named(&[
        Param::string("function", "What the value is to look like.").default(Constant::String("")),
    ]))
    .examples(&[
        Example { mapping: "root = fake(\"email\").contains(\"@\")", cases: &[("{}", "true")] },
        Example { mapping: "root = fake(\"uuid_digit\").length()", cases: &[("{}", "32")] },
        Example { mapping: "root = fake(\"unicorn\")", cases: &[("{}", "Error")] },
    ]);

const CENTURIES: [&str; 21] = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
    "XVII", "XVIII", "XIX", "XX", "XXI",
];
const ZONES: [&str; 8] = [
    "Africa/Nairobi",
    "America/Lima",
    "America/New_York",
    "Asia/Tokyo",
    "Australia/Perth",
    "Europe/Lisbon",
    "Europe/Oslo",
    "Pacific/Auckland",
];
const ENDINGS: [&str; 6] = ["com", "net", "org", "info", "biz", "io"];
const CARDS: [&str; 5] = ["VISA", "MasterCard", "American Express", "Discover", "JCB"];
const CURRENCIES: [&str; 10] = ["CHF", "DKK", "EUR", "GBP", "JPY", "NOK", "NZD", "PLN", "SEK", "USD"];
const TITLES_MALE: [&str; 4] = ["Mr.", "Dr.", "Prof.", "Lord"];
const TITLES_FEMALE: [&str; 5] = ["Ms.", "Mrs.", "Dr.", "Prof.", "Lady"];
const NAMES_MALE: [&str; 12] = [
    "Arne", "Bruno", "Cedric", "David", "Emil", "Felix", "George", "Henrik", "Ivan", "Jonas", "Kofi", "Luca",
];
const NAMES_FEMALE: [&str; 12] =
    ["Ada", "Berit", "Clara", "Dina", "Elsa", "Freya", "Grete", "Hanna", "Ines", "Jana", "Kari", "Lucia"];
const LAST_NAMES: [&str; 12] = [
    "Andersen", "Baker", "Costa", "Dahl", "Eriksson", "Fischer", "Garcia", "Holm", "Ivanov", "Jensen",
    "Kowalski", "Larsen",
];
const CHINESE_FIRST: [&str; 8] = ["伟", "芳", "娜", "敏", "静", "强", "磊", "洋"];
const CHINESE_LAST: [&str; 8] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄"];
const WORDS: [&str; 24] = [
    "aut", "bona", "causa", "dies", "et", "fuga", "gratia", "hora", "iter", "labor", "magna", "nox", "opus",
    "pax", "quia", "rerum", "sit", "tempus", "ut", "vel", "vita", "vox", "lux", "mons",
];

fn fake<'a>(args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let name = args.str(0).to_lowercase();
    let dice = Dice { host: ctx.host() };
    let value = dice.numeric(&name).or_else(|| {
        let text = dice.time(&name).or_else(|| dice.internet(&name)).or_else(|| dice.person(&name));
        text.map(Value::from)
    });
    value.map(Cow::Owned).ok_or_else(|| Error::new(format!("there is no fake {name}")))
}

/// Makes random things.
#[derive(Clone, Copy)]
struct Dice<'a> {
    host: &'a dyn Host,
}

impl Dice<'_> {
    /// A number from 0 up to but not `end`.
    fn below(self, end: u64) -> u64 {
        self.host.random() % end.max(1)
    }

    fn one(self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len() as u64) as usize]
    }

    /// A text of `length` characters out of `alphabet`.
    fn text(self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| alphabet[self.below(alphabet.len() as u64) as usize]).collect()
    }

    fn letters(self, length: usize) -> String {
        self.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", length)
    }

    fn digits(self, length: usize) -> String {
        self.text("0123456789", length)
    }

    /// A fraction from 0 up to but not 1.
    fn fraction(self) -> f64 {
        (self.host.random() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A second between 1970 and now.
    fn second(self) -> i64 {
        let now = self.host.now().as_second();
        self.below(u64::try_from(now).unwrap_or(1)) as i64
    }

    fn numeric(self, name: &str) -> Option<Value> {
        Some(match name {
            "latitude" => Value::Float(self.fraction() * 180.0 - 90.0),
            "longitude" => Value::Float(self.fraction() * 360.0 - 180.0),
            "unix_time" => Value::Int(self.second()),
            _ => return None,
        })
    }

    fn time(self, name: &str) -> Option<String> {
        let form = match name {
            "date" => "%Y-%m-%d",
            "time_string" => "%H:%M:%S",
            "timestamp" => "%Y-%m-%d %H:%M:%S",
            "year_string" => "%Y",
            "month_name" => return Some(self.one(&MONTHS).to_owned()),
            "day_of_week" => return Some(self.one(&WEEKDAYS).to_owned()),
            "day_of_month" => return Some((1 + self.below(28)).to_string()),
            "century" => return Some(self.one(&CENTURIES).to_owned()),
            "timezone" => return Some(self.one(&ZONES).to_owned()),
            "time_period" => return Some(self.one(&["AM", "PM"]).to_owned()),
            _ => return None,
        };
        let second = jiff::Timestamp::from_second(self.second()).ok()?;
        Some(second.strftime(form).to_string())
    }

    fn internet(self, name: &str) -> Option<String> {
        let domain = || format!("{}.{}", self.letters(7).to_lowercase(), self.one(&ENDINGS));
        let hexadecimal = |length| self.text("0123456789abcdef", length);
        let joined = |parts: u64, between: &str, part: &dyn Fn() -> String| {
            (0..parts).map(|_| part()).collect::<Vec<_>>().join(between)
        };
        Some(match name {
            "" => self.letters(25),
            "email" => format!("{}@{}", self.letters(7), domain()),
            "mac_address" => joined(6, ":", &|| hexadecimal(2)),
            "domain_name" => domain(),
            "url" => format!("https://www.{}/{}", domain(), self.letters(7)),
            "username" | "password" => self.letters(if name == "username" { 7 } else { 50 }),
            "ipv4" => joined(4, ".", &|| self.below(256).to_string()),
            "ipv6" => joined(8, ":", &|| hexadecimal(4)),
            "jwt" => joined(3, ".", &|| self.letters(40)),
            "word" => self.one(&WORDS).to_owned(),
            "sentence" => self.sentence(),
            "paragraph" => joined(3 + self.below(4), " ", &|| self.sentence()),
            "cc_type" => self.one(&CARDS).to_owned(),
            "cc_number" => format!("4{}", self.digits(15)),
            "currency" => self.one(&CURRENCIES).to_owned(),
            "amount_with_currency" => {
                format!("{} {}.{}", self.one(&CURRENCIES), 1 + self.below(99_999), self.digits(2))
            }
            "uuid_digit" => hexadecimal(32),
            "uuid_hyphenated" => [8, 4, 4, 4, 12].map(hexadecimal).join("-"),
            _ => return None,
        })
    }

    fn person(self, name: &str) -> Option<String> {
        let male = self.below(2) == 0;
        let first = |male: bool| self.one(if male { &NAMES_MALE } else { &NAMES_FEMALE });
        let title = |male: bool| self.one(if male { &TITLES_MALE } else { &TITLES_FEMALE });
        Some(match name {
            "title_male" | "title_female" => title(name == "title_male").to_owned(),
            "first_name" => first(male).to_owned(),
            "first_name_male" | "first_name_female" => first(name == "first_name_male").to_owned(),
            "last_name" => self.one(&LAST_NAMES).to_owned(),
            "name" => format!("{} {} {}", title(male), first(male), self.one(&LAST_NAMES)),
            "gender" => self.one(&["Female", "Male", "Prefer to skip"]).to_owned(),
            "chinese_first_name" => self.one(&CHINESE_FIRST).to_owned(),
            "chinese_last_name" => self.one(&CHINESE_LAST).to_owned(),
            "chinese_name" => format!("{}{}", self.one(&CHINESE_LAST), self.one(&CHINESE_FIRST)),
            "phone_number" => format!("{}-{}-{}", self.digits(3), self.digits(3), self.digits(4)),
            "toll_free_phone_number" => {
                format!("({}) {}-{}", self.one(&["777", "800", "888"]), self.digits(3), self.digits(6))
            }
            "e164_phone_number" => format!("+{}{}", 1 + self.below(9), self.digits(11)),
            _ => return None,
        })
    }

    fn sentence(self) -> String {
        let words = (0..4 + self.below(6)).map(|_| self.one(&WORDS)).collect::<Vec<_>>().join(" ");
        let mut chars = words.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{first}{}.", chars.as_str())
    }
}
