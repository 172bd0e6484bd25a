//! Labels: the names by which users know components.

/// Why `label` is not one, if it is not: letters a to z, digits, `_` and `-`, not beginning with the latter two.
pub fn check_label(label: &str) -> Result<(), String> {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    if label.is_empty() || label.starts_with(['_', '-']) || !label.bytes().all(allowed) {
        return Err(format!(
            "invalid label '{label}': should match the regular expression /^[a-z0-9_\\-]+$/ and must not start with an underscore"
        ));
    }
    Ok(())
}
