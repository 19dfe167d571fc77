//! Finds where a JSON value ends without reading it: brackets and quotes alone, resumable at any byte.

/// What has been seen of one value. Feed it the value's bytes in pieces of any size.
#[derive(Debug, Default)]
pub(crate) struct ValueScan {
    state: State,
    depth: usize,
    /// One bit per open bracket, the innermost lowest: 1 a list. Deeper ones than 128 are not told apart.
    lists: u128,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Between,
    InString,
    Escaped,
    Scalar,
}

/// How far a piece took the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// The value goes on behind the piece.
    More,
    /// The value ended after so many bytes of the piece.
    End(usize),
    /// At this byte a bracket closes what another kind opened.
    Mismatch(usize),
}

impl ValueScan {
    /// Whether the value is complete if nothing follows: only a number or word ends with the input.
    pub(crate) fn may_end(&self) -> bool {
        self.state == State::Scalar
    }

    /// Whether no byte of a value was seen yet.
    pub(crate) fn is_unstarted(&self) -> bool {
        self.state == State::Start
    }

    /// Whether the scan stands inside a string.
    pub(crate) fn in_string(&self) -> bool {
        matches!(self.state, State::InString | State::Escaped)
    }

    /// Scans a piece. White space before the value must have been skipped.
    pub(crate) fn feed(&mut self, piece: &[u8]) -> Scanned {
        let mut at = 0;
        while let Some(&byte) = piece.get(at) {
            match self.state {
                State::Start => match self.start(byte) {
                    true => at += 1,
                    false => return Scanned::End(at),
                },
                State::Scalar => {
                    if matches!(byte, b',' | b']' | b'}' | b':' | b' ' | b'\t' | b'\n' | b'\r') {
                        return Scanned::End(at);
                    }
                    at += 1;
                }
                State::Escaped => {
                    self.state = State::InString;
                    at += 1;
                }
                State::InString => {
                    let rest = piece.get(at..).unwrap_or_default();
                    let Some(found) = memchr::memchr2(b'"', b'\\', rest) else { return Scanned::More };
                    at += found + 1;
                    if rest.get(found) == Some(&b'\\') {
                        self.state = State::Escaped;
                    } else {
                        self.state = State::Between;
                        if self.depth == 0 {
                            return Scanned::End(at);
                        }
                    }
                }
                State::Between => {
                    match byte {
                        b'"' => self.state = State::InString,
                        b'{' | b'[' => self.open(byte == b'['),
                        b'}' | b']' => {
                            if !self.close(byte == b']') {
                                return Scanned::Mismatch(at);
                            }
                            if self.depth == 0 {
                                return Scanned::End(at + 1);
                            }
                        }
                        _ => {}
                    }
                    at += 1;
                }
            }
        }
        Scanned::More
    }

    /// Takes the first byte; false if no value begins with it.
    fn start(&mut self, byte: u8) -> bool {
        self.state = match byte {
            b'{' | b'[' => {
                self.open(byte == b'[');
                State::Between
            }
            b'"' => State::InString,
            b',' | b']' | b'}' | b':' => return false,
            _ => State::Scalar,
        };
        true
    }

    fn open(&mut self, list: bool) {
        self.depth += 1;
        self.lists = self.lists << 1 | u128::from(list);
    }

    /// Closes the innermost bracket; false if it is of the other kind.
    fn close(&mut self, list: bool) -> bool {
        let same = self.depth > 128 || (self.lists & 1 == 1) == list;
        self.depth -= 1;
        self.lists >>= 1;
        same
    }
}

/// Whether a byte is JSON white space.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// A walk over the members of a text's outermost object, for looking at a few of them without reading the
/// rest.
pub(crate) struct Members<'a> {
    text: &'a [u8],
    at: usize,
    state: Walk,
}

/// Where a walk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Among the members.
    Inside,
    /// Behind the closing bracket.
    Closed,
    /// At the end of the text, with the object still open.
    CutOff,
    /// At something that is no object, or no member of one.
    Malformed,
}

