//! Facets: which values the people of a search have, and how many of them have each.

use std::fmt;

use rayon::prelude::*;

use super::counts::{Suggestion, counted, most_frequent};
use super::people::ValuePeople;
use crate::engine::database::Database;
use crate::engine::{Error, SearchOptions};
use crate::filter::{Field, Filter, Quantifier, Tree};
use crate::index::{IdSet, TextLeaf};
use crate::plan::{Deadline, Elements, Scan};
use crate::schema::{IndexKind, PathRow, Scalar, Schema, SpaceId};

/// Paths that are counted at once, at most.
pub const MOST_FACETS: usize = 10;

/// Whose values count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FacetScope {
    /// All elements of the people found: every employer they ever had.
    #[default]
    People,
    /// Of arrays on which the filter asks for something, the elements that satisfied it: the employers where they were managers. Of
    /// other arrays, and of those on which it only excludes, all elements.
    Matched,
}

/// The values of one path among the people of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The path as it was asked for.
    pub path: String,
    /// Its values, those that most people have first. Who has a value twice counts once; who has two values counts for both.
    pub values: Vec<Suggestion>,
}

/// The facets of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facets {
    /// How many people the filter found.
    pub people: u64,
    /// A facet for each path, in the order in which they were asked for.
    pub facets: Vec<Facet>,
}

/// Facets that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FacetError {
    /// A path that has no short texts.
    Path {
        /// The path as it was written.
        path: String,
        /// At most three paths that may have been meant, likeliest first.
        suggestions: Vec<String>,
    },
    /// More paths than are counted at once.
    TooMany {
        /// How many.
        paths: usize,
    },
}

impl fmt::Display for FacetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { paths } => write!(f, "{paths} facets; at most {MOST_FACETS} are counted at once"),
            Self::Path { path, suggestions } => {
                write!(f, "no facet of '{path}': only short texts with a dictionary are counted")?;
                match suggestions.as_slice() {
                    [] => Ok(()),
                    some => write!(f, "; did you mean {}?", some.join(" or ")),
                }
            }
        }
    }
}

impl std::error::Error for FacetError {}

impl Database {
    /// The `limit` most frequent values of each path among the people that a filter finds; the order, limit and cursor of the
    /// options do not matter. Cost: of few people a look into the columns each, of many the lists of all values.
    ///
    /// # Errors
    /// A path that has no short texts; more than [`MOST_FACETS`] paths.
    pub fn facets(
        &self,
        filter: &Filter,
        paths: &[impl AsRef<str>],
        scope: FacetScope,
        limit: usize,
        options: &SearchOptions,
    ) -> Result<Facets, Error> {
        if paths.len() > MOST_FACETS {
            return Err(FacetError::TooMany { paths: paths.len() }.into());
        }
        let fields = paths.iter().map(|path| field(self.schema(), path.as_ref()));
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        let deadline = Deadline::of(options.time_limit);
        let found = self.found(filter, scope, &deadline)?;
        let most = (self.segments.len() == 1).then_some(limit);
        let facet = |(field, path): (&Field, &str)| {
            // Where nobody has such an element, there is none that counts.
            let asked =
                field.array.filter(|array| scope == FacetScope::Matched && asks(filter.tree(), array.space));
            let none = asked.map(|_| IdSet::empty(0));
            let counted = self.segments.par_iter().zip(&found).map(|(open, (rows, matched))| {
                deadline.check()?;
                let matched = asked.and_then(|array| matched.get(&array.space)).or(none.as_ref());
                let all = |leaf: &TextLeaf| Ok(IdSet::full(leaf.values.len()));
                counted(ValuePeople::of(open, field, matched)?, Some(rows.clone()), most, all)
            });
            let counted = counted.collect::<Result<Vec<_>, Error>>()?.concat();
            Ok(Facet { path: path.to_owned(), values: most_frequent(counted, limit)? })
        };
        let facets = fields.iter().zip(paths.iter().map(AsRef::as_ref)).map(facet);
        let people = found.iter().map(|(rows, _)| u64::from(rows.len())).sum();
        Ok(Facets { people, facets: facets.collect::<Result<_, Error>>()? })
    }

    /// By segment, the people found, and the elements that matched where they count.
    fn found(
        &self,
        filter: &Filter,
        scope: FacetScope,
        deadline: &Deadline,
    ) -> Result<Vec<(IdSet, Elements)>, Error> {
        let scan = Scan::new(filter.tree(), self.schema());
        self.with_views(deadline, |views, deadline| {
            let found = views.par_iter().map(|view| {
                let rows = scan.rows(view, deadline)?;
                let matched = match scope {
                    FacetScope::People => Elements::new(),
                    FacetScope::Matched => scan.matched(view, &rows, deadline)?,
                };
                Ok((rows, matched))
            });
            found.collect()
        })
    }
}

/// Whether a filter asks for elements of a space, rather than only excluding some.
fn asks(tree: &Tree, space: SpaceId) -> bool {
    match tree {
        Tree::Condition(condition) => {
            condition.quantifier != Quantifier::No
                && condition.field.arrays().any(|array| array.space == space)
        }
        Tree::Elements(of) => of.some && (of.scope.space == space || asks(&of.tree, space)),
        Tree::And(children) | Tree::Or(children) | Tree::AllOf(children) => {
            children.iter().any(|child| asks(child, space))
        }
    }
}

/// The field of a path that has short texts.
fn field(schema: &Schema, path: &str) -> Result<Field, FacetError> {
    let counted = |row: &PathRow| row.index.contains(&IndexKind::Dictionary);
    let field = schema.resolve(path).filter(|row| counted(row)).and_then(|row| Field::of(schema, &row.path));
    let short = |field: &Field| field.value.scalar == Scalar::String && !field.long;
    field.filter(short).ok_or_else(|| FacetError::Path {
        path: path.to_owned(),
        suggestions: schema.nearest_where(path, counted).into_iter().map(str::to_owned).collect(),
    })
}
