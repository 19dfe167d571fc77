//! What the demo shows of people one by one and of lists: load, look up, search, fill in.

use std::fs::{self, File};
use std::io::BufReader;

use super::people::Example;
use super::{Demo, MARGIN};
use crate::cli::failure::Failure;
use crate::cli::table::{Frame, Layout};
use crate::cli::units::{bytes, count, duration, percent};
use rolo::record::delimited::{Dialect, Records};

/// Managers in retail; `OP` stands for the operator that says whether in one role.
const MANAGERS_IN_RETAIL: &str = r#"{"op": "OP", "conditions": [
  {"field": "experience.employment_details.title",
   "type": "(.)", "value": "manager"},
  {"field": "experience.employment_details.company_industries",
   "type": "=", "value": "Retail"}
]}
"#;

/// Where the leads work now; `LEADS` stands for the list.
#[cfg(feature = "sql")]
const EMPLOYERS_OF_LEADS: &str = "\
SELECT r.name AS employer, count(*) AS leads,
  round(avg(r.years_at_company_raw), 1) AS years
FROM 'LEADS' l
JOIN enrich(l.email) p
JOIN roles r ON r.person_id = p.person_id AND r.list = 'current'
GROUP BY employer ORDER BY leads DESC, employer LIMIT 5
";

