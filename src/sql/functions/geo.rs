//! `geo_within(place, centre, distance, unit)` and `geo_distance(place, centre, unit)`: whether a place is no farther than a
//! distance from a centre, and how far it is.
//!
//! ```sql
//! SELECT count(*) FROM people WHERE geo_within(basic_profile.location, 'Berlin', 50);
//! SELECT name FROM people ORDER BY geo_distance(basic_profile.location, 'SF Bay Area', 'mi') LIMIT 10;
//! SELECT * FROM 'offices.csv' WHERE geo_within(city, '37.77, -122.42', 10, 'mi');
//! ```
//!
//! Places and centres are read as in filters (`filter::geo`); the unit is `km` if there is none. A path of people whose location has
//! coordinates beside it hands them over: the front end writes `geo_within(text, .., latitude, longitude, centre, distance, unit)`, where
//! the coordinates go before the texts, and the first text that is not null before the others. Null where the place is nowhere, and
//! where an argument is null. A centre or unit that does not exist is an error if it is a constant, else null.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue, internal_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

use crate::filter::{Area, Centre, Unit};
use crate::record::place::{Gazetteer, Point};

/// Name of the function that asks whether a place is near.
pub(crate) const GEO_WITHIN: &str = "geo_within";
/// Name of the function that asks how far it is.
pub(crate) const GEO_DISTANCE: &str = "geo_distance";

/// The functions of places.
pub(super) fn all() -> [GeoFunction; 2] {
    let function = |name| GeoFunction { name, signature: Signature::user_defined(Volatility::Immutable) };
    [function(GEO_WITHIN), function(GEO_DISTANCE)]
}

/// The area that the constants of a `geo_within` say.
///
/// # Errors
/// What is wrong with one of them.
pub(crate) fn area_of(centre: &str, distance: f64, unit: Option<&str>) -> Result<Area, String> {
    let (centre, unit) = (centre_of(centre)?, unit_of(unit)?);
    Area::new(centre, distance, unit, false).ok_or_else(|| format!("a distance is 0 or more, not {distance}"))
}

fn centre_of(text: &str) -> Result<Centre, String> {
    Centre::parse(text).ok_or_else(|| match Gazetteer::get().near(text).as_slice() {
        [] => format!("no place is called '{text}'"),
        near => format!("no place is called '{text}'; did you mean {}?", near.join(" or ")),
    })
}

fn unit_of(symbol: Option<&str>) -> Result<Unit, String> {
    let symbol = symbol.unwrap_or(Unit::Kilometre.symbol());
    Unit::parse(symbol).ok_or_else(|| format!("no unit is called '{symbol}'; there are km, mi, m, ft"))
}

/// One of the functions.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct GeoFunction {
    name: &'static str,
    signature: Signature,
}

/// Which argument is what.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// How many texts there are, from the first argument on.
    texts: usize,
    /// Whether latitude and longitude follow them.
    coordinates: bool,
}

impl Shape {
    fn centre(self) -> usize {
        self.texts + if self.coordinates { 2 } else { 0 }
    }
}

impl GeoFunction {
    fn is_within(&self) -> bool {
        self.name == GEO_WITHIN
    }

    /// `None` for arguments that fit no shape.
    fn shape(&self, given: &[DataType]) -> Option<Shape> {
        let number = |at: usize| given.get(at).is_some_and(DataType::is_numeric);
        let texts = (0..given.len()).take_while(|&at| !number(at)).count();
        let coordinates = number(texts) && number(texts + 1);
        let shape = if coordinates { Shape { texts, coordinates } } else { Shape { texts: 1, coordinates } };
        let behind = given.len().checked_sub(shape.centre())?;
        let least = if self.is_within() { 2 } else { 1 };
        (shape.texts > 0 && (least..=least + 1).contains(&behind)).then_some(shape)
    }

    /// The types that the arguments have to have.
    fn types(&self, given: &[DataType], shape: Shape) -> Vec<DataType> {
        let distance = self.is_within().then(|| shape.centre() + 1);
        let number = |at: usize| {
            (shape.coordinates && (shape.texts..shape.centre()).contains(&at)) || Some(at) == distance
        };
        (0..given.len()).map(|at| if number(at) { DataType::Float64 } else { DataType::Utf8View }).collect()
    }

