//! Rows of cells as text of other forms than tables: a line a cell, HTML, tabs.

use unicode_width::UnicodeWidthStr as _;

use super::table::one_line;

/// A row as lines of name and value, names right-aligned, a blank line behind it.
pub(crate) fn lines(header: &[String], cells: &[String]) -> String {
    let width = header.iter().map(|name| name.width()).max().unwrap_or(0);
    let line = |(name, cell): (&String, &String)| {
        format!("{}{name} = {}\n", " ".repeat(width - name.width()), one_line(cell))
    };
    header.iter().zip(cells).map(line).collect::<String>() + "\n"
}

/// What begins an HTML table.
pub(crate) fn html_header(header: &[String]) -> String {
    let names: Vec<String> = header.iter().map(|name| format!("<th>{}</th>", html(name))).collect();
    format!("<table>\n<thead>\n<tr>{}</tr>\n</thead>\n<tbody>\n", names.concat())
}

/// A row of an HTML table.
pub(crate) fn html_row(cells: &[String], right: &[bool]) -> String {
    let cell = |(at, cell): (usize, &String)| match right.get(at) {
        Some(true) => format!("<td style=\"text-align: right\">{}</td>", html(cell)),
        _ => format!("<td>{}</td>", html(cell)),
    };
    format!("<tr>{}</tr>\n", cells.iter().enumerate().map(cell).collect::<String>())
}

/// What ends an HTML table.
pub(crate) const HTML_FOOTER: &str = "</tbody>\n</table>\n";

fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // HTML has no place for them.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Cells with tabs between them. A tab, a line's end or a backslash inside is written with a backslash, so that every row is a line
/// and every cell can be read back (the *text* format of PostgreSQL's COPY).
pub(crate) fn tabs(cells: &[String]) -> String {
    let cell = |cell: &String| {
        cell.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
    };
    cells.iter().map(cell).collect::<Vec<_>>().join("\t") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| cell.to_string()).collect()
    }

    #[test]
    fn names_stand_beside_values() {
        assert_eq!(lines(&row(&["id", "título"]), &row(&["1", "a\nb"])), "    id = 1\ntítulo = a b\n\n");
    }

    #[test]
    fn html_takes_no_markup_from_data() {
        let text = html_header(&row(&["a<b"])) + &html_row(&row(&["\"x\" & <y>\u{1b}", "1"]), &[false, true]);
        assert!(text.contains("<th>a&lt;b</th>"), "{text}");
        assert!(
            text.contains(
                "<td>&quot;x&quot; &amp; &lt;y&gt;\u{fffd}</td><td style=\"text-align: right\">1</td>"
            ),
            "{text}"
        );
    }

    #[test]
    fn every_row_is_one_line_of_tabs() {
        assert_eq!(tabs(&row(&["a\tb", "c\\d\n", ""])), "a\\tb\tc\\\\d\\n\t\n");
    }
}