impl Demo<'_> {
    pub(super) fn load(&mut self, known: u64, json_bytes: u64) -> Result<(), Failure> {
        self.heading("1  Load people")?;
        self.say(&format!(
            "{} holds {} people, one JSON object a line, {}. One command reads them, indexes every way in which \
             they can be named, and writes one file:",
            self.file("people.jsonl"),
            count(known),
            bytes(json_bytes)
        ))?;
        let (database, input) = (self.file("people.parquet"), self.file("people.jsonl"));
        let time = self.step(&["load", &database, &input], 12)?;
        let length = fs::metadata(self.dir.join("people.parquet")).map_or(0, |file| file.len());
        self.say(&format!(
            "The file is {}, {} of the JSON, with every record inside it word for word, the same people as columns, \
             and the indexes. It took {}.",
            bytes(length),
            percent(length, json_bytes),
            duration(time)
        ))
    }

    pub(super) fn get(&mut self, example: &Example) -> Result<(), Failure> {
        self.heading("2  Look somebody up")?;
        self.say(
            "By profile URL. It need not be spelled as in the record: this one has another host and a tail.",
        )?;
        let database = self.file("people.parquet");
        let slug = example.url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let url = format!("https://de.linkedin.com/in/{slug}/?trk=share");
        let time = self.step(&["get", &database, &url], 16)?;
        self.say(&format!(
            "Found in {}, with opening the file. On a terminal you get a page; into a pipe or a file goes JSON.",
            duration(time)
        ))?;
        self.say("By e-mail, and only the fields that are asked for. Capitals do not matter:")?;
        let fields = "basic_profile.name,basic_profile.current_title";
        let email = example.email.to_uppercase();
        let time = self.step(&["enrich", &database, &email, "--fields", fields], 8)?;
        self.say(&format!("It is {} again, in {}.", example.name, duration(time)))
    }

    pub(super) fn search(&mut self) -> Result<(), Failure> {
        self.heading("3  Search")?;
        for (name, op) in [("same-role.json", "and"), ("any-role.json", "all_of")] {
            let path = self.dir.join(name);
            let filter = MANAGERS_IN_RETAIL.replace("OP", op);
            fs::write(&path, filter).map_err(Failure::writing(path.display()))?;
        }
        let database = self.file("people.parquet");
        let (same, any) = (self.file("same-role.json"), self.file("any-role.json"));
        self.say(&format!("A filter is a tree of conditions. This one, {same}, wants managers in retail:"))?;
        self.block(MANAGERS_IN_RETAIL.replace("OP", "and").trim_end())?;
        self.say("--matched says which of their roles made people match:")?;
        let filter = format!("@{same}");
        let fields = "basic_profile.name";
        let arguments = ["search", &database, "-f", &filter, "--fields", fields, "--matched", "--limit", "4"];
        self.step(&arguments, 8)?;
        self.say(&format!(
            "In an `and`, both conditions hold on one role: manager *at* a retailer. {any} has the same two in an \
             `all_of`: each on some role. That is what engines answer that keep titles in one index and industries \
             in another:"
        ))?;
        let at_once = self.step(&["search", &database, "-f", &filter, "--count"], 4)?;
        self.step(&["search", &database, "-f", &format!("@{any}"), "--count"], 4)?;
        self.say(
            "The second count has everybody of the first, and whoever was a manager in one job and in retail in \
             another: people that nobody looked for.",
        )?;
        self.say(&format!("The first count took {}. This is how it was answered:", duration(at_once)))?;
        self.step(&["search", &database, "-f", &filter, "--explain=analyze"], 14)?;
        Ok(())
    }

    pub(super) fn enrich(&mut self, leads: u64) -> Result<(), Failure> {
        self.heading("4  Fill in a list of leads")?;
        self.say(&format!(
            "{} has {} leads, such as come from a fair or a CRM: names, and for some an e-mail, for some a profile \
             URL. Not all of them are among our people. rolo finds the columns by itself:",
            self.file("leads.csv"),
            count(leads)
        ))?;
        let (database, list, output) =
            (self.file("people.parquet"), self.file("leads.csv"), self.file("enriched.csv"));
        let time = self.step(&["enrich", &database, "-i", &list, "--append", "-o", &output], 8)?;
        let rate = (leads as f64 / time.as_secs_f64().max(0.001)) as u64;
        self.say(&format!(
            "{output} is the same list, every row and cell of it, with columns added: {} in {}, {} a second. Some rows \
             and columns of it:",
            count(leads),
            duration(time),
            count(rate)
        ))?;
        let table = self.enriched_rows()?;
        self.block(&table)
    }

    #[cfg(feature = "sql")]
    pub(super) fn sql(&mut self) -> Result<(), Failure> {
        self.heading("6  Ask in SQL")?;
        let path = self.dir.join("leads.sql");
        let statement = EMPLOYERS_OF_LEADS.replace("LEADS", &self.file("leads.csv").replace('\'', "''"));
        fs::write(&path, &statement).map_err(Failure::writing(path.display()))?;
        let (database, file) = (self.file("people.parquet"), self.file("leads.sql"));
        self.say(&format!(
            "Tables are the people, the elements of each of their arrays, such as roles and schools, and CSV, JSON and \
             Parquet files. {file} finds the leads by e-mail, and counts where they work now:"
        ))?;
        self.block(statement.trim_end())?;
        let time = self.step(&["sql", &database, "-f", &file], 12)?;
        self.say(&format!("Answered in {}.", duration(time)))
    }

    /// The first rows of the enriched list that have a person, and one that has none.
    fn enriched_rows(&self) -> Result<String, Failure> {
        const COLUMNS: [(&str, &str); 4] = [
            ("name", "name"),
            ("email", "email"),
            ("basic_profile.current_title", "current_title"),
            ("basic_profile.location.city", "city"),
        ];
        let path = self.dir.join("enriched.csv");
        let file = File::open(&path).map_err(Failure::reading(path.display()))?;
        let mut records = Records::new(BufReader::new(file), Dialect::detect(b"a,b\n", None));
        let header = records.next_record()?.map(|record| record.texts()).unwrap_or_default();
        let places = COLUMNS.map(|(path, _)| header.iter().position(|name| name == path));
        let (mut found, mut not_found) = (Vec::new(), Vec::new());
        while let Some(record) = records.next_record()?
            && (found.len() < 4 || not_found.is_empty())
        {
            let cells =
                places.map(|place| place.and_then(|at| record.cell(at)).unwrap_or_default().into_owned());
            let into =
                if cells.last().is_some_and(|city| !city.is_empty()) { &mut found } else { &mut not_found };
            into.push(cells.to_vec());
        }
        found.truncate(4);
        found.extend(not_found.into_iter().take(1));
        let names = COLUMNS.map(|(_, name)| name.to_string());
        let rows = std::iter::once(names.as_slice()).chain(found.iter().map(Vec::as_slice));
        let layout = Layout::fit(rows, &[], self.width.saturating_sub(MARGIN.len()), Frame::Plain);
        let mut lines = vec![layout.header(&names, &[], self.console.out_paint)];
        lines.extend(found.iter().map(|row| layout.row(row, &[])));
        Ok(lines.join("\n"))
    }
}
