//! Random draws that come out the same on every machine: integers only, one PCG stream a person.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::RngCore;

/// Spreads a number over 64 bits (the finaliser of SplitMix64).
pub(super) fn mix(x: u64) -> u64 {
    let z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number below 2^32 for each number below 2^32, no two the same: a Feistel network of four rounds.
/// Numbers from 2^32 on keep their upper half, so the whole is a bijection too.
pub(super) fn shuffle(seed: u64, i: u64) -> u64 {
    let (mut left, mut right) = ((i >> 16) & 0xffff, i & 0xffff);
    for round in 0..4 {
        let f = mix(seed ^ (round << 32) ^ right) & 0xffff;
        (left, right) = (right, left ^ f);
    }
    (i & !0xffff_ffff) | (left << 16) | right
}

/// One stream of draws.
pub(super) struct Draw(Pcg32);

impl Draw {
    /// The stream named by a seed, a purpose and a number.
    pub(super) fn new(seed: u64, purpose: u64, i: u64) -> Draw {
        let a = mix(seed ^ mix(purpose));
        Draw(Pcg32::new(mix(a ^ i), mix(a.wrapping_add(mix(i)))))
    }

    pub(super) fn next(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number below `n`; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.next()) * u64::from(n)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = (i64::from(high) - i64::from(low) + 1).clamp(0, i64::from(u32::MAX));
        low + self.below(width as u32) as i32
    }

    /// True in `n` of 10,000 draws.
    pub(super) fn in_10k(&mut self, n: u32) -> bool {
        self.below(10_000) < n
    }

    /// True in `n` of 100 draws.
    pub(super) fn percent(&mut self, n: u32) -> bool {
        self.below(100) < n
    }

    /// One of a table's entries, all equally likely. The table must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        table[self.below(table.len() as u32) as usize]
    }

    /// One of a table's entries, the first the likeliest: the smaller of two uniform places.
    pub(super) fn pick_front<T: Copy>(&mut self, table: &[T]) -> T {
        let n = table.len() as u32;
        table[self.below(n).min(self.below(n)) as usize]
    }

    /// Index of one of the weights, in proportion to them.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (i, &w) in weights.iter().enumerate() {
            if left < w {
                return i;
            }
            left -= w;
        }
        0
    }
}

/// A skewed choice among many, drawn in constant time (Walker's alias method, in integers).
pub(super) struct Skew {
    keep: Vec<u32>,
    other: Vec<u32>,
}

impl Skew {
    /// Zipf-Mandelbrot: choice k (from 0) has a weight of `1 / (k + 1 + flat)`.
    pub(super) fn zipf(n: usize, flat: u64) -> Skew {
        Skew::new(&(0..n as u64).map(|k| (1 << 40) / (k + 1 + flat)).collect::<Vec<_>>())
    }

    /// Choices in proportion to weights, of which there are at least one, with a sum above zero and below 2^64.
    pub(super) fn new(weights: &[u64]) -> Skew {
        let total: u128 = weights.iter().map(|&w| u128::from(w)).sum::<u128>().max(1);
        let mut left: Vec<u128> = weights.iter().map(|&w| u128::from(w) * weights.len() as u128).collect();
        let mut skew =
            Skew { keep: vec![u32::MAX; weights.len()], other: (0..weights.len() as u32).collect() };
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..weights.len()).partition(|&i| left[i] < total);
        while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
            small.pop();
            skew.keep[s] = ((left[s] << 32) / total) as u32;
            skew.other[s] = l as u32;
            left[l] -= total - left[s];
            if left[l] < total {
                large.pop();
                small.push(l);
            }
        }
        skew
    }

    pub(super) fn draw(&self, draw: &mut Draw) -> usize {
        let i = draw.below(self.keep.len() as u32) as usize;
        if draw.next() < self.keep[i] { i } else { self.other[i] as usize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn shuffled_numbers_are_distinct() {
        let seen: BTreeSet<u64> = (0..100_000).map(|i| shuffle(7, i)).collect();
        assert_eq!(seen.len(), 100_000);
        assert!(seen.iter().all(|&x| x < 1 << 32));
    }

    #[test]
    fn skewed_draws_follow_their_weights() {
        let skew = Skew::new(&[50, 30, 0, 20]);
        let mut draw = Draw::new(1, 2, 3);
        let mut counts = [0; 4];
        for _ in 0..100_000 {
            counts[skew.draw(&mut draw)] += 1;
        }
        for (count, share) in counts.into_iter().zip([50_000_i32, 30_000, 0, 20_000]) {
            assert!((count - share).abs() < 700, "{counts:?}");
        }
    }

    #[test]
    fn a_stream_depends_on_seed_purpose_and_number() {
        let first = |s, p, i| Draw::new(s, p, i).next();
        let all = BTreeSet::from([first(1, 1, 1), first(2, 1, 1), first(1, 2, 1), first(1, 1, 2)]);
        assert_eq!(all.len(), 4);
        assert_eq!(first(1, 1, 1), first(1, 1, 1));
    }
}
