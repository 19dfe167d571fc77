//! A filter as SQL over the file's own columns, for engines that read it as Parquet.
//!
//! - `engine`: DuckDB and Spark, and where they differ
//! - `clause`: conditions and their layout
//! - `texts`: tests of text; `ranges`: of numbers, dates and booleans
//!
//! It is the formula of the filter, written down: what holds on one element stands inside one function of its list. The texts that
//! lie in an area, or match a pattern, are listed as the file has them.

mod clause;
mod engine;
mod ranges;
mod texts;

pub use engine::SqlEngine;

use super::lower::Formula;
use super::{Deadline, PlanError, Scan, SegmentView};
use crate::filter::{Area, Condition, Field, Test};
use crate::record::place::EARTH_RADIUS_KM;
use crate::schema::{KeyRule, NodeId, Scalar, Schema};
use clause::Clause;

/// What a query calls a person, and what it calls an element.
const PERSON: &str = "p";
const ELEMENT: &str = "e";
/// The same of an item of a list of scalars.
const ITEM: &str = "v";

/// Writes parts of a query over the people of a database, whose row is called `p`.
pub struct SqlPrinter<'a> {
    engine: SqlEngine,
    schema: &'a Schema,
    views: &'a [SegmentView<'a>],
    deadline: &'a Deadline,
}

/// A place that holds values: the person, or an element of an array.
struct Place {
    name: String,
    array: Option<NodeId>,
    depth: usize,
}

impl Place {
    fn person() -> Self {
        Self { name: PERSON.to_owned(), array: None, depth: 0 }
    }

    /// An element of an array in this place.
    fn element(&self, array: NodeId) -> Self {
        let depth = self.depth + 1;
        let number = if depth > 1 { depth.to_string() } else { String::new() };
        Self { name: format!("{ELEMENT}{number}"), array: Some(array), depth }
    }
}

