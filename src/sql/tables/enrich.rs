//! Keys to people: `enrich('url or e-mail', ...)` as a table, `find_person(key)` as a value.
//!
//! ```sql
//! SELECT key, basic_profile.name FROM enrich('ada@example.com', 'linkedin.com/in/bo-example');
//! SELECT l.email, p.basic_profile.name FROM 'leads.csv' l LEFT JOIN people p ON p.person_id = find_person(l.email);
//! ```
//!
//! A key is what `rolo get` guesses: a profile URL, an e-mail address or its hash, a phone number, an id. One that names
//! several people means the one with the lowest person id; what is no key, or names nobody, is null.

use std::fmt;
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{MemTable, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{Column, DataFusionError, JoinType, Result};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlanBuilder, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use super::columns::{PEOPLE, PERSON_ID};
use super::search::literal_text;
use super::table::{Only, Table};
use crate::engine::{Database, Error};
use crate::record::Key;
use crate::sql::error::external;
use crate::sql::functions::Same;

/// The rows of `enrich`, before people are joined to them.
const KEYS: &str = "keys";
const KEY: &str = "key";

/// The person id that each text names.
fn person_ids<'a>(
    database: &Database,
    texts: impl Iterator<Item = Option<&'a str>>,
) -> Result<Vec<Option<i64>>, Error> {
    let keys: Vec<Option<Key>> = texts.map(|text| Key::guess(text?.trim()).ok()).collect();
    let ids = database.lookup(&keys, |person| Ok(person.id()))?;
    Ok(ids.into_iter().map(|id| i64::try_from(id?).ok()).collect())
}

/// `find_person(key)`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct FindPerson {
    database: Same<Database>,
    signature: Signature,
}

impl FindPerson {
    pub(super) fn new(database: Arc<Database>) -> Self {
        Self { database: Same(database), signature: Signature::string(1, Volatility::Stable) }
    }
}

impl ScalarUDFImpl for FindPerson {
    fn name(&self) -> &str {
        "find_person"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(texts) = arrays.first() else {
            return Err(DataFusionError::Internal("find_person without an argument".to_owned()));
        };
        let texts = cast(texts, &DataType::Utf8View)?;
        let ids = person_ids(&self.database, texts.as_string_view().iter()).map_err(external)?;
        Ok(ColumnarValue::Array(Arc::new(Int64Array::from(ids))))
    }
}

/// `enrich(key, ...)`, over the table of people.
pub(super) struct Enrich {
    pub(super) people: Table,
}

impl fmt::Debug for Enrich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("enrich")
    }
}

impl TableFunctionImpl for Enrich {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let keys = args.exprs().iter().map(literal_text).collect::<Option<Vec<String>>>();
        let keys = keys.filter(|keys| !keys.is_empty()).ok_or_else(|| {
            DataFusionError::Plan(
                "enrich takes keys as texts in quotes: profile URLs, e-mail addresses, phone numbers, ids"
                    .to_owned(),
            )
        })?;
        let texts = keys.iter().map(|key| Some(key.as_str()));
        let ids = person_ids(self.people.database(), texts).map_err(external)?;
        let found = ids.iter().flatten().filter_map(|&id| u64::try_from(id).ok()).collect();
        let found = self.people.have_ids(found);
        let found = found.ok_or_else(|| DataFusionError::Internal("no path holds person ids".to_owned()))?;
        let people = self.people.with(Only { people: found, ..Only::default() });
        let names: Vec<Expr> = std::iter::once(Column::new(Some(KEYS), KEY))
            .chain(
                people.columns().columns.iter().map(|column| Column::new(Some(PEOPLE), column.name.clone())),
            )
            .map(Expr::Column)
            .collect();
        let people = LogicalPlanBuilder::scan(PEOPLE, provider_as_source(Arc::new(people)), None)?.build()?;
        let on = vec![Column::new(Some(KEYS), PERSON_ID)];
        let plan = LogicalPlanBuilder::scan(KEYS, provider_as_source(key_table(&keys, ids)?), None)?
            .join(people, JoinType::Left, (on, vec![Column::new(Some(PEOPLE), PERSON_ID)]), None)?
            .project(names)?
            .build()?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }
}

/// The keys as a table, with whom each names.
fn key_table(keys: &[String], ids: Vec<Option<i64>>) -> Result<Arc<dyn TableProvider>> {
    let fields =
        vec![Field::new(KEY, DataType::Utf8View, false), Field::new(PERSON_ID, DataType::Int64, true)];
    let schema = Arc::new(ArrowSchema::new(fields));
    let keys = StringViewArray::from_iter_values(keys);
    let batch =
        RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(keys), Arc::new(Int64Array::from(ids))])?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}
