//! E-mail addresses: lower case, domain in ASCII, nothing else changed: dots and `+tags` are part of an
//! address.

use super::{MAX_KEY_BYTES, fold, unwrap};

/// The address in `local@domain` form, lower case, an international domain in its ASCII form; `None` if it is
/// no address.
///
/// Accepts `mailto:`, `Jane <jane@x.com>`, and white space, quotes or punctuation around it.
pub fn email(text: &str) -> Option<String> {
    if text.len() > MAX_KEY_BYTES {
        return None;
    }
    let address = bare_address(text);
    let (local, domain) = address.rsplit_once('@')?;
    let local = fold(local);
    let bad = |c: char| c.is_whitespace() || c.is_control() || "@<>(),;:\"[]\\".contains(c);
    if local.is_empty() || local.contains(bad) {
        return None;
    }
    let domain = domain_to_ascii(domain)?;
    let address = format!("{local}@{domain}");
    // The longest address that mail can carry.
    (address.len() <= 254).then_some(address)
}

fn bare_address(text: &str) -> &str {
    let mut address = unwrap(text);
    loop {
        let before = address;
        // Of `Jane <jane@x.com>` the part in brackets counts.
        if let Some((_, inner)) = address.rsplit_once('<') {
            address = unwrap(inner.split('>').next().unwrap_or(inner));
        }
        let scheme = "mailto:";
        if address.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)) {
            let rest = address.get(scheme.len()..).unwrap_or_default();
            address = unwrap(rest.split('?').next().unwrap_or(rest));
        }
        if address == before {
            return address;
        }
    }
}

/// A domain of at least two labels in lower-case ASCII.
pub(super) fn domain_to_ascii(domain: &str) -> Option<String> {
    let domain = domain.trim_end_matches('.');
    let ascii = if domain.is_ascii() {
        domain.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(&fold(domain)).ok()?
    };
    let label = |label: &str| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(inner)
    };
    let top = ascii.rsplit('.').next()?;
    let named = top.len() >= 2 && top.starts_with(|c: char| c.is_ascii_lowercase());
    (ascii.contains('.') && ascii.len() <= 253 && ascii.split('.').all(label) && named).then_some(ascii)
}

#[cfg(test)]
#[path = "email_tests.rs"]
mod tests;
