//! Writes compact JSON straight into a string; commas come from what was written last.

use std::fmt::Write;

/// A writer of one JSON value at the end of a string.
pub(super) struct Json<'a> {
    out: &'a mut String,
}

impl<'a> Json<'a> {
    pub(super) fn new(out: &'a mut String) -> Json<'a> {
        Json { out }
    }

    /// A comma is due unless the last byte opened something; no string ends so, for strings end with a quote.
    fn comma(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':' | b'\n')) {
            self.out.push(',');
        }
    }

    pub(super) fn key(&mut self, key: &str) -> &mut Self {
        self.comma();
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
        self
    }

    /// A value, or several members, that are JSON already.
    pub(super) fn raw(&mut self, json: &str) {
        self.comma();
        self.out.push_str(json);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.comma();
        self.out.push('"');
        escape(text, self.out);
        self.out.push('"');
    }

    pub(super) fn int(&mut self, n: i64) {
        self.comma();
        let _ = write!(self.out, "{n}");
    }

    pub(super) fn bool(&mut self, b: bool) {
        self.raw(if b { "true" } else { "false" });
    }

    /// Text put together by `format_args!`; it may hold nothing that JSON escapes.
    pub(super) fn plain(&mut self, text: std::fmt::Arguments<'_>) {
        self.comma();
        let _ = write!(self.out, "\"{text}\"");
    }

    pub(super) fn open(&mut self, bracket: char) {
        self.comma();
        self.out.push(bracket);
    }

    pub(super) fn close(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    pub(super) fn map(&mut self, inside: impl FnOnce(&mut Self)) {
        self.open('{');
        inside(self);
        self.close('}');
    }

    pub(super) fn list(&mut self, inside: impl FnOnce(&mut Self)) {
        self.open('[');
        inside(self);
        self.close(']');
    }

    pub(super) fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        self.list(|j| texts.into_iter().for_each(|t| j.text(t)));
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
}

/// Replaces every non-ASCII character from byte `start` on by its `\u` escapes, as many JSON writers do.
pub(super) fn escape_unicode(out: &mut String, start: usize) {
    if out[start..].is_ascii() {
        return;
    }
    let tail = out.split_off(start);
    for c in tail.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_escapes_are_right() {
        let mut out = String::new();
        Json::new(&mut out).map(|j| {
            j.key("a").text("x\"\\\n\u{1}é");
            j.key("b").list(|j| {
                j.int(-1);
                j.bool(true);
                j.map(|_| ());
                j.raw("null");
            });
        });
        assert_eq!(out, "{\"a\":\"x\\\"\\\\\\n\\u0001é\",\"b\":[-1,true,{},null]}");
        escape_unicode(&mut out, 0);
        assert!(out.contains("\\u00e9"));
    }
}