impl<'a> Members<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        let mut walk = Self { text, at: 0, state: Walk::Inside };
        walk.step_over(b'{');
        if walk.state == Walk::Inside && walk.peek() == Some(b'}') {
            walk.at += 1;
            walk.state = Walk::Closed;
        }
        walk
    }

    /// Where the walk stands.
    pub(crate) fn state(&self) -> Walk {
        self.state
    }

    /// How many bytes were walked over.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The key and the value's first byte of the next member, without scanning the value.
    pub(crate) fn peek_member(&mut self) -> Option<(&'a [u8], u8)> {
        if self.state != Walk::Inside {
            return None;
        }
        self.peek()?;
        let quoted = self.value()?;
        let key = quoted.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\""));
        let Some(key) = key else {
            self.state = Walk::Malformed;
            return None;
        };
        self.step_over(b':');
        if self.state != Walk::Inside {
            return None;
        }
        Some((key, self.peek()?))
    }

    /// Scans the value of the member just peeked, and the comma or bracket behind it.
    pub(crate) fn finish_member(&mut self) -> Option<&'a [u8]> {
        let value = self.value()?;
        match self.peek()? {
            b',' => self.at += 1,
            b'}' => {
                self.at += 1;
                self.state = Walk::Closed;
            }
            _ => self.state = Walk::Malformed,
        }
        Some(value)
    }

    fn value(&mut self) -> Option<&'a [u8]> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match ValueScan::default().feed(rest) {
            Scanned::End(0) | Scanned::Mismatch(_) => self.state = Walk::Malformed,
            Scanned::More => self.state = Walk::CutOff,
            Scanned::End(length) => {
                self.at += length;
                return rest.get(..length);
            }
        }
        None
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.iter().position(|byte| !is_space(*byte)) {
            Some(skip) => {
                self.at += skip;
                rest.get(skip).copied()
            }
            None => {
                self.at = self.text.len();
                self.state = Walk::CutOff;
                None
            }
        }
    }

    fn step_over(&mut self, wanted: u8) {
        match self.peek() {
            Some(byte) if byte == wanted => self.at += 1,
            Some(_) => self.state = Walk::Malformed,
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn end_of(pieces: &[&[u8]]) -> Option<usize> {
        let mut scan = ValueScan::default();
        let mut before = 0;
        for piece in pieces {
            match scan.feed(piece) {
                Scanned::End(at) => return Some(before + at),
                Scanned::More => before += piece.len(),
                Scanned::Mismatch(_) => return None,
            }
        }
        scan.may_end().then_some(before)
    }

    #[test]
    fn a_value_ends_where_its_brackets_and_quotes_do() {
        for (text, end) in [
            (r#"{"a":"}\"]"} x"#, 12),
            (r#"[1,[2],{}],3"#, 10),
            (r#""a\\","b""#, 5),
            ("12,3", 2),
            ("true]", 4),
            ("null", 4),
        ] {
            assert_eq!(end_of(&[text.as_bytes()]), Some(end), "{text}");
        }
        assert_eq!(ValueScan::default().feed(br#"{"a":[1}"#), Scanned::Mismatch(7));
        assert_eq!(end_of(&[br#"{"a":[1]"#]), None);
    }

    #[test]
    fn members_are_walked_in_order() {
        let text = br#" { "a" : 1 , "b":{"a":[2]},"data":[ {"#;
        let mut walk = Members::new(text);
        assert_eq!(walk.peek_member(), Some((&b"a"[..], b'1')));
        assert_eq!(walk.finish_member(), Some(&b"1"[..]));
        assert_eq!(walk.peek_member(), Some((&b"b"[..], b'{')));
        assert_eq!(walk.finish_member(), Some(&br#"{"a":[2]}"#[..]));
        assert_eq!(walk.peek_member(), Some((&b"data"[..], b'[')));
        assert_eq!(walk.finish_member(), None);
        assert_eq!(walk.state(), Walk::CutOff);
        for (text, state) in [
            ("{}", Walk::Closed),
            ("{\"a\":1}", Walk::Closed),
            ("{a:1}", Walk::Malformed),
            ("[", Walk::Malformed),
        ] {
            let mut walk = Members::new(text.as_bytes());
            while walk.peek_member().is_some() && walk.finish_member().is_some() {}
            assert_eq!(walk.state(), state, "{text}");
        }
    }

    proptest! {
        #![proptest_config(crate::record::cases())]

        #[test]
        fn pieces_of_any_size_give_the_same_end(text in r#"[\[\]{}",:\\a1 ]{0,40}"#, cut in 0usize..40) {
            let (head, tail) = text.as_bytes().split_at(cut.min(text.len()));
            prop_assert_eq!(end_of(&[head, tail]), end_of(&[text.as_bytes()]));
        }
    }
}
