//! Who is in an area by coordinates: a scan of the columns of latitude and longitude.
//!
//! Latitudes are compared first; longitudes are looked at where some lie between those of the circle.

use std::ops::Range;

use rayon::prelude::*;

use super::leaf::SegmentView;
use super::{Deadline, PlanError};
use crate::filter::{Area, Field};
use crate::index::{ColumnBlock, ColumnReader, IdSet, ordered};
use crate::record::place::Point;

/// Blocks that one task reads.
const BLOCKS_AT_ONCE: u64 = 32;

/// Those that have coordinates and lie in an area, and those that have none.
#[derive(Debug, Clone)]
pub(super) struct Points {
    pub(super) within: IdSet,
    pub(super) nowhere: IdSet,
}

impl Points {
    /// By the coordinates beside a field; `None` if nobody in the segment has any.
    pub(super) fn of(
        view: &SegmentView<'_>,
        field: &Field,
        area: &Area,
        universe: u32,
        deadline: &Deadline,
    ) -> Result<Option<Self>, PlanError> {
        let Some(coordinates) = field.coordinates else { return Ok(None) };
        let column =
            |node| Ok::<_, PlanError>(view.leaf(node).map(|leaf| leaf.column(view)).transpose()?.flatten());
        let [latitudes, longitudes] = coordinates.map(column);
        let (Some(latitudes), Some(longitudes)) = (latitudes?, longitudes?) else { return Ok(None) };
        let scan = Scan { latitudes, longitudes, area };
        let starts: Vec<u64> = (0..scan.latitudes.blocks()).step_by(BLOCKS_AT_ONCE as usize).collect();
        let parts = starts.into_par_iter().map(|start| {
            deadline.check()?;
            scan.blocks(start..(start + BLOCKS_AT_ONCE).min(scan.latitudes.blocks()))
        });
        let (mut within, mut somewhere) = (Vec::new(), Vec::new());
        for part in parts.collect::<Result<Vec<_>, PlanError>>()? {
            within.extend(part.within);
            somewhere.extend(part.somewhere);
        }
        let nowhere = IdSet::from_words(universe, somewhere).complement();
        Ok(Some(Self { within: IdSet::from_words(universe, within), nowhere }))
    }
}

struct Scan<'a> {
    latitudes: ColumnReader,
    longitudes: ColumnReader,
    area: &'a Area,
}

/// What some blocks hold: a bit each.
#[derive(Default)]
struct Part {
    within: Vec<u64>,
    somewhere: Vec<u64>,
}

impl Scan<'_> {
    fn blocks(&self, blocks: Range<u64>) -> Result<Part, PlanError> {
        let mut part = Part::default();
        let (mut latitudes, mut longitudes) = (ColumnBlock::new(), ColumnBlock::new());
        for block in blocks {
            let mut somewhere = self.latitudes.present(block)?;
            somewhere
                .iter_mut()
                .zip(self.longitudes.present(block)?)
                .for_each(|(word, other)| *word &= other);
            if somewhere == [0; 16] {
                part.within.extend([0; 16]);
                part.somewhere.extend([0; 16]);
                continue;
            }
            self.latitudes.block(block, &mut latitudes)?;
            let mut inside = self.between(&latitudes);
            inside.iter_mut().zip(somewhere).for_each(|(word, there)| *word &= there);
            let on_earth = self.is_on_earth(block)?;
            if !on_earth || inside != [0; 16] {
                self.longitudes.block(block, &mut longitudes)?;
                let points = Block { latitudes: &latitudes, longitudes: &longitudes };
                if !on_earth {
                    points.retain(&mut somewhere, |_| true);
                }
                points.retain(&mut inside, |point| self.area.circle().contains(point));
            }
            let outside = self.area.is_outside();
            let within = inside
                .iter()
                .zip(somewhere)
                .map(|(inside, there)| if outside { there & !inside } else { *inside });
            part.within.extend(within);
            part.somewhere.extend(somewhere);
        }
        Ok(part)
    }

    /// The latitudes between which the circle lies, as bits.
    fn between(&self, latitudes: &ColumnBlock) -> [u64; 16] {
        let (south, north) = self.area.circle().latitudes();
        let (south, north) = (ordered::from_plain_f64(south), ordered::from_plain_f64(north));
        let mut between = [0; 16];
        for (word, values) in between.iter_mut().zip(latitudes.values().chunks(64)) {
            for (bit, value) in values.iter().enumerate() {
                *word |= u64::from((south..=north).contains(value)) << bit;
            }
        }
        between
    }

    /// Whether all numbers of a block are degrees.
    fn is_on_earth(&self, block: u64) -> Result<bool, PlanError> {
        let within = |column: &ColumnReader, most: f64| {
            let range = column.range(block)?;
            Ok::<_, PlanError>(range.is_none_or(|(least, greatest)| {
                ordered::to_f64(least) >= -most && ordered::to_f64(greatest) <= most
            }))
        };
        Ok(within(&self.latitudes, 90.0)? && within(&self.longitudes, 180.0)?)
    }
}

/// The coordinates of a block.
struct Block<'a> {
    latitudes: &'a ColumnBlock,
    longitudes: &'a ColumnBlock,
}

impl Block<'_> {
    /// Clears the bits of those that are not on earth, or of whose point `keep` is not true.
    fn retain(&self, bits: &mut [u64; 16], keep: impl Fn(Point) -> bool) {
        for (first, word) in (0..).step_by(64).zip(bits) {
            let mut ahead = *word;
            while ahead != 0 {
                let bit = ahead.trailing_zeros() as usize;
                ahead &= ahead - 1;
                let degrees = |column: &ColumnBlock| column.get(first + bit).map(ordered::to_f64);
                let point = degrees(self.latitudes).zip(degrees(self.longitudes));
                if !point.and_then(|(latitude, longitude)| Point::new(latitude, longitude)).is_some_and(&keep)
                {
                    *word &= !(1 << bit);
                }
            }
        }
    }
}
