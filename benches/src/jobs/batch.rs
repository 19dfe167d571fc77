//! The batches, said in everybody's words.

use std::ffi::OsString;
use std::path::Path;

use super::duck::{Gzip, JSON, Rival, TEXT};
use super::lines::Alike;
use crate::peers::duckdb::quoted;

/// A batch.
pub(crate) struct Batch {
    pub(crate) title: &'static str,
    pub(crate) about: String,
    /// What is given to `rolo jobs submit`; the first is what the others are compared with.
    pub(crate) ours: Vec<(&'static str, Vec<OsString>)>,
    pub(crate) rivals: Vec<Rival>,
}

const NESTED: &str = "DuckDB, nested";
const TEXTS: &str = "DuckDB, JSON text";
const TEXTS_COMPRESSED: &str = "DuckDB, JSON text, compressed as in rolo";
const NESTED_COMPRESSED: &str = "DuckDB, nested, compressed as in rolo";
const ANY_ORDER: &str = "DuckDB, any 10,000 in any order";

/// A common country: a third of the people.
const COUNTRY: &str = "United States";

/// The people of a list of profile URLs.
pub(crate) fn enrichment(list: &Path) -> Batch {
    let submit = |more: &[&str]| -> Vec<OsString> {
        let args = ["enrich".into(), "-i".into(), list.as_os_str().to_owned()];
        args.into_iter().chain(more.iter().map(Into::into)).collect()
    };
    let rival = |name, table: &str, gzip, alike| {
        let query = format!(
            "select original_identifier, crustdata_person_id as internal_id, \
             struct_pack(crustdata_person_id, basic_profile, social_handles) as data \
             from (select line as original_identifier, key_of(line) as url_key, row_number() over () as position \
                   from read_csv({}, header = false, columns = {{line: varchar}}, delim = '\\x01', quote = '', auto_detect = false)) \
             join {table} using (url_key) order by position",
            quoted(list)
        );
        Rival { name, query, format: JSON, gzip, alike }
    };
    Batch {
        title: "Batch enrichment",
        about: "10,000 profile URLs, a tenth of them unknown, a twentieth repeated. Lines: identifier, person id, `basic_profile` and `social_handles`."
            .to_string(),
        ours: vec![
            ("rolo, chunks of 100", submit(&[])),
            ("rolo, chunks of 1,000", submit(&["--chunk-size", "1000"])),
        ],
        rivals: vec![
            rival(NESTED, "people", Gzip::Own, Alike::Columns),
            rival(TEXTS, "texts", Gzip::Own, Alike::Columns),
            rival(TEXTS_COMPRESSED, "texts", Gzip::Rolos, Alike::Columns),
        ],
    }
}

/// Whole records of a search.
pub(crate) fn records(count: usize) -> Batch {
    // Who first, then their records: of several ways to say it, the one that takes DuckDB least.
    let first = |columns: &str, table: &str, country: &str| {
        format!(
            "select {columns} from {table} join (select rowid as found, crustdata_person_id as id from {table} \
             where {country} = lower('{COUNTRY}') order by id limit {count}) on {table}.rowid = found order by id"
        )
    };
    let nested = first("people.* exclude (url_key)", "people", "lower(trim(basic_profile.location.country))");
    let texts = first("record", "texts", "country_key");
    let any = format!("select record from texts where country_key = lower('{COUNTRY}') limit {count}");
    let text =
        |name, query: &str, gzip, alike| Rival { name, query: query.to_string(), format: TEXT, gzip, alike };
    Batch {
        title: "Batch search, whole records",
        about: about("Lines are records as they were loaded."),
        ours: vec![("rolo", search(&[]))],
        rivals: vec![
            Rival { name: NESTED, query: nested, format: JSON, gzip: Gzip::Own, alike: Alike::Columns },
            text(TEXTS, &texts, Gzip::Own, Alike::Values),
            text(TEXTS_COMPRESSED, &texts, Gzip::Rolos, Alike::Values),
            text(ANY_ORDER, &any, Gzip::Own, Alike::Number),
        ],
    }
}

/// Five fields of the people of a search.
pub(crate) fn fields(count: usize) -> Batch {
    let list = "crustdata_person_id,basic_profile.name,basic_profile.headline,basic_profile.location.country,\
                social_handles.professional_network_identifier.profile_url";
    let select = "select crustdata_person_id, \
         {name: basic_profile.name, headline: basic_profile.headline, location: {country: basic_profile.location.country}} as basic_profile, \
         {professional_network_identifier: {profile_url: social_handles.professional_network_identifier.profile_url}} as social_handles \
         from people where lower(trim(basic_profile.location.country)) = ";
    let ordered = format!("{select} lower('{COUNTRY}') order by crustdata_person_id limit {count}");
    let any = format!("{select} lower('{COUNTRY}') limit {count}");
    let rival =
        |name, query: &str, gzip, alike| Rival { name, query: query.to_string(), format: JSON, gzip, alike };
    Batch {
        title: "Batch search, five fields",
        about: about("Lines are the person id, name, headline, country and profile URL."),
        ours: vec![("rolo", search(&["--fields", list]))],
        rivals: vec![
            rival(NESTED, &ordered, Gzip::Own, Alike::Columns),
            rival(NESTED_COMPRESSED, &ordered, Gzip::Rolos, Alike::Columns),
            rival(ANY_ORDER, &any, Gzip::Own, Alike::Number),
        ],
    }
}

fn about(lines: &str) -> String {
    format!("The first 10,000 people, by their ids, of a country that a third of all have. {lines}")
}

fn search(more: &[&str]) -> Vec<OsString> {
    let filter = format!(
        r#"{{"op":"and","conditions":[{{"field":"basic_profile.location.country","type":"=","value":"{COUNTRY}"}}]}}"#
    );
    let args = ["search", "-f", &filter].into_iter().chain(more.iter().copied());
    args.map(Into::into).collect()
}
