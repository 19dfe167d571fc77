//! A person as a page: what is known, family by family, empty fields left out.

use rolo::record::Value;
use rolo::record::flatten::scalar_text;
use unicode_width::UnicodeWidthStr as _;

use super::console::Paint;
use super::table::{cut, one_line, wrap};

/// Names longer than this do not move the values of the others.
const WIDEST_NAME: usize = 24;
/// Narrowest column of values.
const NARROWEST_VALUE: usize = 16;

/// Prints pages of one width.
pub(crate) struct Page {
    width: usize,
    paint: Paint,
    out: String,
}

/// What an object holds: its fields, and the arrays of objects inside it.
#[derive(Default)]
struct Parts<'v, 'a> {
    fields: Vec<(String, String)>,
    arrays: Vec<(String, &'v [Value<'a>])>,
}

/// The page of a person, ended by a line feed.
pub(crate) fn page(person: &Value<'_>, width: usize, paint: Paint) -> String {
    let mut page = Page { width, paint, out: String::new() };
    page.person(person);
    page.out
}

impl Page {
    fn person(&mut self, person: &Value<'_>) {
        let name = person.get("basic_profile").and_then(|profile| profile.get("name")?.as_str());
        let id = person.get("crustdata_person_id").and_then(scalar_text).unwrap_or_default();
        let name =
            cut(&one_line(name.unwrap_or("(no name)")), self.width.saturating_sub(id.len() + 7).max(8));
        let title = format!("{}  {}", self.paint.bold(&name), self.paint.dim(&format!("id {id}")));
        self.line(&title);
        let mut top = Parts::default();
        for (key, value) in person.members() {
            match value {
                Value::Object(_) => self.family(key, value),
                _ if key == "crustdata_person_id" => {}
                _ => sort(key, value, &mut top),
            }
        }
        if !top.fields.is_empty() {
            self.heading(0, "other");
            self.fields(2, &top.fields, None);
        }
        self.arrays(0, &top.arrays);
    }

    fn family(&mut self, name: &str, value: &Value<'_>) {
        let mut parts = Parts::default();
        for (key, value) in value.members() {
            sort(key, value, &mut parts);
        }
        if !parts.fields.is_empty() {
            self.heading(0, name);
            self.fields(2, &parts.fields, None);
        }
        let arrays: Vec<_> =
            parts.arrays.into_iter().map(|(path, items)| (format!("{name}.{path}"), items)).collect();
        self.arrays(0, &arrays);
    }

    fn arrays(&mut self, indent: usize, arrays: &[(String, &[Value<'_>])]) {
        for (path, items) in arrays {
            self.heading(indent, path);
            for (at, item) in items.iter().enumerate() {
                let mut parts = Parts::default();
                item.members().iter().for_each(|(key, value)| sort(key, value, &mut parts));
                self.fields(indent + 2, &parts.fields, Some(at + 1));
                self.arrays(indent + 5, &parts.arrays);
            }
        }
    }

    fn heading(&mut self, indent: usize, text: &str) {
        let text = cut(&one_line(text), self.width.saturating_sub(indent));
        let line = format!("{}{}", " ".repeat(indent), self.paint.cyan(&text));
        self.line(&line);
    }

    /// Names and values in two columns; the first line carries the number of the element, if it is one.
    fn fields(&mut self, indent: usize, fields: &[(String, String)], number: Option<usize>) {
        let indent = indent + if number.is_some() { 3 } else { 0 };
        let widths = fields.iter().map(|(name, _)| name.width());
        let usual = widths.filter(|&width| width <= WIDEST_NAME).max().unwrap_or(0);
        let most = self.width.saturating_sub(indent + 2 + NARROWEST_VALUE).max(4);
        let mut number = number.map(|number| format!("{number:>w$} ", w = indent.saturating_sub(1)));
        for (name, value) in fields {
            let depth = name.len() - name.trim_start().len();
            let name = cut(&format!("{}{}", " ".repeat(depth), one_line(name)), most);
            let names = name.width().max(usual.min(most));
            let room = self.width.saturating_sub(indent + names + 2).max(4);
            let margin = number.take().unwrap_or_else(|| " ".repeat(indent));
            // Beside a long name there may be too little room.
            let below = names > usual && value.width() > room;
            let (column, room) = if below {
                (indent + 4, self.width.saturating_sub(indent + 4).max(4))
            } else {
                (indent + names + 2, room)
            };
            let mut lines = wrap(value, room).into_iter();
            let first = if below { String::new() } else { lines.next().unwrap_or_default() };
            let padding = " ".repeat(names.saturating_sub(name.width()) + 2);
            self.line(&format!("{margin}{}{padding}{first}", self.paint.dim(&name)));
            lines.for_each(|text| self.line(&format!("{}{text}", " ".repeat(column))));
        }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }
}

/// Puts a member where it is printed. Empty values are left out; of an object, one field gets a dotted name, more stand
/// below the object's own.
fn sort<'v, 'a>(path: &str, value: &'v Value<'a>, parts: &mut Parts<'v, 'a>) {
    match value {
        Value::Object(members) => {
            let mut inside = Parts::default();
            members.iter().for_each(|(key, value)| sort(key, value, &mut inside));
            if let [(name, text)] = inside.fields.as_slice() {
                parts.fields.push((format!("{path}.{name}"), text.clone()));
            } else if !inside.fields.is_empty() {
                parts.fields.push((path.to_string(), String::new()));
                parts
                    .fields
                    .extend(inside.fields.into_iter().map(|(name, text)| (format!("  {name}"), text)));
            }
            parts
                .arrays
                .extend(inside.arrays.into_iter().map(|(name, items)| (format!("{path}.{name}"), items)));
        }
        Value::Array(items) if items.iter().any(|item| matches!(item, Value::Object(_))) => {
            parts.arrays.push((path.to_string(), items));
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter_map(scalar_text).collect();
            if !texts.is_empty() {
                parts.fields.push((path.to_string(), texts.join(", ")));
            }
        }
        scalar => {
            let text = scalar_text(scalar).filter(|text| !text.is_empty());
            parts.fields.extend(text.map(|text| (path.to_string(), text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolo::record::parse;

    const PERSON: &str = r#"{"crustdata_person_id": 7, "basic_profile": {"name": "Ann Example", "headline": "",
        "location": {"city": "Oslo"}, "normalized_title": {"matched_title": "Engineer", "confident": true}, "languages": ["no", "en"]}, "education": {"schools": [{"school": "NTNU"},
        {"school": "MIT", "degree": "PhD"}]}, "interests": ["ski"], "certifications": []}"#;

    #[test]
    fn a_page_shows_what_is_known_and_nothing_else() {
        let page = page(&parse(PERSON.as_bytes()).unwrap().value, 60, Paint::none());
        let expected = "\
Ann Example  id 7
basic_profile
  name              Ann Example
  location.city     Oslo
  normalized_title
    matched_title   Engineer
    confident       true
  languages         no, en
education.schools
   1 school  NTNU
   2 school  MIT
     degree  PhD
other
  interests  ski
";
        assert_eq!(page, expected);
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let long = PERSON.replace("Ann Example", &"王 long\u{1b}[1m".repeat(30));
        for width in [20, 40, 80] {
            let page = page(
                &parse(long.replace('\u{1b}', "\\u001b").as_bytes()).unwrap().value,
                width,
                Paint::none(),
            );
            assert!(page.lines().all(|line| line.width() <= width), "{width}:\n{page}");
            assert!(!page.contains('\u{1b}'));
        }
    }
}
