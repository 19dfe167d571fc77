//! Tantivy, which holds the terms of people: each field with all its values, so that no query can tell elements apart.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;
use serde_json::{Value, json};
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::Count;
use tantivy::query::{AllQuery, BooleanQuery, Occur, PhraseQuery, Query, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{LowerCaser, SimpleTokenizer, TextAnalyzer};
use tantivy::{Index, Searcher, TantivyDocument, Term};

use super::terms::Expr;
use crate::people::People;

/// Records that are parsed at once.
const BATCH: usize = 8_192;
/// Memory of the writer.
const WRITER_BYTES: usize = 1 << 30;
const ANALYSER: &str = "words";

/// Which terms a field has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The value in lower case.
    Key,
    /// The value.
    Exact,
    /// Its words, with positions.
    Words,
    /// The value, in a column for counting.
    Fast,
}
use Kind::{Exact, Fast, Key, Words};

const CURRENT: &str = "experience.employment_details.current[]";
const PAST: &str = "experience.employment_details.past[]";

/// Where the values of a field are: prefixes and rests of paths.
type Paths = &'static [(&'static str, &'static str)];

/// Fields: name, kinds, paths.
const FIELDS: [(&str, &[Kind], Paths); 25] = [
    ("name", &[Key, Exact], &[("basic_profile", "name")]),
    ("headline", &[Key, Words], &[("basic_profile", "headline")]),
    ("summary", &[Words], &[("basic_profile", "summary")]),
    ("city", &[Key, Fast], &[("basic_profile.location", "city")]),
    ("state", &[Key], &[("basic_profile.location", "state")]),
    ("country", &[Key, Exact, Fast], &[("basic_profile.location", "country")]),
    ("department", &[Key], &[("basic_profile.normalized_title", "department")]),
    ("tier", &[Key], &[("assessment.authenticity", "tier")]),
    ("skill", &[Key, Exact, Words], &[("skills", "professional_network_skills[]")]),
    ("language", &[Key], &[("basic_profile", "languages[]")]),
    ("card", &[Exact], &[("professional_network", "open_to_cards[]")]),
    ("school", &[Key], &[("education.schools[]", "school")]),
    ("field", &[Key], &[("education.schools[]", "field_of_study")]),
    ("current_title", &[Key, Words, Fast], &[(CURRENT, "title")]),
    ("current_company", &[Key, Fast], &[(CURRENT, "name")]),
    ("current_seniority", &[Key, Exact, Fast], &[(CURRENT, "seniority_level")]),
    ("current_function", &[Key], &[(CURRENT, "function_category")]),
    ("current_domain", &[Exact], &[(CURRENT, "company_website_domain")]),
    ("current_type", &[Key], &[(CURRENT, "company_type")]),
    ("past_company", &[Key], &[(PAST, "name")]),
    ("past_description", &[Words], &[(PAST, "description")]),
    ("roles_title", &[Key, Words], &[(CURRENT, "title"), (PAST, "title")]),
    ("roles_company", &[Key, Exact], &[(CURRENT, "name"), (PAST, "name")]),
    ("roles_description", &[Words], &[(CURRENT, "description"), (PAST, "description")]),
    ("roles_domain", &[Exact], &[(CURRENT, "company_website_domain"), (PAST, "company_website_domain")]),
];

/// An index, open for searching.
pub(crate) struct Terms {
    index: Index,
    searcher: Searcher,
}

impl Terms {
    /// Opens the index of some people, built if an earlier run left none.
    pub(crate) fn open(people: &People, folder: &Path, threads: usize) -> Result<Self> {
        let path = folder.join(format!("search-{}.tantivy", people.count));
        if !path.exists() {
            eprintln!("building Tantivy's index");
            let draft = path.with_extension("draft");
            if draft.exists() {
                fs::remove_dir_all(&draft)?;
            }
            fs::create_dir_all(&draft)?;
            build(people, &draft, threads)?;
            fs::rename(draft, &path)?;
        }
        let mut index = Index::open_in_dir(&path)?;
        register_analyser(&index);
        index.set_multithread_executor(threads)?;
        let searcher = index.reader()?.searcher();
        Ok(Self { index, searcher })
    }

    pub(crate) fn segments(&self) -> usize {
        self.searcher.segment_readers().len()
    }

    /// Whether the index has all fields that are asked for.
    pub(crate) fn knows(&self, expr: &Expr) -> bool {
        self.query(expr).is_some()
    }

    /// How many people there are.
    pub(crate) fn count(&self, expr: &Expr) -> Result<u64> {
        let query = self.query(expr).context("a field that the index lacks")?;
        Ok(self.searcher.search(&query, &Count)? as u64)
    }

