//! Texts in the encoding that their declaration names, as UTF-8.

use std::borrow::Cow;

/// What the bytes 0x80 to 0x9f are in Windows-1252, which texts mean that claim to be Latin-1.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d,
    0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a,
    0x153, 0x9d, 0x17e, 0x178,
];

/// Where Latin-9 differs from Latin-1.
const LATIN_9: [(u8, char); 8] =
    [(0xa4, '€'), (0xa6, 'Š'), (0xa8, 'š'), (0xb4, 'Ž'), (0xb8, 'ž'), (0xbc, 'Œ'), (0xbd, 'œ'), (0xbe, 'Ÿ')];

/// Texts that are UTF-8 whatever the case of the name.
const UTF_8: [&str; 3] = ["utf-8", "utf8", "unicode-1-1-utf-8"];

const LATIN_1: [&str; 15] = [
    "iso-8859-1",
    "iso8859-1",
    "iso88591",
    "iso_8859-1",
    "iso_8859-1:1987",
    "latin1",
    "l1",
    "us-ascii",
    "ascii",
    "ansi_x3.4-1968",
    "windows-1252",
    "cp1252",
    "x-cp1252",
    "cp819",
    "ibm819",
];

const LATIN_9_NAMES: [&str; 6] =
    ["iso-8859-15", "iso8859-15", "iso885915", "iso_8859-15", "l9", "csisolatin9"];

/// `text`, which is in the encoding `name`, in UTF-8; none if the encoding is not known.
pub(super) fn to_utf8<'a>(text: &'a [u8], name: &str) -> Option<Cow<'a, [u8]>> {
    let name = name.trim().to_ascii_lowercase();
    let single = |decode: fn(u8) -> char| {
        Cow::Owned(text.iter().map(|byte| decode(*byte)).collect::<String>().into_bytes())
    };
    match name.as_str() {
        name if UTF_8.contains(&name) => Some(Cow::Borrowed(text)),
        name if LATIN_1.contains(&name) => Some(single(latin_1)),
        name if LATIN_9_NAMES.contains(&name) => Some(single(latin_9)),
        "utf-16" | "utf-16le" | "unicode" | "ucs-2" => Some(utf_16(text, u16::from_le_bytes)),
        "utf-16be" | "unicodefffe" => Some(utf_16(text, u16::from_be_bytes)),
        _ => None,
    }
}

fn latin_1(byte: u8) -> char {
    match byte {
        0x80..=0x9f => {
            char::from_u32(u32::from(WINDOWS_1252[usize::from(byte - 0x80)])).unwrap_or('\u{fffd}')
        }
        _ => char::from(byte),
    }
}

fn latin_9(byte: u8) -> char {
    LATIN_9.iter().find(|(from, _)| *from == byte).map_or(char::from(byte), |(_, to)| *to)
}

fn utf_16(text: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, [u8]> {
    let units = text.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let decoded = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}'));
    Cow::Owned(decoded.collect::<String>().into_bytes())
}
