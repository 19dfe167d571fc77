//! Aligned columns, with or without a frame, cut or folded to a width.

use rolo::record::text::is_unprintable;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::console::Paint;

/// Lines that a cell is folded into, at most.
const FOLDED_LINES: usize = 8;
/// No column is cut below this, unless the screen is narrower.
const NARROWEST: usize = 14;
/// The width of what is no screen.
pub(crate) const UNCUT: usize = usize::MAX;
/// Rows that are looked at to find how wide the columns are.
pub(crate) const MEASURED_ROWS: usize = 500;

/// What stands around the columns of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Blanks, and a line under the header.
    Plain,
    /// Lines all around. Long cells are folded.
    Box,
    /// What Markdown takes for a table. Nothing is cut.
    Markdown,
}

impl Frame {
    /// What stands before the first column, between two, and behind the last.
    fn bars(self) -> [&'static str; 3] {
        match self {
            Frame::Plain => ["", "  ", ""],
            Frame::Box => ["│ ", " │ ", " │"],
            Frame::Markdown => ["| ", " | ", " |"],
        }
    }

    /// A cell's text, on one line.
    fn text(self, cell: &str) -> String {
        let text = one_line(cell);
        match self {
            Frame::Markdown => text.replace('\\', "\\\\").replace('|', "\\|"),
            Frame::Plain | Frame::Box => text,
        }
    }

    /// The narrowest column: Markdown's rule under the header has three dashes.
    fn narrowest(self) -> usize {
        if self == Frame::Markdown { 3 } else { 0 }
    }

    /// How many columns of the screen that takes.
    fn width(self, columns: usize) -> usize {
        let [left, between, right] = self.bars().map(|bar| bar.width());
        left + between * columns.saturating_sub(1) + right
    }
}

/// The columns of a table, fitted to a width.
#[derive(Debug)]
pub(crate) struct Layout {
    frame: Frame,
    widths: Vec<usize>,
    /// Whether texts that are wider than their column go on in further lines.
    folds: bool,
    /// Whether texts that turn out wider are cut; where there is no screen, they are not.
    cuts: bool,
    /// Columns at the right that did not fit.
    pub(crate) hidden: usize,
}

