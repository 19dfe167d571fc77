//! The first rows of a scan in some order: only the sort keys of all rows are read, then the other columns of those.

use arrow::array::{Array, ArrayRef};
use arrow::compute::{SortColumn, SortOptions, concat, lexsort_to_indices, take};

use super::stream::Ids;
use crate::engine::{Error, TableReader};
use crate::index::IdSet;

/// Which rows of a scan are wanted: the first in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Top {
    /// The sort keys, by their place in the table, the most significant first.
    pub(crate) keys: Vec<(usize, SortOptions)>,
    /// How many rows.
    pub(crate) rows: usize,
}

/// The rows that may still be among the first.
struct Best {
    keys: Vec<ArrayRef>,
    places: Vec<(usize, u32)>,
}

impl Top {
    /// The ids, by segment, of the first rows among `ids`. `readers` read the keys; `universes` are those of the segments.
    /// Rows that are equal in all keys may be any of them.
    pub(super) fn of(
        &self,
        ids: Ids,
        readers: &[TableReader],
        universes: impl Iterator<Item = u32>,
    ) -> Result<Vec<IdSet>, Error> {
        let mut best: Option<Best> = None;
        for (segment, some) in ids {
            let reader = readers.get(segment).ok_or_else(|| Error::internal("a segment without a reader"))?;
            let more =
                Best { keys: reader.read(&some)?, places: some.iter().map(|&id| (segment, id)).collect() };
            best = Some(match best {
                Some(best) => self.first(best.and(more)?)?,
                None => self.first(more)?,
            });
        }
        let mut places = best.map(|best| best.places).unwrap_or_default();
        places.sort_unstable();
        let of_segment = |(segment, universe)| {
            let own = places.iter().filter(|place| place.0 == segment).map(|place| place.1);
            IdSet::from_sorted(universe, own.collect())
        };
        Ok(universes.enumerate().map(of_segment).collect())
    }

    fn first(&self, all: Best) -> Result<Best, Error> {
        let column = |(values, (_, options)): (&ArrayRef, &(usize, SortOptions))| SortColumn {
            values: values.clone(),
            options: Some(*options),
        };
        let columns: Vec<SortColumn> = all.keys.iter().zip(&self.keys).map(column).collect();
        let order = lexsort_to_indices(&columns, Some(self.rows)).map_err(Error::of_arrays)?;
        let keys = all.keys.iter().map(|key| take(key, &order, None).map_err(Error::of_arrays));
        let place = |&at: &u32| all.places.get(at as usize).copied();
        Ok(Best {
            keys: keys.collect::<Result<_, _>>()?,
            places: order.values().iter().filter_map(place).collect(),
        })
    }
}

impl Best {
    fn and(mut self, more: Best) -> Result<Best, Error> {
        let join = |(old, new): (&ArrayRef, &ArrayRef)| {
            concat(&[old.as_ref() as &dyn Array, new.as_ref()]).map_err(Error::of_arrays)
        };
        let keys = self.keys.iter().zip(&more.keys).map(join).collect::<Result<_, _>>()?;
        self.places.extend(more.places);
        Ok(Best { keys, places: self.places })
    }
}
