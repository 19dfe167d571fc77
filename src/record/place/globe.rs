//! Points on the globe, the distance between two, and circles around one.
//!
//! The earth is a sphere with the mean radius of the WGS 84 ellipsoid, so distances are off by at most 0.6 per cent.

/// The mean radius of the earth in kilometres (IUGG, WGS 84).
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// A point on the globe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    latitude: f64,
    longitude: f64,
}

impl Point {
    /// The point at `latitude` degrees north and `longitude` degrees east; `None` beyond 90 or 180 degrees, or if one is no
    /// number.
    pub fn new(latitude: f64, longitude: f64) -> Option<Point> {
        (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some(Point { latitude, longitude })
    }

    /// Degrees north of the equator.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east of Greenwich.
    pub fn longitude(self) -> f64 {
        self.longitude
    }

    /// The distance along the sphere in kilometres, by the haversine formula: exact to centimetres, next to antipodes to
    /// metres.
    pub fn distance_km(self, other: Point) -> f64 {
        let half_chord = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
        let cosines = self.latitude.to_radians().cos() * other.latitude.to_radians().cos();
        let haversine =
            half_chord(self.latitude, other.latitude) + cosines * half_chord(self.longitude, other.longitude);
        2.0 * EARTH_RADIUS_KM * haversine.min(1.0).sqrt().asin()
    }
}

/// The points no farther from a centre than a radius.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    centre: Point,
    radius_km: f64,
}

impl Circle {
    /// The circle; `None` for a radius that is negative or no number. One beyond half of the earth's circumference holds every point.
    pub fn new(centre: Point, radius_km: f64) -> Option<Circle> {
        (radius_km >= 0.0).then_some(Circle { centre, radius_km })
    }

    /// Its centre.
    pub fn centre(self) -> Point {
        self.centre
    }

    /// Its radius in kilometres.
    pub fn radius_km(self) -> f64 {
        self.radius_km
    }

    /// Whether a point lies in it, its edge included.
    pub fn contains(self, point: Point) -> bool {
        self.centre.distance_km(point) <= self.radius_km
    }

    /// Between which latitudes it lies, in degrees: no point outside is in it.
    pub fn latitudes(self) -> (f64, f64) {
        // A point at a latitude farther away is farther away itself; the margin is for rounding.
        let reach = (self.radius_km / EARTH_RADIUS_KM).to_degrees() + 1e-6;
        (self.centre.latitude - reach, self.centre.latitude + reach)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).unwrap()
    }

    fn any_point() -> impl Strategy<Value = Point> {
        let latitude = prop_oneof![-90.0..=90.0, Just(90.0), Just(-90.0), Just(0.0)];
        let longitude = prop_oneof![-180.0..=180.0, Just(180.0), Just(-180.0), 179.9..=180.0];
        (latitude, longitude).prop_map(|(latitude, longitude)| point(latitude, longitude))
    }

    /// The distance by the angle between two vectors, which has nothing in common with haversines.
    fn by_vectors(a: Point, b: Point) -> f64 {
        let vector = |p: Point| {
            let (latitude, longitude) = (p.latitude.to_radians(), p.longitude.to_radians());
            [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
        };
        let (a, b) = (vector(a), vector(b));
        let cross =
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]].map(|c| c * c);
        let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        EARTH_RADIUS_KM * cross.iter().sum::<f64>().sqrt().atan2(dot)
    }

    #[test]
    fn distances_that_are_known() {
        let (berlin, munich) = (point(52.5244, 13.4105), point(48.1374, 11.5755));
        assert!((berlin.distance_km(munich) - 504.4).abs() < 0.5, "{}", berlin.distance_km(munich));
        let quarter = std::f64::consts::FRAC_PI_2 * EARTH_RADIUS_KM;
        assert!((point(90.0, 12.0).distance_km(point(0.0, -77.0)) - quarter).abs() < 1e-9);
        assert!((point(0.0, 179.5).distance_km(point(0.0, -179.5)) - quarter / 90.0).abs() < 1e-9);
        assert_eq!(point(90.0, 12.0).distance_km(point(90.0, 12.0)), 0.0);
    }

    #[test]
    fn what_is_not_on_earth_is_no_point_and_no_circle() {
        for (latitude, longitude) in [(90.1, 0.0), (0.0, 180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Point::new(latitude, longitude), None);
        }
        for radius in [-0.1, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(Circle::new(point(0.0, 0.0), radius), None);
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn distances_are_those_of_vectors(a in any_point(), b in any_point()) {
            let (distance, expected) = (a.distance_km(b), by_vectors(a, b));
            prop_assert!((distance - expected).abs() < 1e-3, "{distance} {expected}");
            prop_assert_eq!(distance, b.distance_km(a));
        }

        #[test]
        fn no_point_of_a_circle_lies_beyond_its_latitudes(centre in any_point(), other in any_point(), km in 0.0..20_100.0) {
            let circle = Circle::new(centre, km).unwrap();
            let (south, north) = circle.latitudes();
            let between = (south..=north).contains(&other.latitude());
            prop_assert!(between || !circle.contains(other));
            prop_assert!(Circle::new(centre, centre.distance_km(other)).unwrap().contains(other));
            prop_assert!(Circle::new(centre, f64::INFINITY).unwrap().contains(other));
        }
    }
}