    /// Says what is wrong with arguments that are constants.
    fn check(&self, constants: &[Option<&ScalarValue>], shape: Shape) -> Result<(), String> {
        let constant = |at: usize| constants.get(at).copied().flatten();
        let text = |at: usize| constant(at).and_then(|value| value.try_as_str().flatten());
        let centre = shape.centre();
        if let Some(text) = text(centre) {
            centre_of(text)?;
        }
        unit_of(text(centre + if self.is_within() { 2 } else { 1 }))?;
        let distance = constant(centre + 1).filter(|_| self.is_within());
        match distance.and_then(|value| value.cast_to(&DataType::Float64).ok()) {
            Some(ScalarValue::Float64(Some(distance))) if distance.is_nan() || distance < 0.0 => {
                Err(format!("a distance is 0 or more, not {distance}"))
            }
            _ => Ok(()),
        }
    }
}

impl ScalarUDFImpl for GeoFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(if self.is_within() { DataType::Boolean } else { DataType::Float64 })
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let given: Vec<DataType> = args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        if let Some(shape) = self.shape(&given)
            && let Err(problem) = self.check(args.scalar_arguments, shape)
        {
            return plan_err!("{}: {problem}", self.name);
        }
        Ok(Arc::new(Field::new(self.name, self.return_type(&given)?, true)))
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let taken = match self.is_within() {
            true => "a place, a centre, a distance and maybe a unit",
            false => "a place, a centre and maybe a unit",
        };
        let Some(shape) = self.shape(given) else {
            return plan_err!("{} takes {taken}", self.name);
        };
        let types = self.types(given, shape);
        for (wanted, given) in types.iter().zip(given) {
            let fits = match wanted {
                DataType::Float64 => given.is_numeric(),
                _ => given.is_string(),
            };
            if !fits && !given.is_null() {
                return plan_err!("{} takes {taken}: {given} is none of them", self.name);
            }
        }
        Ok(types)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let given: Vec<DataType> = args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        let Some(shape) = self.shape(&given) else {
            return internal_err!("{} was called with {given:?}", self.name);
        };
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let of_centre = args.args.get(shape.centre()..).unwrap_or_default();
        let same_centre = of_centre.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let arrays: Vec<ArrayRef> = args.args.iter().map(|arg| arg.to_array(rows)).collect::<Result<_>>()?;
        let positions = Positions::of(&arrays, shape);
        let asked =
            Asked { arrays: &arrays, first: shape.centre(), within: self.is_within(), same: same_centre };
        let said: ArrayRef = match self.is_within() {
            true => Arc::new(
                asked.each(rows, positions, |area, point| area.contains(point)).collect::<BooleanArray>(),
            ),
            false => {
                let distance = |area: &Area, point: Point| {
                    area.circle().centre().distance_km(point) / area.unit().kilometres()
                };
                Arc::new(asked.each(rows, positions, distance).collect::<Float64Array>())
            }
        };
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&said, 0)?));
        }
        Ok(ColumnarValue::Array(said))
    }
}

/// Where the place of each row is.
struct Positions<'a> {
    texts: &'a [ArrayRef],
    coordinates: &'a [ArrayRef],
    /// Texts repeat.
    known: HashMap<&'a str, Option<Point>>,
}

impl<'a> Positions<'a> {
    fn of(arrays: &'a [ArrayRef], shape: Shape) -> Self {
        let (texts, behind) = arrays.split_at_checked(shape.texts).unwrap_or_default();
        let coordinates = if shape.coordinates { behind.get(..2).unwrap_or_default() } else { &[] };
        Self { texts, coordinates, known: HashMap::new() }
    }

    fn get(&mut self, row: usize) -> Option<Point> {
        if let [latitude, longitude] = self.coordinates
            && let (Some(latitude), Some(longitude)) = (number_at(latitude, row), number_at(longitude, row))
            && let Some(point) = Point::new(latitude, longitude)
        {
            return Some(point);
        }
        let text = self.texts.iter().find_map(|texts| text_at(texts, row))?;
        *self.known.entry(text).or_insert_with(|| Gazetteer::get().position(text))
    }
}

/// What is asked of each row's place.
struct Asked<'a> {
    arrays: &'a [ArrayRef],
    /// The argument that is the centre.
    first: usize,
    within: bool,
    /// Whether it is the same for all rows.
    same: bool,
}

