//! Comparisons of numbers, dates, datetimes and booleans, as ranges of ordered forms (`index::ordered`).
//!
//! A column compared with a literal of its own type gives its range at once. Through casts, `date_trunc` and the year of
//! `date_part` the greater of two values never becomes the smaller, so a comparison is true from some value on, or up to
//! one: the SQL engine is asked where, in some rounds of a search, and so is never contradicted.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{BinaryExpr, Cast, Expr, Operator, TryCast};

use super::evaluate::{Predicate, flags};
use super::leaf::Source;
use super::truth::Pusher;
use crate::index::ordered;
use crate::schema::Scalar;

/// Ranges of ordered forms, both ends included.
type Ranges = Vec<(u64, u64)>;

/// Values that are asked about at a time.
const PROBES: u128 = 64;
/// Items of an `IN` that are searched for one by one.
const MOST_SEARCHED: usize = 200;
/// The days of the years 1 and 9999, since 1970: no record holds others.
const DAYS: (i64, i64) = (-719_162, 2_932_896);
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// The days, around 1970, whose nanoseconds fit into 64 bits.
const NANOSECOND_DAYS: i64 = 106_751;

/// The ordered form of a literal of the column's own type.
pub(super) fn point(scalar: Scalar, literal: &ScalarValue) -> Option<u64> {
    match (scalar, literal) {
        (Scalar::Integer, ScalarValue::Int64(Some(number))) => Some(ordered::from_i64(*number)),
        (Scalar::Number, ScalarValue::Float64(Some(number))) => ordered::from_f64(*number),
        (Scalar::Boolean, ScalarValue::Boolean(Some(flag))) => Some(ordered::from_bool(*flag)),
        (Scalar::Date, ScalarValue::Date32(Some(days))) => Some(ordered::from_i64(i64::from(*days))),
        (Scalar::Datetime, ScalarValue::TimestampMicrosecond(Some(micros), Some(_))) => {
            Some(ordered::from_i64(*micros))
        }
        _ => None,
    }
}

/// The column that is compared, and the values for which the comparison with a literal is true.
pub(super) fn ranges(
    pusher: &Pusher<'_>,
    compared: &Expr,
    op: Operator,
    literal: &ScalarValue,
) -> Option<(Source, Ranges)> {
    let (source, of) = monotone(pusher, compared)?;
    let same_type = of == *source.arrow.data_type() && matches!(compared, Expr::Column(_));
    if same_type && let Some(point) = point(source.scalar(), literal) {
        let range = match op {
            Operator::Eq => Some((point, point)),
            Operator::Lt => point.checked_sub(1).map(|last| (0, last)),
            Operator::LtEq => Some((0, point)),
            Operator::Gt => point.checked_add(1).map(|first| (first, u64::MAX)),
            Operator::GtEq => Some((point, u64::MAX)),
            _ => return None,
        };
        return Some((source, range.into_iter().collect()));
    }
    let search = |op| Search::new(&source, compared, op, literal)?.range();
    let range = match op {
        Operator::Eq => match (search(Operator::GtEq)?, search(Operator::LtEq)?) {
            (Some((first, _)), Some((_, last))) if first <= last => Some((first, last)),
            _ => None,
        },
        Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => search(op)?,
        _ => return None,
    };
    Some((source, range.into_iter().collect()))
}

/// The column, and the values that equal one of the items.
pub(super) fn points(
    pusher: &Pusher<'_>,
    compared: &Expr,
    items: &[&ScalarValue],
) -> Option<(Source, Ranges)> {
    let source = monotone(pusher, compared)?.0;
    let direct = items.iter().map(|item| match compared {
        Expr::Column(_) => point(source.scalar(), item).map(|point| (point, point)),
        _ => None,
    });
    let mut found = match direct.collect::<Option<Ranges>>() {
        Some(points) => points,
        None if items.len() > MOST_SEARCHED => return None,
        None => {
            let each = items.iter().map(|item| Some(ranges(pusher, compared, Operator::Eq, item)?.1));
            each.collect::<Option<Vec<_>>>()?.concat()
        }
    };
    found.sort_unstable();
    found.dedup();
    Some((source, found))
}

