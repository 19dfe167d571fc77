//! Circles around places: what `geo_distance` and `geo_exclude` ask for.
//!
//! A person is where the coordinates beside the field say; without them where the field's text says, if it names a city or
//! metropolitan area of the gazetteer (`record::place`). Who is nowhere passes neither test.

use std::borrow::Cow;
use std::fmt;

use super::error::{FilterError, brief};
use super::parse::step;
use super::value::shown;
use crate::record::Value;
use crate::record::place::{Circle, Gazetteer, Place, Point};

/// Other places of the same name that explanations name.
const SHOWN: usize = 2;

/// A unit of length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Kilometres.
    Kilometre,
    /// International miles of 1,609.344 metres.
    Mile,
    /// Metres.
    Metre,
    /// International feet of 0.3048 metres.
    Foot,
}

impl Unit {
    /// Every unit, the default first.
    pub const ALL: [Unit; 4] = [Unit::Kilometre, Unit::Mile, Unit::Metre, Unit::Foot];

    /// Its symbol: `km`, `mi`, `m`, `ft`.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Kilometre => "km",
            Unit::Mile => "mi",
            Unit::Metre => "m",
            Unit::Foot => "ft",
        }
    }

    /// The unit of a symbol; `None` if there is none.
    pub fn parse(symbol: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.symbol() == symbol)
    }

    /// How many kilometres one is.
    pub fn kilometres(self) -> f64 {
        match self {
            Unit::Kilometre => 1.0,
            Unit::Mile => 1.609_344,
            Unit::Metre => 0.001,
            Unit::Foot => 0.000_304_8,
        }
    }
}

/// The centre of a circle.
#[derive(Debug, Clone, PartialEq)]
pub enum Centre {
    /// A point.
    At(Point),
    /// A place by its name.
    Named {
        /// The name as it was written.
        name: String,
        /// The place that it means.
        place: Place,
        /// Other places that it may mean, those with the most people first.
        others: Vec<Place>,
    },
}

impl Centre {
    /// The place that a name means; `None` if it means none.
    pub fn named(name: &str) -> Option<Centre> {
        let found = Gazetteer::get().find(name)?;
        Some(Centre::Named { name: name.to_owned(), place: found.place, others: found.others })
    }

    /// The point or place that a text says: `37.77, -122.42`, or a name.
    pub fn parse(text: &str) -> Option<Centre> {
        pair(text).map(Centre::At).or_else(|| Centre::named(text))
    }

    /// Where it is.
    pub fn point(&self) -> Point {
        match self {
            Centre::At(point) => *point,
            Centre::Named { place, .. } => place.point,
        }
    }
}

/// The points within a distance of a centre, or those beyond it.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    centre: Centre,
    distance: f64,
    unit: Unit,
    outside: bool,
    circle: Circle,
}

impl Area {
    /// The points within `distance` of a centre, those at that very distance included; or all others. `None` for a distance that is
    /// negative or no number.
    pub fn new(centre: Centre, distance: f64, unit: Unit, outside: bool) -> Option<Area> {
        let circle = Circle::new(centre.point(), distance * unit.kilometres())?;
        Some(Area { centre, distance, unit, outside, circle })
    }

    /// What is not in it.
    pub fn complement(&self) -> Area {
        Area { outside: !self.outside, ..self.clone() }
    }

    /// Whether a point lies in it.
    pub fn contains(&self, point: Point) -> bool {
        self.circle.contains(point) != self.outside
    }

    /// Whether somebody whose location is this text is in it.
    pub fn contains_place(&self, text: &str) -> bool {
        Gazetteer::get().position(text).is_some_and(|point| self.contains(point))
    }

    /// Whether it is what lies beyond the distance.
    pub fn is_outside(&self) -> bool {
        self.outside
    }

    /// The unit of its distance.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The circle that it is, or lies outside of.
    pub fn circle(&self) -> Circle {
        self.circle
    }

    /// The value that says it in the JSON grammar.
    pub(super) fn to_value(&self) -> Value<'static> {
        let number = |number: f64| match number.fract() == 0.0 && number.abs() < 1e15 {
            true => Value::Int(number as i64),
            false => Value::Float(number),
        };
        let text = |text: &str| Value::String(Cow::Owned(text.to_owned()));
        let centre = match &self.centre {
            Centre::Named { name, .. } => ("location", text(name)),
            Centre::At(point) => {
                let pair = vec![number(point.latitude()), number(point.longitude())];
                ("lat_lng", Value::Array(pair))
            }
        };
        let members = [centre, ("distance", number(self.distance)), ("unit", text(self.unit.symbol()))];
        Value::Object(members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect())
    }
}

