//! Aligned columns, cut to a width.

use rolo::record::text::is_unprintable;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::console::Paint;

/// Blanks between columns.
const GAP: usize = 2;
/// No column is cut below this, unless the screen is narrower.
const NARROWEST: usize = 14;
/// The width of what is no screen.
pub(crate) const UNCUT: usize = usize::MAX;
/// Rows that are looked at to find how wide the columns are.
pub(crate) const MEASURED_ROWS: usize = 500;

/// The columns of a table, fitted to a width.
#[derive(Debug)]
pub(crate) struct Layout {
    widths: Vec<usize>,
    /// Whether texts that turn out wider are cut; where there is no screen, they are not.
    cuts: bool,
    /// Columns at the right that did not fit.
    pub(crate) hidden: usize,
}

impl Layout {
    /// Fits columns with these contents (header first) into the width of a `screen`: the widest texts give way first, then
    /// the columns at the right. Numbers, of which `right` says where they are, are never cut; with [`UNCUT`] nothing is.
    pub(crate) fn fit<'a>(rows: impl Iterator<Item = &'a [String]>, right: &[bool], screen: usize) -> Self {
        let mut wanted: Vec<usize> = Vec::new();
        for row in rows {
            if wanted.len() < row.len() {
                wanted.resize(row.len(), 0);
            }
            for (width, cell) in wanted.iter_mut().zip(row) {
                *width = (*width).max(one_line(cell).width());
            }
        }
        let all = wanted.len();
        let fixed = |at: usize| right.get(at).copied().unwrap_or(false);
        let least = |widths: &[usize]| {
            let each = widths.iter().enumerate().map(|(at, &w)| if fixed(at) { w } else { w.min(NARROWEST) });
            each.sum::<usize>() + GAP * widths.len().saturating_sub(1)
        };
        while wanted.len() > 1 && least(&wanted) > screen {
            wanted.pop();
        }
        let hidden = all - wanted.len();
        let room = screen.saturating_sub(GAP * wanted.len().saturating_sub(1));
        let numbers: usize = wanted.iter().enumerate().filter(|&(at, _)| fixed(at)).map(|(_, &w)| w).sum();
        let texts = wanted.iter().enumerate().filter(|&(at, _)| !fixed(at)).map(|(_, &w)| w).collect();
        let mut texts = shrink(texts, room.saturating_sub(numbers)).into_iter();
        let widths = wanted
            .iter()
            .enumerate()
            .map(|(at, &w)| if fixed(at) { w.min(room) } else { texts.next().unwrap_or(w) });
        Self { widths: widths.collect(), cuts: screen != UNCUT, hidden }
    }

    /// A line of cells; `right` says which columns are numbers.
    pub(crate) fn line(&self, cells: &[String], right: &[bool]) -> String {
        let mut line = String::new();
        for (at, &width) in self.widths.iter().enumerate() {
            let is_number = right.get(at).copied().unwrap_or(false);
            let text = one_line(cells.get(at).map_or("", String::as_str));
            let text = if self.cuts && !is_number { cut_cell(&text, width) } else { text };
            let padding = " ".repeat(width - text.width().min(width));
            if at > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            if is_number {
                line.push_str(&padding);
                line.push_str(&text);
            } else {
                line.push_str(&text);
                line.push_str(&padding);
            }
        }
        line.truncate(line.trim_end().len());
        line
    }

    /// The header and the line under it.
    pub(crate) fn header(&self, cells: &[String], right: &[bool], paint: Paint) -> String {
        let rule: Vec<String> = self.widths.iter().map(|&width| "─".repeat(width)).collect();
        let rule = rule.join(&" ".repeat(GAP));
        format!("{}\n{}", paint.bold(&self.line(cells, right)), paint.dim(&rule))
    }
}

/// Takes from the widest columns until all fit.
fn shrink(mut widths: Vec<usize>, room: usize) -> Vec<usize> {
    let (mut low, mut high) = (1, widths.iter().copied().max().unwrap_or(1).max(1));
    let used = |cap: usize| widths.iter().map(|&w| w.min(cap)).sum::<usize>();
    if used(high) <= room {
        return widths;
    }
    // The largest cap under which all fit.
    while low < high {
        let middle = (low + high).div_ceil(2);
        if used(middle) <= room {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let mut spare = room.saturating_sub(used(low));
    for width in &mut widths {
        if *width > low {
            let more = usize::from(spare > 0);
            spare -= more;
            *width = low + more;
        }
    }
    widths
}

/// The text on one line, with nothing in it that a terminal would obey.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            _ if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            _ if is_unprintable(c) => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// The text, cut to `width` columns; `…` stands for what was cut off.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        out.push(c);
    }
    if width > 0 {
        out.truncate(out.trim_end().len());
        out.push('…');
    }
    out
}