    /// The most frequent values of a field that begin with a prefix, in lower case, with how many people have each: by the
    /// terms' own counts.
    pub(crate) fn suggest(&self, field: &str, prefix: &str, limit: usize) -> Result<Vec<u64>> {
        let field = self.field(field, Key).context("a field that the index lacks")?;
        let mut counts: HashMap<Vec<u8>, u64> = HashMap::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut terms = index.terms().range().ge(prefix.as_bytes()).into_stream()?;
            while terms.advance() && terms.key().starts_with(prefix.as_bytes()) {
                *counts.entry(terms.key().to_vec()).or_default() += u64::from(terms.value().doc_freq);
            }
        }
        let mut counts: Vec<u64> = counts.into_values().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        counts.truncate(limit);
        Ok(counts)
    }

    /// The most frequent values of some fields among the people of a query (all: `None`), with how often each occurs.
    pub(crate) fn facets(&self, expr: Option<&Expr>, fields: &[&str], limit: usize) -> Result<Vec<u64>> {
        let query = match expr {
            Some(expr) => self.query(expr).context("a field that the index lacks")?,
            None => Box::new(AllQuery),
        };
        let of = |field: &&str| {
            (field.to_string(), json!({"terms": {"field": field_name(field, Fast), "size": limit}}))
        };
        let asked: Aggregations = serde_json::from_value(Value::Object(fields.iter().map(of).collect()))?;
        let counted =
            self.searcher.search(&query, &AggregationCollector::from_aggs(asked, Default::default()))?;
        let counted = serde_json::to_value(counted)?;
        let buckets = fields.iter().filter_map(|field| counted.get(field)?.get("buckets")?.as_array());
        Ok(buckets.flatten().filter_map(|bucket| bucket.get("doc_count")?.as_u64()).collect())
    }

    fn query(&self, expr: &Expr) -> Option<Box<dyn Query>> {
        Some(match expr {
            Expr::Key(field, text) => {
                let term = Term::from_field_text(self.field(field, Key)?, text);
                Box::new(TermQuery::new(term, IndexRecordOption::Basic))
            }
            Expr::OneOf(field, texts) => {
                let field = self.field(field, Exact)?;
                Box::new(TermSetQuery::new(texts.iter().map(|text| Term::from_field_text(field, text))))
            }
            Expr::Words(field, words) => {
                Box::new(BooleanQuery::intersection(self.words(field, words)?.into_iter().map(one).collect()))
            }
            Expr::Phrase(field, words) => match self.words(field, words)? {
                terms if terms.len() > 1 => Box::new(PhraseQuery::new(terms)),
                terms => one(terms.into_iter().next()?),
            },
            Expr::And(all) => {
                let part = |expr: &Expr| match expr {
                    Expr::Not(inner) => Some((Occur::MustNot, self.query(inner)?)),
                    expr => Some((Occur::Must, self.query(expr)?)),
                };
                Box::new(BooleanQuery::new(all.iter().map(part).collect::<Option<_>>()?))
            }
            Expr::Or(all) => {
                Box::new(BooleanQuery::union(all.iter().map(|expr| self.query(expr)).collect::<Option<_>>()?))
            }
            Expr::Not(inner) => Box::new(BooleanQuery::new(vec![
                (Occur::Must, Box::new(AllQuery)),
                (Occur::MustNot, self.query(inner)?),
            ])),
        })
    }

    fn field(&self, name: &str, kind: Kind) -> Option<Field> {
        self.index.schema().get_field(&field_name(name, kind)).ok()
    }

    fn words(&self, field: &str, words: &[String]) -> Option<Vec<Term>> {
        let field = self.field(field, Words)?;
        Some(words.iter().map(|word| Term::from_field_text(field, word)).collect())
    }
}

fn one(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn field_name(name: &str, kind: Kind) -> String {
    match kind {
        Key => format!("{name}_key"),
        Exact => name.to_string(),
        Words => format!("{name}_words"),
        Fast => format!("{name}_values"),
    }
}

/// Words as rolo has them: runs of letters and digits in lower case.
fn register_analyser(index: &Index) {
    let analyser = TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).build();
    index.tokenizers().register(ANALYSER, analyser);
}

fn build(people: &People, folder: &Path, threads: usize) -> Result<()> {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(ANALYSER)
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let words = TextOptions::default().set_indexing_options(indexing);
    let mut sources = Vec::new();
    for (name, kinds, paths) in FIELDS {
        for kind in kinds {
            let options = match kind {
                Words => words.clone(),
                Fast => TextOptions::default().set_fast("raw"),
                Key | Exact => STRING,
            };
            sources.push((schema.add_text_field(&field_name(name, *kind), options), *kind, paths));
        }
    }
    let index = Index::create_in_dir(folder, schema.build())?;
    register_analyser(&index);
    let mut writer = index.writer_with_num_threads(threads, WRITER_BYTES)?;
    let mut records = people.records()?.peekable();
    while records.peek().is_some() {
        let batch = records.by_ref().take(BATCH).collect::<Result<Vec<_>>>()?;
        batch.par_iter().try_for_each(|record| -> Result<()> {
            writer.add_document(document(&serde_json::from_slice(record)?, &sources))?;
            Ok(())
        })?;
    }
    writer.commit()?;
    writer.wait_merging_threads().context("merging")?;
    Ok(())
}

type Source = (Field, Kind, Paths);

fn document(record: &Value, sources: &[Source]) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    for (field, kind, paths) in sources {
        for (prefix, rest) in *paths {
            let path: Vec<&str> = prefix.split('.').chain(rest.split('.')).collect();
            each_text(record, &path, &mut |text| match kind {
                Key => document.add_text(*field, text.trim().to_lowercase()),
                Exact | Words | Fast => document.add_text(*field, text),
            });
        }
    }
    document
}

/// Every text at a path; a name that ends in `[]` is a list's. A text where a list is due is not one of its items.
fn each_text(value: &Value, path: &[&str], take: &mut impl FnMut(&str)) {
    match path {
        [] => {
            if let Value::String(text) = value {
                take(text);
            }
        }
        [name, rest @ ..] => match name.strip_suffix("[]") {
            None => {
                if let Some(member) = value.get(name) {
                    each_text(member, rest, take);
                }
            }
            Some(name) => {
                let items = value.get(name).and_then(Value::as_array);
                items.into_iter().flatten().for_each(|item| each_text(item, rest, take));
            }
        },
    }
}
