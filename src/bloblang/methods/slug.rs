//! Texts as they are in addresses.

use std::borrow::Cow;

use super::target::string;
use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result, Status};
use crate::value::Value;

pub const METHODS: &[&MethodSpec] = &[&SLUG];

const SLUG: MethodSpec = MethodSpec::new("slug", "String Manipulation", MethodRun::Pure(slug))
    .status(Status::Beta)
    .doc("A text in small Latin letters, digits, `-` and `_`: other letters are transcribed, all else becomes `-`. A language says how `&` and `@` are read and some letters are transcribed.")
    .params(Params::Named(&[
        Param::string("lang", "A language by its code, such as `de`; English if it is not known.").default(Constant::String("en")).optional(),
    ]))
    .examples(&[
        Example { mapping: "root = this.title.slug()", cases: &[(r#"{"title":"Tea & Crème: 5 ways!"}"#, "tea-and-creme-5-ways")] },
        Example { mapping: "root = this.title.slug(\"de\")", cases: &[(r#"{"title":"Öl & Äpfel"}"#, "oel-und-aepfel")] },
    ]);

/// The codes of a language, what it reads `&` and `@` as, and letters with what they become.
type Language =
    (&'static [&'static str], &'static str, &'static str, &'static [(&'static str, &'static str)]);

const NORDIC: &[(&str, &str)] =
    &[("æ", "ae"), ("ø", "oe"), ("å", "aa"), ("Æ", "Ae"), ("Ø", "Oe"), ("Å", "Aa")];

const GREEK: &[(&str, &str)] = &[
    ("βΒ", "v"),
    ("ηΗήΉιΙίΊϊΪΐ", "i"),
    ("ξΞ", "x"),
    ("υΥύΎϋΫΰ", "y"),
    ("φΦ", "f"),
    ("χΧ", "ch"),
    ("ωΩώΏ", "o"),
];

const HUNGARIAN: &[(&str, &str)] = &[("áÁ", "a"), ("éÉ", "e"), ("íÍ", "i"), ("óÓöÖőŐ", "o"), ("úÚüÜűŰ", "u")];

const KAZAKH: &[(&str, &str)] =
    &[("әӘ", "a"), ("ғҒ", "g"), ("қҚ", "q"), ("ңҢ", "n"), ("өӨ", "o"), ("ұҰ", "u")];

const TURKISH: &[(&str, &str)] =
    &[("şŞ", "s"), ("üÜ", "u"), ("öÖ", "o"), ("İı", "i"), ("ğĞ", "g"), ("çÇ", "c")];

const BULGARIAN: &[(&str, &str)] = &[
    ("аАъЪ", "a"),
    ("бБ", "b"),
    ("вВ", "v"),
    ("гГ", "g"),
    ("дД", "d"),
    ("еЕ", "e"),
    ("жЖ", "zh"),
    ("зЗ", "z"),
    ("иИ", "i"),
    ("йЙьЬ", "y"),
    ("кК", "k"),
    ("лЛ", "l"),
    ("мМ", "m"),
    ("нН", "n"),
    ("оО", "o"),
    ("пП", "p"),
    ("рР", "r"),
    ("сС", "s"),
    ("тТ", "t"),
    ("уУ", "u"),
    ("фФ", "f"),
    ("хХ", "h"),
    ("цЦ", "ts"),
    ("чЧ", "ch"),
    ("шШЩ", "sh"),
    ("щ", "sht"),
    ("юЮ", "yu"),
    ("яЯ", "ya"),
];

/// English is the first.
const LANGUAGES: &[Language] = &[
    (&["en", "eng"], "and", "at", &[]),
    (&["bg", "bgr"], "&", "@", BULGARIAN),
    (&["cs", "ces"], "a", "zavinac", &[]),
    (&["de", "deu"], "und", "an", &[("äÄ", "ae"), ("öÖ", "oe"), ("üÜ", "ue")]),
    (&["es", "spa"], "y", "en", &[]),
    (&["fi", "fin"], "ja", "at", &[]),
    (&["fr", "fra"], "et", "arobase", &[]),
    (&["gr", "el", "ell"], "kai", "@", GREEK),
    (&["hu", "hun"], "&", "@", HUNGARIAN),
    (&["id", "idn", "ind"], "dan", "@", &[]),
    (&["it", "ita"], "e", "chiocciola", &[]),
    (&["kz", "kk", "kaz"], "jane", "@", KAZAKH),
    (&["nb", "nob"], "og", "at", NORDIC),
    (&["nl", "nld"], "en", "at", &[]),
    (&["nn", "nno"], "og", "at", NORDIC),
    (&["pl", "pol"], "i", "na", &[]),
    (&["ro", "rou"], "si", "@", &[]),
    (&["sl", "slv"], "in", "@", &[("đĐ", "dz")]),
    (&["sv", "swe"], "och", "snabel a", &[]),
    (&["tr", "tur"], "ve", "et", TURKISH),
];

fn slug(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let code = args.str(0).to_lowercase();
    let language = LANGUAGES.iter().find(|(codes, ..)| codes.contains(&code.as_str()));
    let (_, and, at, letters) = language.unwrap_or(&LANGUAGES[0]);
    let mut plain = String::new();
    for c in string(&target)?.trim().chars() {
        match c {
            '"' | '\'' | '’' => {}
            '‒' | '–' | '—' | '―' => plain.push('-'),
            '&' => plain.push_str(and),
            '@' => plain.push_str(at),
            c if c.is_ascii() => plain.push(c),
            c => match letters.iter().find(|(from, _)| from.contains(c)) {
                Some((_, to)) => plain.push_str(to),
                None => plain.push_str(transcribed(c)),
            },
        }
    }
    let mut out = String::with_capacity(plain.len());
    for c in plain.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' | '_' => out.push(c),
            _ if out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    Ok(Value::from(out.trim_matches(['-', '_'])))
}

/// The letters for a character; nothing for pictures, of which only the names could be told.
fn transcribed(c: char) -> &'static str {
    match c {
        '\u{2000}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{a0}' => " ",
        '€' => "eu",
        '™' | '№' => "",
        '\u{2600}'..='\u{27bf}' | '\u{10000}'.. => "",
        c => deunicode::deunicode_char(c).unwrap_or_default(),
    }
}