/// The text, cut to `width` columns: prose at its end; a single word, such as a URL or a path, in its middle.
fn cut_cell(text: &str, width: usize) -> String {
    if text.width() <= width || text.contains(' ') || width < NARROWEST {
        return cut(text, width);
    }
    let head = head_of(text, width / 2);
    let mut tail: Vec<char> = Vec::new();
    let mut used = head.width() + 1;
    for c in text.chars().rev() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        tail.push(c);
    }
    let tail: String = tail.iter().rev().collect();
    format!("{head}…{tail}")
}

/// The text in lines of at most `width` columns, broken between words where possible.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in one_line(text).split(' ') {
        let mut word = word.to_string();
        let line = lines.last().map_or(0, |line| line.width());
        if line > 0 && line + 1 + word.width() <= width {
            lines.last_mut().into_iter().for_each(|line| line.extend([" ", word.as_str()]));
            continue;
        }
        if line > 0 {
            lines.push(String::new());
        }
        while word.width() > width {
            let head = head_of(&word, width);
            word.drain(..head.len());
            lines.last_mut().into_iter().for_each(|line| line.push_str(&head));
            if word.is_empty() {
                break;
            }
            lines.push(String::new());
        }
        lines.last_mut().into_iter().for_each(|line| line.push_str(&word));
    }
    lines
}

/// As much of the text as fits `width` columns; at least one character.
fn head_of(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width && !out.is_empty() {
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| cell.to_string()).collect()
    }

    #[test]
    fn wide_columns_give_way_first() {
        let rows = [row(&["id", "name"]), row(&["1234567", &"x".repeat(100)])];
        let layout = Layout::fit(rows.iter().map(Vec::as_slice), &[], 40);
        assert_eq!((layout.widths.as_slice(), layout.hidden), ([7, 31].as_slice(), 0));
        assert!(layout.line(&rows[1], &[true, false]).ends_with("x…xxxxxxxxxxxxxxx"));
    }

    #[test]
    fn columns_that_do_not_fit_are_hidden_and_counted() {
        let rows = [vec!["0123456789".to_string(); 10]];
        let layout = Layout::fit(rows.iter().map(Vec::as_slice), &[], 40);
        assert_eq!((layout.widths.len(), layout.hidden), (3, 7));
    }

    #[test]
    fn numbers_are_never_cut() {
        let rows = [row(&[&"9".repeat(20), &"x".repeat(50)])];
        let layout = Layout::fit(rows.iter().map(Vec::as_slice), &[true, false], 40);
        assert_eq!(layout.widths, [20, 18]);
    }

    #[test]
    fn numbers_stand_at_the_right() {
        let rows = [row(&["n", "name"]), row(&["1", "Ann"]), row(&["100", "Bo"])];
        let layout = Layout::fit(rows.iter().map(Vec::as_slice), &[true, false], 80);
        assert_eq!(layout.line(&rows[1], &[true, false]), "  1  Ann");
    }

    #[test]
    fn cells_are_cut_by_what_a_terminal_shows() {
        assert_eq!(cut("王秀英 Wang", 7), "王秀英…");
        assert_eq!(cut_cell("https://example.com/in/ann", 15), "https:/…/in/ann");
        assert_eq!(cut("王秀英", 6), "王秀英");
        assert_eq!(one_line(" a\r\n\tb\u{1b}c "), "a b\u{fffd}c");
    }

    #[test]
    fn long_words_are_broken_and_short_ones_are_not() {
        assert_eq!(wrap("aa bb ccccccc d", 5), ["aa bb", "ccccc", "cc d"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("王王", 1), ["王", "王"]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_screen(
            cells in proptest::collection::vec("\\PC{0,40}|[a-z\\x1b\\n 王]{0,40}", 1..8), width in 1usize..60
        ) {
            let layout = Layout::fit(std::iter::once(cells.as_slice()), &[], width);
            // A screen that is narrower than one column per cell hides columns; one always stays.
            let line = layout.line(&cells, &[]);
            prop_assert!(line.width() <= width, "{line:?}");
            prop_assert!(!line.chars().any(is_unprintable));
        }
    }
}
