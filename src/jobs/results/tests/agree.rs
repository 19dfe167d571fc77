//! All formats say the same.

use proptest::prelude::*;

use super::*;
use crate::record::cases;

/// A line of an enrichment; any text in it, any number of roles.
fn any_line() -> impl Strategy<Value = String> {
    let any_text = || "[a-zé,;\"\n\r\\\\ ]{0,12}";
    let roles = proptest::collection::vec(
        (proptest::option::of(any_text()), proptest::collection::vec(any_text(), 0..3)),
        0..3,
    );
    (any_text(), proptest::option::of((0..1_i64 << 53, proptest::option::of(any_text()), roles))).prop_map(
        |(identifier, person)| {
            let id = person.as_ref().map(|(id, ..)| *id);
            let data = person.map(|(id, name, roles)| {
                let role = |(title, industries)| json!({"title": title, "company_industries": industries});
                let current: Vec<Value> = roles.into_iter().map(role).collect();
                json!({"crustdata_person_id": id, "basic_profile": {"name": name},
                       "experience": {"employment_details": {"current": current}}})
            });
            json!({"original_identifier": identifier, "internal_id": id, "data": data}).to_string()
        },
    )
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_format_says_the_same_however_lines_are_in_chunks(
        chunks in proptest::collection::vec(proptest::collection::vec(any_line(), 1..4), 1..5),
    ) {
        let fields = ["crustdata_person_id", NAME, "experience.employment_details.current.title",
            "experience.employment_details.current.company_industries"];
        let lines = chunks.concat();
        let (several, one): (Vec<Vec<u8>>, _) = (chunks.iter().map(|lines| member(lines)).collect(), [member(&lines)]);
        let mut files = Vec::new();
        for format in DownloadFormat::ALL {
            let (file, count) = download(&several, &ENRICH, Some(&fields), format);
            let (whole, _) = download(&one, &ENRICH, Some(&fields), format);
            prop_assert_eq!(count, lines.len() as u64);
            match format {
                DownloadFormat::Gzip => prop_assert_eq!(gunzip(&file), gunzip(&whole)),
                DownloadFormat::Parquet => prop_assert_eq!(rows(&read_parquet(file.clone()).1), rows(&read_parquet(whole).1)),
                _ => prop_assert_eq!(&file, &whole),
            }
            files.push(file);
        }
        let [jsonl, gzip, array, csv, parquet] = <[Vec<u8>; 5]>::try_from(files).unwrap();
        let jsonl = text(jsonl);
        prop_assert_eq!(jsonl.lines().collect::<Vec<_>>(), lines.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(gunzip(&gzip), jsonl);
        let values = values(&lines);
        prop_assert_eq!(&serde_json::from_slice::<Vec<Value>>(&array).unwrap(), &values);
        prop_assert_eq!(&rows(&read_parquet(parquet).1), &values);
        let mut reader = csv::Reader::from_reader(&csv[..]);
        let cells: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(cells.len(), values.len());
        for (cells, value) in cells.iter().zip(&values) {
            let name = value["data"]["basic_profile"]["name"].as_str().unwrap_or_default();
            let id = value["internal_id"].as_i64().map(|id| id.to_string()).unwrap_or_default();
            prop_assert_eq!(&cells[0], value["original_identifier"].as_str().unwrap());
            prop_assert_eq!((&cells[1], &cells[2], &cells[3]), (id.as_str(), id.as_str(), name));
        }
    }
}