impl Layout {
    /// Fits columns with these contents (header first) into the width of a `screen`: the widest texts give way first, then
    /// the columns at the right. Numbers, of which `right` says where they are, are never cut; with [`UNCUT`] nothing is.
    pub(crate) fn fit<'a>(
        rows: impl Iterator<Item = &'a [String]>,
        right: &[bool],
        screen: usize,
        frame: Frame,
    ) -> Self {
        let mut wanted: Vec<usize> = Vec::new();
        for row in rows {
            if wanted.len() < row.len() {
                wanted.resize(row.len(), frame.narrowest());
            }
            for (width, cell) in wanted.iter_mut().zip(row) {
                *width = (*width).max(frame.text(cell).width());
            }
        }
        let all = wanted.len();
        let fixed = |at: usize| right.get(at).copied().unwrap_or(false);
        let least = |widths: &[usize]| {
            let each = widths.iter().enumerate().map(|(at, &w)| if fixed(at) { w } else { w.min(NARROWEST) });
            each.sum::<usize>().saturating_add(frame.width(widths.len()))
        };
        while wanted.len() > 1 && least(&wanted) > screen {
            wanted.pop();
        }
        let hidden = all - wanted.len();
        let room = screen.saturating_sub(frame.width(wanted.len()));
        let numbers: usize = wanted.iter().enumerate().filter(|&(at, _)| fixed(at)).map(|(_, &w)| w).sum();
        let texts = wanted.iter().enumerate().filter(|&(at, _)| !fixed(at)).map(|(_, &w)| w).collect();
        let mut texts = shrink(texts, room.saturating_sub(numbers)).into_iter();
        let widths = wanted
            .iter()
            .enumerate()
            .map(|(at, &w)| if fixed(at) { w.min(room) } else { texts.next().unwrap_or(w) });
        let cuts = screen != UNCUT;
        Self { frame, widths: widths.collect(), folds: cuts && frame == Frame::Box, cuts, hidden }
    }

    /// The same, with no text wider than `most`: what is longer is cut, on no screen as well.
    pub(crate) fn at_most(mut self, most: usize, right: &[bool]) -> Self {
        for (at, width) in self.widths.iter_mut().enumerate() {
            if !right.get(at).copied().unwrap_or(false) {
                *width = (*width).min(most.max(1));
            }
        }
        self.cuts = true;
        self
    }

    /// A row of cells, in a box as many lines as its longest cell is folded into; `right` says which columns are numbers.
    pub(crate) fn row(&self, cells: &[String], right: &[bool]) -> String {
        if !self.folds {
            return self.line(cells, right);
        }
        let folded: Vec<Vec<String>> =
            cells.iter().zip(&self.widths).map(|(cell, &width)| fold(cell, width)).collect();
        let height = folded.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let lines = (0..height).map(|at| {
            let cells: Vec<String> =
                folded.iter().map(|lines| lines.get(at).cloned().unwrap_or_default()).collect();
            self.line(&cells, right)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn line(&self, cells: &[String], right: &[bool]) -> String {
        let [left, between, end] = self.frame.bars();
        let mut line = String::from(left);
        for (at, &width) in self.widths.iter().enumerate() {
            let is_number = right.get(at).copied().unwrap_or(false);
            let text = self.frame.text(cells.get(at).map_or("", String::as_str));
            let text = if self.cuts && !is_number { cut_cell(&text, width) } else { text };
            let padding = " ".repeat(width - text.width().min(width));
            if at > 0 {
                line.push_str(between);
            }
            if is_number {
                line.push_str(&padding);
                line.push_str(&text);
            } else {
                line.push_str(&text);
                line.push_str(&padding);
            }
        }
        line.push_str(end);
        line.truncate(line.trim_end().len());
        line
    }

    /// The header and the lines around it.
    pub(crate) fn header(&self, cells: &[String], right: &[bool], paint: Paint) -> String {
        let header = self.line(cells, right);
        match self.frame {
            Frame::Plain => {
                format!("{}\n{}", paint.bold(&header), paint.dim(&self.rule("─", ["", "  ", ""])))
            }
            Frame::Box => {
                let top = self.rule("─", ["┌─", "─┬─", "─┐"]);
                let under = self.rule("─", ["├─", "─┼─", "─┤"]);
                format!("{top}\n{header}\n{under}")
            }
            Frame::Markdown => {
                let rules = self.widths.iter().enumerate().map(|(at, &width)| {
                    let is_number = right.get(at).copied().unwrap_or(false);
                    let rule = "-".repeat(width.saturating_sub(usize::from(is_number)));
                    if is_number { format!("{rule}:") } else { rule }
                });
                format!("{header}\n| {} |", rules.collect::<Vec<_>>().join(" | "))
            }
        }
    }

    /// The line under the last row; `None` if there is none.
    pub(crate) fn footer(&self) -> Option<String> {
        (self.frame == Frame::Box).then(|| self.rule("─", ["└─", "─┴─", "─┘"]))
    }

    fn rule(&self, dash: &str, [left, between, right]: [&str; 3]) -> String {
        let rules: Vec<String> = self.widths.iter().map(|&width| dash.repeat(width)).collect();
        format!("{left}{}{right}", rules.join(between))
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

/// The lines of a cell that is wider than its column: broken between words, and in lists and objects behind commas.
fn fold(text: &str, width: usize) -> Vec<String> {
    let text = one_line(text);
    if text.width() <= width {
        return vec![text];
    }
    // Behind the commas of JSON a line may end.
    let spaced =
        if text.starts_with(['[', '{']) { text.replace(",\"", ", \"").replace(",{", ", {") } else { text };
    let mut lines = wrap(&spaced, width);
    if lines.len() > FOLDED_LINES {
        lines.truncate(FOLDED_LINES);
        if let Some(last) = lines.last_mut() {
            *last = format!("{}…", cut(last, width.saturating_sub(1)).trim_end_matches('…'));
        }
    }
    lines
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
        let layout = Layout::fit(rows.iter().map(Vec::as_slice), &[], 40, Frame::Plain);
        assert_eq!((layout.widths.as_slice(), layout.hidden), ([7, 31].as_slice(), 0));
        assert!(layout.line(&rows[1], &[true, false]).ends_with("x…xxxxxxxxxxxxxxx"));
    }

    #[test]
    fn columns_that_do_not_fit_are_hidden_and_counted() {
        let rows = [vec!["0123456789".to_string(); 10]];
        let layout = Layout::fit(rows.iter().map(Vec::as_slice), &[], 40, Frame::Plain);
        assert_eq!((layout.widths.len(), layout.hidden), (3, 7));
    }

    #[test]
    fn numbers_are_never_cut() {
        let rows = [row(&[&"9".repeat(20), &"x".repeat(50)])];
        let layout = Layout::fit(rows.iter().map(Vec::as_slice), &[true, false], 40, Frame::Plain);
        assert_eq!(layout.widths, [20, 18]);
    }

    #[test]
    fn numbers_stand_at_the_right() {
        let rows = [row(&["n", "name"]), row(&["1", "Ann"]), row(&["100", "Bo"])];
        let layout = Layout::fit(rows.iter().map(Vec::as_slice), &[true, false], 80, Frame::Plain);
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
            let layout = Layout::fit(std::iter::once(cells.as_slice()), &[], width, Frame::Plain);
            // A screen that is narrower than one column per cell hides columns; one always stays.
            let line = layout.line(&cells, &[]);
            prop_assert!(line.width() <= width, "{line:?}");
            prop_assert!(!line.chars().any(is_unprintable));
        }
    }
}