impl<'a> SqlPrinter<'a> {
    /// A printer for an engine. `schema` is the database's newest, `views` are all of its segments.
    pub fn new(
        engine: SqlEngine,
        schema: &'a Schema,
        views: &'a [SegmentView<'a>],
        deadline: &'a Deadline,
    ) -> Self {
        Self { engine, schema, views, deadline }
    }

    /// The condition that a filter is; lines but the first begin `indent` characters in, or further. `None`: everybody meets it.
    ///
    /// Cost: for words, those of the field in the file; for patterns and places, its values.
    ///
    /// # Errors
    /// A condition that only rolo can answer: a pattern of other than words on long text, a distance without end.
    pub fn condition(&self, scan: &Scan, indent: usize) -> Result<Option<String>, PlanError> {
        let clause = self.formula(&scan.formula, &Place::person())?;
        Ok((clause != Clause::True).then(|| clause.text(indent)))
    }

    /// A stored node as a column of the result, named by its path; inside of arrays, a list for each array around it.
    pub fn column(&self, node: NodeId) -> String {
        let path = self.schema.node(node).map_or("", |node| &node.path);
        let value = self.within(&self.arrays_around(node), &Place::person(), &|at| self.path(node, at));
        format!("{value} AS {}", self.engine.name(path))
    }

    /// The person id as an expression.
    pub fn person_id(&self) -> String {
        let nodes = self.schema.roots().iter().filter_map(|id| self.schema.node(*id));
        let id = nodes.filter(|node| node.key == Some(KeyRule::PersonId)).map(|node| node.id).next();
        id.map_or_else(|| "NULL".to_owned(), |id| self.path(id, &Place::person()))
    }

    /// The expressions that people are sorted by for one path, each with its direction.
    ///
    /// # Errors
    /// A dictionary that cannot be read.
    pub fn order(&self, field: &Field, descending: bool) -> Result<Vec<String>, PlanError> {
        let direction = if descending { "DESC" } else { "ASC" };
        let person = Place::person();
        let value = match field.array {
            None => self.value(field, &person).unwrap_or_else(|| "NULL".to_owned()),
            Some(_) => {
                let chains = field.reads.iter().filter_map(|chain| chain.first());
                let lists: Vec<String> = chains.map(|leaf| self.all_values(*leaf)).collect();
                self.engine.extreme(&self.engine.joined(&lists), descending)
            }
        };
        if field.value.scalar != Scalar::String {
            return Ok(vec![format!("{value} {direction} NULLS LAST")]);
        }
        let folded = self.folded(field, &value, None)?;
        Ok(vec![format!("{folded} {direction} NULLS LAST"), format!("{value} {direction}")])
    }

    fn formula(&self, formula: &Formula, at: &Place) -> Result<Clause, PlanError> {
        let each = |parts: &[Formula]| {
            parts.iter().map(|part| self.formula(part, at)).collect::<Result<Vec<_>, PlanError>>()
        };
        Ok(match formula {
            Formula::Test(condition) => self.test(condition, at)?,
            Formula::And(parts) => Clause::all(each(parts)?),
            Formula::Or(parts) => Clause::any(each(parts)?),
            Formula::Not(part) => self.formula(part, at)?.not(),
            Formula::From(scope) => match at.array {
                Some(array) if scope.nodes(self.schema).contains(&array) => Clause::True,
                _ => Clause::False,
            },
            Formula::Some(scope, inner) => {
                let arrays = scope.nodes(self.schema).iter().filter(|array| self.lies_in(**array, at));
                let some = |array: &NodeId| {
                    let element = at.element(*array);
                    let wrapping = self.engine.some(&self.path(*array, at), &element.name);
                    Ok::<_, PlanError>(self.formula(inner, &element)?.of_some(wrapping))
                };
                Clause::any(arrays.map(some).collect::<Result<_, _>>()?)
            }
        })
    }

    /// Whether a value in this place passes the test of a condition.
    fn test(&self, condition: &Condition, at: &Place) -> Result<Clause, PlanError> {
        let field = &condition.field;
        let Some(value) = self.value(field, at) else { return Ok(Clause::False) };
        if field.value.list {
            let item = self.passes(condition, ITEM)?;
            return Ok(item.of_some(self.engine.some(&value, ITEM)));
        }
        if let (Test::Geo(area), Some(coordinates)) = (&condition.test, field.coordinates) {
            let [latitude, longitude] = coordinates.map(|node| self.path(node, at));
            let place = self.passes(condition, &value)?;
            let clause = by_coordinates(area, &latitude, &longitude, place);
            return clause.ok_or_else(|| self.not_portable(condition));
        }
        self.passes(condition, &value)
    }

    /// The error of a condition that the engine has no words for.
    fn not_portable(&self, condition: &Condition) -> PlanError {
        PlanError::NotPortable { condition: condition.to_string(), engine: self.engine.title() }
    }

    /// The value of a field in this place: of its leaves the first that is not null. `None` if it has none there.
    fn value(&self, field: &Field, at: &Place) -> Option<String> {
        let leaves = field.reads.iter().flatten().filter(|leaf| self.lies_in(**leaf, at));
        let values: Vec<String> = leaves.map(|leaf| self.path(*leaf, at)).collect();
        match values.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            _ => Some(format!("coalesce({})", values.join(", "))),
        }
    }

    fn lies_in(&self, node: NodeId, at: &Place) -> bool {
        self.schema.array_around(node).map(|array| array.id) == at.array
    }

    /// A node by the names that lead to it from a place.
    fn path(&self, node: NodeId, at: &Place) -> String {
        let above = |id: &NodeId| self.schema.node(*id)?.parent;
        let way = std::iter::successors(Some(node), above).take_while(|id| Some(*id) != at.array);
        let names = way.filter_map(|id| Some(self.engine.name(&self.schema.node(id)?.name)));
        let mut names: Vec<String> = names.collect();
        names.push(at.name.clone());
        names.reverse();
        names.join(".")
    }

    /// The arrays around a node, the outermost first.
    fn arrays_around(&self, node: NodeId) -> Vec<NodeId> {
        let around = |node: NodeId| self.schema.array_around(node).map(|array| array.id);
        let mut arrays: Vec<NodeId> = std::iter::successors(around(node), |array| around(*array)).collect();
        arrays.reverse();
        arrays
    }

    /// An expression at each element of arrays inside one another.
    fn within(&self, arrays: &[NodeId], at: &Place, expression: &dyn Fn(&Place) -> String) -> String {
        let Some((array, inner)) = arrays.split_first() else { return expression(at) };
        let element = at.element(*array);
        let each = self.within(inner, &element, expression);
        self.engine.each(&self.path(*array, at), &element.name, &each)
    }

    /// The values of a leaf at all elements, in one list.
    fn all_values(&self, leaf: NodeId) -> String {
        let arrays = self.arrays_around(leaf);
        let lists = self.within(&arrays, &Place::person(), &|at| self.path(leaf, at));
        (1..arrays.len()).fold(lists, |lists, _| self.engine.flat(&lists))
    }
}

/// Whether coordinates lie in an area or, where they are none on earth, the place beside them does: by the formula of
/// `record::place`. `None`: no literal says the area.
fn by_coordinates(area: &Area, latitude: &str, longitude: &str, place: Clause) -> Option<Clause> {
    let (centre, radius) = (area.circle().centre(), ranges::double(area.circle().radius_km())?);
    // Without a sign where it is zero.
    let (north, east) = (ranges::double(centre.latitude() + 0.0)?, ranges::double(centre.longitude() + 0.0)?);
    let half_chord = |from: &str, to: &str| format!("power(sin(radians({to} - {from}) / 2), 2)");
    let cosines = format!("cos(radians({north})) * cos(radians({latitude}))");
    let haversine =
        format!("{} + {cosines} * {}", half_chord(&north, latitude), half_chord(&east, longitude));
    let distance = format!("2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1.0, {haversine})))");
    let operator = if area.is_outside() { ">" } else { "<=" };
    let is_point = format!("{latitude} BETWEEN -90 AND 90 AND {longitude} BETWEEN -180 AND 180");
    Some(Clause::Case(is_point, format!("{distance} {operator} {radius}"), Box::new(place)))
}