impl fmt::Display for Area {
    /// `within 10 mi of San Francisco, California, United States (37.7749, -122.4194)`, and what else the name may have meant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.outside { "beyond" } else { "within" };
        write!(f, "{word} {} {} of ", self.distance, self.unit.symbol())?;
        let point = self.centre.point();
        let (latitude, longitude) = (point.latitude(), point.longitude());
        let Centre::Named { place, others, .. } = &self.centre else {
            return write!(f, "({latitude}, {longitude})");
        };
        write!(f, "{place} ({latitude}, {longitude})")?;
        if others.is_empty() {
            return Ok(());
        }
        let named: Vec<String> = others.iter().take(SHOWN).map(|other| format!("'{other}'")).collect();
        write!(f, ", the most populous of that name; others: {}", named.join(", "))?;
        match others.len().checked_sub(SHOWN) {
            Some(more @ 1..) => write!(f, " and {more} more"),
            _ => Ok(()),
        }
    }
}

const KEYS: [&str; 4] = ["location", "lat_lng", "distance", "unit"];

/// The area that the value of a geo operator says.
pub(super) fn area(value: &Value<'_>, outside: bool, at: &str) -> Result<Area, FilterError> {
    let wrong = |at: String, found: String, accepted: &str| FilterError::WrongValue {
        at,
        found,
        accepted: accepted.to_owned(),
    };
    let all = "an object with `location` (or `lat_lng`), `distance` and, if it is not km, `unit`";
    if !matches!(value, Value::Object(_)) {
        return Err(wrong(at.to_owned(), shown(value), all));
    }
    if let Some((unknown, _)) = value.members().iter().find(|(key, _)| !KEYS.contains(&key.as_ref())) {
        let found = format!("unknown key `{}`", brief(unknown));
        return Err(wrong(at.to_owned(), found, all));
    }
    let centre = match (value.get("location"), value.get("lat_lng")) {
        (Some(Value::String(name)), None) => Centre::named(name).ok_or_else(|| {
            let suggestions = Gazetteer::get().near(name).into_iter().map(str::to_owned).collect();
            FilterError::UnknownPlace { at: step(at, "location"), place: name.to_string(), suggestions }
        })?,
        (Some(other), None) => {
            return Err(wrong(step(at, "location"), shown(other), "the name of a place"));
        }
        (None, Some(pair)) => match lat_lng(pair) {
            Some(point) => Centre::At(point),
            None => {
                let accepted = "[latitude, longitude] in degrees, north and east positive";
                return Err(wrong(step(at, "lat_lng"), shown(pair), accepted));
            }
        },
        (Some(_), Some(_)) => {
            let found = "both `location` and `lat_lng`".to_owned();
            return Err(wrong(at.to_owned(), found, "one of them"));
        }
        (None, None) => return Err(wrong(at.to_owned(), "no `location`".to_owned(), all)),
    };
    let unit = match value.get("unit") {
        None | Some(Value::Null) => Unit::Kilometre,
        Some(unit) => match unit.as_str().and_then(Unit::parse) {
            Some(unit) => unit,
            None => return Err(wrong(step(at, "unit"), shown(unit), "km, mi, m, ft")),
        },
    };
    let missing = || wrong(at.to_owned(), "no `distance`".to_owned(), all);
    let distance = value.get("distance").ok_or_else(missing)?;
    let area = number(distance).and_then(|number| Area::new(centre, number, unit, outside));
    area.ok_or_else(|| wrong(step(at, "distance"), shown(distance), "a number, 0 or more"))
}

/// A pair of numbers, an object with `lat` and `lng`, or a text `37.77,-122.42`.
fn lat_lng(value: &Value<'_>) -> Option<Point> {
    match value {
        Value::Array(items) => match items.as_slice() {
            [latitude, longitude] => Point::new(number(latitude)?, number(longitude)?),
            _ => None,
        },
        Value::Object(_) => Point::new(number(value.get("lat")?)?, number(value.get("lng")?)?),
        Value::String(text) => pair(text),
        _ => None,
    }
}

/// Latitude and longitude with a comma between them.
fn pair(text: &str) -> Option<Point> {
    let (latitude, longitude) = text.split_once(',')?;
    Point::new(latitude.trim().parse().ok()?, longitude.trim().parse().ok()?)
}

fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::UInt(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}