/// The column below functions through which order is kept, and the type of what they give.
fn monotone(pusher: &Pusher<'_>, expr: &Expr) -> Option<(Source, DataType)> {
    match expr {
        Expr::Column(_) => {
            let source = pusher.source(expr)?;
            let of = source.arrow.data_type().clone();
            (!source.is_list() && source.scalar() != Scalar::String).then_some((source, of))
        }
        Expr::Cast(Cast { expr, field }) | Expr::TryCast(TryCast { expr, field }) => {
            let (source, from) = monotone(pusher, expr)?;
            keeps_order(&from, field.data_type()).then(|| (source, field.data_type().clone()))
        }
        Expr::ScalarFunction(function) => {
            let [Expr::Literal(part, _), inner] = function.args.as_slice() else { return None };
            let part = part.try_as_str()??;
            let (source, from) = monotone(pusher, inner)?;
            match function.name() {
                _ if !is_time(&from) => None,
                "date_part" if part.eq_ignore_ascii_case("year") => Some((source, DataType::Int32)),
                "date_trunc" => Some((source, from)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a cast keeps the order of values, and fails for none that a column holds.
fn keeps_order(from: &DataType, to: &DataType) -> bool {
    use DataType::{Decimal128, Decimal256, Float32, Float64, Int32, Int64};
    match (from, to) {
        (from, to) if from == to => true,
        (Int32 | Int64, Int64 | Float32 | Float64) => true,
        (Int32 | Int64, Decimal128(digits, scale)) => i16::from(*digits) - i16::from(*scale) >= 19,
        (Int32 | Int64, Decimal256(digits, scale)) => i16::from(*digits) - i16::from(*scale) >= 19,
        (Float64, Float32) => true,
        (from, to) => is_time(from) && is_time(to),
    }
}

/// Dates, and instants told in UTC.
fn is_time(of: &DataType) -> bool {
    match of {
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, None) => true,
        DataType::Timestamp(_, Some(zone)) => matches!(&**zone, "UTC" | "+00:00" | "Z"),
        _ => false,
    }
}

/// A search for the end of the values for which a comparison is true.
struct Search {
    predicate: Predicate,
    scalar: Scalar,
    zone: DataType,
    /// Whether it is true from some value on; else up to one.
    rising: bool,
    /// The ordered forms among which is searched.
    domain: (u64, u64),
}

impl Search {
    fn new(source: &Source, compared: &Expr, op: Operator, literal: &ScalarValue) -> Option<Search> {
        let right = Box::new(Expr::Literal(literal.clone(), None));
        let expr = Expr::BinaryExpr(BinaryExpr { left: Box::new(compared.clone()), op, right });
        Some(Search {
            predicate: Predicate::new(&expr, &source.arrow)?,
            scalar: source.scalar(),
            zone: source.arrow.data_type().clone(),
            rising: matches!(op, Operator::Gt | Operator::GtEq),
            domain: domain(
                source.scalar(),
                in_nanoseconds(compared) || is_nanoseconds(&literal.data_type()),
            )?,
        })
    }

    /// The values for which it is true; what lies outside of the domain goes with its end.
    fn range(&self) -> Option<Option<(u64, u64)>> {
        let (least, greatest) = self.domain;
        let turn = self.turn()?;
        let (first, last) = match self.rising {
            true => (turn, u128::from(greatest)),
            false => match turn.checked_sub(1) {
                Some(last) => (u128::from(least), last),
                None => return Some(None),
            },
        };
        let (Ok(first), Ok(last)) = (u64::try_from(first), u64::try_from(last)) else { return Some(None) };
        if first > last {
            return Some(None);
        }
        let first = if first == least { 0 } else { first };
        Some(Some((first, if last == greatest { u64::MAX } else { last })))
    }

    /// The first ordered form at which the comparison is, if it rises, true, else not; the one after the domain if there is none.
    fn turn(&self) -> Option<u128> {
        let (mut low, mut high) = (u128::from(self.domain.0), u128::from(self.domain.1) + 1);
        while low < high {
            let width = high - low;
            let mut probes: Vec<u64> =
                (0..PROBES).filter_map(|k| u64::try_from(low + width * k / PROBES).ok()).collect();
            probes.dedup();
            let said = self.predicate.of(self.values(&probes)).ok()?;
            let turned = self.turned(&said)?.into_iter().position(|turned| turned);
            let before = match turned {
                Some(at) => {
                    high = u128::from(*probes.get(at)?);
                    at.checked_sub(1)
                }
                None => probes.len().checked_sub(1),
            };
            if let Some(before) = before {
                low = u128::from(*probes.get(before)?) + 1;
            }
        }
        Some(high)
    }

    fn turned(&self, said: &BooleanArray) -> Option<Vec<bool>> {
        flags(said).map(|flag| flag.map(|flag| flag == self.rising)).collect()
    }

    /// The values of ordered forms, as the column has them.
    fn values(&self, forms: &[u64]) -> ArrayRef {
        let whole = forms.iter().map(|&form| ordered::to_i64(form));
        match self.scalar {
            Scalar::Number => {
                Arc::new(forms.iter().map(|&form| Some(ordered::to_f64(form))).collect::<Float64Array>())
            }
            Scalar::Boolean => {
                Arc::new(forms.iter().map(|&form| Some(ordered::to_bool(form))).collect::<BooleanArray>())
            }
            Scalar::Date => Arc::new(whole.map(|days| i32::try_from(days).ok()).collect::<Date32Array>()),
            Scalar::Datetime => {
                let micros = TimestampMicrosecondArray::from_iter_values(whole);
                Arc::new(micros.with_data_type(self.zone.clone()))
            }
            Scalar::Integer | Scalar::String => Arc::new(whole.collect::<Int64Array>()),
        }
    }
}

/// The ordered forms that a column can hold, or of those the ones that can be told in nanoseconds.
fn domain(scalar: Scalar, nanoseconds: bool) -> Option<(u64, u64)> {
    let days = if nanoseconds { (-NANOSECOND_DAYS, NANOSECOND_DAYS) } else { DAYS };
    Some(match scalar {
        Scalar::String => return None,
        Scalar::Integer => (0, u64::MAX),
        Scalar::Number => (ordered::from_f64(f64::NEG_INFINITY)?, ordered::from_f64(f64::INFINITY)?),
        Scalar::Boolean => (ordered::from_bool(false), ordered::from_bool(true)),
        Scalar::Date => (ordered::from_i64(days.0), ordered::from_i64(days.1)),
        Scalar::Datetime => (ordered::from_i64(days.0 * DAY), ordered::from_i64((days.1 + 1) * DAY - 1)),
    })
}

/// Whether an expression goes through nanoseconds.
fn in_nanoseconds(expr: &Expr) -> bool {
    match expr {
        Expr::Cast(Cast { expr, field }) | Expr::TryCast(TryCast { expr, field }) => {
            is_nanoseconds(field.data_type()) || in_nanoseconds(expr)
        }
        Expr::ScalarFunction(function) => function.args.iter().any(in_nanoseconds),
        _ => false,
    }
}

fn is_nanoseconds(of: &DataType) -> bool {
    matches!(of, DataType::Timestamp(TimeUnit::Nanosecond, _))
}
