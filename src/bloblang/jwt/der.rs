//! PEM, and the public key in a certificate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The content of the first block of a PEM text, whatever it is called.
pub(super) fn from_pem(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let lines = body.lines().filter(|line| !line.contains(':'));
    let base64: String = lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(base64).ok()
}

/// The public key, with its algorithm, of a certificate.
pub(super) fn key_of_certificate(certificate: &[u8]) -> Option<&[u8]> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    // A version, which may be missing; then serial number, signature, issuer, validity, subject.
    let (tag, _, rest) = element(fields)?;
    if tag == 0xa0 {
        fields = rest;
    }
    for _ in 0..5 {
        (_, _, fields) = element(fields)?;
    }
    let (_, _, rest) = element(fields)?;
    Some(&fields[..fields.len() - rest.len()])
}

/// The tag and content of the element that `der` begins with, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        _ => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes
                .iter()
                .try_fold(0_usize, |length, byte| length.checked_mul(256)?.checked_add(usize::from(*byte)));
            (length?, rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}
