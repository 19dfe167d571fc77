//! Places: what a text that names one means on the globe.
//!
//! - `globe`: points, distances, circles
//! - `names`: the spellings of a name that count as one
//! - `gazetteer`: the places that are known, and finding the one that a text means

mod gazetteer;
mod globe;
mod names;

pub use gazetteer::{Found, Gazetteer, Place, PlaceKind};
pub use globe::{Circle, EARTH_RADIUS_KM, Point};