impl Asked<'_> {
    fn each<T>(
        &self,
        rows: usize,
        mut positions: Positions<'_>,
        say: impl Fn(&Area, Point) -> T,
    ) -> impl Iterator<Item = Option<T>> {
        let same = if self.same && rows > 0 { Some(self.area(0)) } else { None };
        (0..rows).map(move |row| match &same {
            Some(area) => Some(say(area.as_ref()?, positions.get(row)?)),
            None => Some(say(&self.area(row)?, positions.get(row)?)),
        })
    }

    /// The area of a row; `None` where one of its parts is null, or is nothing.
    fn area(&self, row: usize) -> Option<Area> {
        let text = |at: usize| text_at(self.arrays.get(at)?, row);
        let (distance, unit) = match self.within {
            true => (number_at(self.arrays.get(self.first + 1)?, row)?, self.first + 2),
            false => (0.0, self.first + 1),
        };
        let unit = match self.arrays.get(unit) {
            Some(_) => Some(text(unit)?),
            None => None,
        };
        Area::new(Centre::parse(text(self.first)?)?, distance, unit_of(unit).ok()?, false)
    }
}

fn text_at(texts: &ArrayRef, row: usize) -> Option<&str> {
    let texts = texts.as_string_view_opt()?;
    texts.is_valid(row).then(|| texts.value(row))
}

fn number_at(numbers: &ArrayRef, row: usize) -> Option<f64> {
    let numbers = numbers.as_primitive_opt::<Float64Type>()?;
    numbers.is_valid(row).then(|| numbers.value(row))
}

#[cfg(test)]
mod tests {
    use datafusion::execution::context::SessionContext;

    use crate::sql::testing::{rows, try_rows};

    fn context() -> SessionContext {
        let context = SessionContext::new();
        crate::sql::functions::register(&context);
        context
    }

    #[test]
    fn places_are_near_or_far_or_nowhere() {
        for (expression, expected) in [
            ("geo_within('Oakland, CA', 'San Francisco', 10, 'mi')", "true"),
            ("geo_within('Oakland, CA', 'San Francisco', 10)", "false"),
            ("geo_within('Oakland, CA', '37.7749, -122.4194', 13.5)", "true"),
            ("geo_within('Germany', 'Berlin', 10000)", "NULL"),
            ("geo_within('Oakland', NULL, 10)", "NULL"),
            ("geo_within(NULL, 'Berlin', 10)", "NULL"),
            ("geo_within('Oakland', 'Berlin', NULL)", "NULL"),
            ("geo_within('Paris', 52.5, 13.4, 'Berlin', 10)", "true"),
            ("geo_within('Berlin', 92.5, 13.4, 'Berlin', 10)", "true"),
            ("geo_within(NULL, 'Berlin', CAST(NULL AS DOUBLE), 13.4, 'Berlin', 0, 'ft')", "true"),
            ("round(geo_distance('Munich', 'Berlin'))", "505.0"),
            ("round(geo_distance('Munich', 'Berlin', 'mi'))", "314.0"),
            ("geo_distance('Nowhere at all', 'Berlin')", "NULL"),
            ("geo_distance('x', 52.5244, 13.4105, 'Berlin')", "0.0"),
        ] {
            assert_eq!(rows(&context(), &format!("SELECT {expression}")).concat(), expected, "{expression}");
        }
    }

    #[test]
    fn everything_may_differ_from_row_to_row() {
        let values = "(VALUES ('Oakland, CA', 'San Francisco', 20.0, 'km'), ('Oakland, CA', 'Berlin', 20.0, 'km'),
            (NULL, 'Berlin', 1.0, 'km'), ('Berlin', 'Nowhere at all', 1.0, 'km'), ('Berlin', 'Berlin', 1.0, 'x'),
            ('Berlin', 'Berlin', -1.0, 'km'), ('Berlin', 'berlin', 0.0, 'km')) AS t(place, centre, distance, unit)";
        let found =
            rows(&context(), &format!("SELECT geo_within(place, centre, distance, unit) FROM {values}"));
        assert_eq!(found, ["true", "false", "NULL", "NULL", "NULL", "NULL", "true"]);
    }

    #[test]
    fn constants_that_are_nothing_are_refused_when_planned() {
        for wrong in [
            "geo_within('Oakland', 'San Fransisco', 10)",
            "geo_within('Oakland', 'Berlin', 10, 'miles')",
            "geo_within('Oakland', 'Berlin', -1)",
            "geo_within('Oakland', 'Berlin')",
            "geo_within('Oakland')",
            "geo_within(1, 'Berlin', 10)",
            "geo_distance('Oakland', 'Berlin', 'km', 1)",
            "geo_distance('Oakland', 1)",
        ] {
            assert_eq!(try_rows(&context(), &format!("SELECT {wrong}")), None, "{wrong}");
        }
    }
}
