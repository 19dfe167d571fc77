//! The words of a command's line: white space separates them, quotes hold them together.

/// A word, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its text, without quotes.
    pub(crate) text: String,
    /// The byte of the line that it begins at, its quote included.
    pub(crate) start: usize,
    /// Whether its quote is still open.
    pub(crate) open: Option<char>,
}

/// The words of a line. In single quotes everything is as it is; in double quotes a backslash makes the next quote or
/// backslash a plain one. An open quote reaches to the end of the line.
pub(crate) fn words(line: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut current: Option<Word> = None;
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let quote = current.as_ref().and_then(|word| word.open);
        match (quote, c) {
            (None, c) if c.is_whitespace() => words.extend(current.take()),
            (None, '\'' | '"') => {
                current.get_or_insert_with(|| begun(at)).open = Some(c);
            }
            (Some(quote), c) if c == quote => {
                if let Some(word) = &mut current {
                    word.open = None;
                }
            }
            (Some('"'), '\\') if matches!(chars.peek(), Some((_, '"' | '\\'))) => {
                if let (Some(word), Some((_, next))) = (&mut current, chars.next()) {
                    word.text.push(next);
                }
            }
            (_, c) => current.get_or_insert_with(|| begun(at)).text.push(c),
        }
    }
    words.extend(current);
    words
}

fn begun(start: usize) -> Word {
    Word { text: String::new(), start, open: None }
}

/// A word as it has to be typed.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && c != '\'' && c != '"';
    match text {
        _ if !text.is_empty() && text.chars().all(plain) => text.to_owned(),
        _ if !text.contains('\'') => format!("'{text}'"),
        _ => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(line: &str) -> Vec<String> {
        words(line).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn quotes_hold_words_together() {
        assert_eq!(texts(".open 'my people.parquet'"), [".open", "my people.parquet"]);
        assert_eq!(texts(r#".read "it's \"here\".sql""#), [".read", r#"it's "here".sql"#]);
        assert_eq!(texts(r".read C:\people\x.sql"), [".read", r"C:\people\x.sql"]);
        assert_eq!(texts(".nullvalue ''"), [".nullvalue", ""]);
        assert_eq!(texts(r#".search {"field":"a"}"#), [".search", "{field:a}"]);
        assert_eq!(texts("  a'b c'd  "), ["ab cd"]);
        let open = words(".open 'my pe");
        assert_eq!((open[1].text.as_str(), open[1].start, open[1].open), ("my pe", 6, Some('\'')));
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_one_word(text in any::<String>()) {
            prop_assert_eq!(texts(&quoted(&text)), [text]);
        }
    }
}
