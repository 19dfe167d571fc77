//! Result lines as CSV: what stands around the record, then a column for each field.

use super::line::{Cell, Line};
use super::parts::{Made, Part};
use crate::jobs::JobError;
use crate::jobs::request::LineShape;
use crate::record::flatten::{self, Column, GLANCE, cells, csv_line};
use crate::record::{Projection, parse_person};
use crate::schema::{Schema, Selection};

/// The person id: the first column where nobody said which fields.
const PERSON_ID: &str = "crustdata_person_id";

/// How lines become rows.
pub(super) struct Table<'a> {
    shape: &'a LineShape,
    columns: Vec<Column>,
    /// What is shown of a whole record.
    view: Option<Projection>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        shape: &'a LineShape,
        schema: &Schema,
        selection: Option<&Selection>,
    ) -> Result<Self, JobError> {
        if let Some(selection) = selection {
            return Ok(Self { shape, columns: flatten::columns(schema, selection), view: None });
        }
        // A file may have been loaded with another catalogue.
        let known = [PERSON_ID].into_iter().chain(GLANCE).filter(|path| schema.resolve(path).is_some());
        let glance = schema.selection(&known.collect::<Vec<_>>()).map_err(crate::engine::Error::from)?;
        let view = Some(Projection::new(schema, &glance));
        Ok(Self { shape, columns: flatten::columns(schema, &glance), view })
    }

    /// The line with the columns' names.
    pub(super) fn header(&self) -> String {
        let own = self.shape.envelope.iter().map(|(name, _)| (*name).to_string());
        let fields = self.columns.iter().map(|column| match self.shape.record {
            Some(record) => format!("{record}.{}", column.path),
            None => column.path.clone(),
        });
        csv_line(&own.chain(fields).collect::<Vec<_>>())
    }

    /// The rows of a part.
    pub(super) fn rows(&self, part: &Part) -> Made<String> {
        let (mut rows, mut lines) = (String::new(), 0);
        for text in part.texts() {
            lines += text?.each_line(|line| {
                rows.push_str(&csv_line(&self.row(line)?));
                Ok(())
            })?;
        }
        Ok((rows, lines))
    }

    fn row(&self, line: &[u8]) -> Result<Vec<String>, String> {
        let line = Line::split(line, self.shape)?;
        let mut row = Vec::with_capacity(self.shape.envelope.len() + self.columns.len());
        for (raw, member) in line.envelope.iter().zip(self.shape.envelope) {
            let cell = raw.map(|raw| Cell::read(raw, *member)).transpose()?;
            row.push(cell.map(|cell| cell.to_text()).unwrap_or_default());
        }
        match line.record {
            Some(record) => row.extend(self.record(record)?),
            None => row.extend(self.columns.iter().map(|_| String::new())),
        }
        Ok(row)
    }

    fn record(&self, record: &[u8]) -> Result<Vec<String>, String> {
        let viewed;
        let record = match &self.view {
            Some(view) => {
                let value = view.read(record).map_err(|reason| reason.to_string())?;
                viewed = view.to_json(&value);
                viewed.as_bytes()
            }
            None => record,
        };
        let parsed = parse_person(record).map_err(|reason| reason.to_string())?;
        Ok(cells(&self.columns, &parsed.value))
    }
}
