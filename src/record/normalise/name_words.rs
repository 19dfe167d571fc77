//! The words around and inside of a person's name that are no names: titles, suffixes, particles.

use super::fold;

/// What stands before a name. Words that are common first names or last names are not among them.
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "avv", "capt", "captain", "cmdr", "col", "cpl", "dame", "dipling", "diplkfm", "dott", "dottssa", "dr",
    "dra", "dres", "dring", "drs", "frau", "fru", "herr", "hon", "honorable", "honourable", "hr", "hrh",
    "lady", "lord", "lt", "ltc", "maj", "miss", "mister", "mlle", "mme", "mr", "mrs", "ms", "msgr", "mx",
    "prof", "professor", "rabbi", "rev", "revd", "reverend", "sgt", "shri", "sir", "smt", "sr", "sra",
    "srta",
];

/// What may follow a title as a part of it, in lower case and with a full stop: `Dr. rer. nat.`
const TITLE_PARTS: &[&str] = &[
    "dent", "dipl", "em", "habil", "hc", "ing", "jur", "med", "mult", "nat", "oec", "phil", "pol", "rer",
    "soc", "theol", "univ", "vet",
];

/// What stands behind a name: generations, degrees, professions, orders.
#[rustfmt::skip]
const SUFFIXES: &[&str] = &[
    "2nd", "3rd", "4th", "aprn", "bba", "bds", "beng", "bsc", "bsn", "cbe", "cccslp", "ccie", "ccna", "cfa",
    "cfp", "cisa", "cism", "cissp", "cma", "cpa", "cphr", "crna", "csm", "cspo", "dba", "dbe", "dds", "dmd",
    "dnp", "dphil", "dsc", "dvm", "edd", "esq", "esquire", "facp", "facs", "fnp", "fnpbc", "frcp", "frcs",
    "frs", "ii", "iii", "iv", "jd", "jnr", "jr", "kbe", "lcsw", "llb", "llm", "lmft", "lpc", "mba", "mbbs",
    "mbchb", "mbe", "md", "meng", "mfa", "mha", "mhs", "mpa", "mph", "mphil", "mrcp", "mrcs", "msc", "msn",
    "msw", "obe", "pharmd", "phd", "phr", "pmp", "psyd", "rn", "rph", "scd", "shrmcp", "shrmscp", "snr",
    "sphr", "sr", "thd", "usaf", "usmc", "usn", "vii", "viii",
];

/// Suffixes that are last names too (Jack Ma, Peter Do): they count in capitals, `Jane Doe, MA`.
const SUFFIXES_IN_CAPITALS: &[&str] =
    &["ba", "bs", "ca", "do", "kc", "ma", "med", "mp", "ms", "np", "pe", "qc", "v", "vi"];

/// Generations in words, last names too: they count behind a first and a last name.
const GENERATIONS: &[&str] = &["junior", "senior"];

/// Words that belong to the last name before which they stand.
#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "af", "al", "av", "bin", "bint", "binti", "da", "dal", "dalla", "das", "de", "degli", "dei", "del",
    "della", "delle", "den", "der", "des", "di", "do", "dos", "du", "el", "ibn", "la", "las", "le", "lo",
    "los", "mac", "mc", "op", "saint", "san", "st", "te", "ten", "ter", "van", "vande", "vanden", "vander",
    "vd", "vom", "von", "zu", "zum", "zur",
];

/// A word without case and punctuation.
fn bare(word: &str) -> String {
    let mut bare = fold(word);
    bare.retain(char::is_alphanumeric);
    bare
}

fn is_in(list: &[&str], word: &str) -> bool {
    list.contains(&bare(word).as_str())
}

/// Whether a word before a name is a title. Behind a title more of it may follow.
pub(super) fn is_title(word: &str, follows_title: bool) -> bool {
    let part = || word.ends_with('.') && fold(word) == word && is_in(TITLE_PARTS, word);
    is_in(TITLES, word) || follows_title && part()
}

/// Whether a word behind `names` other words is a suffix. Of a name in one case, capitals say nothing.
pub(super) fn is_suffix(word: &str, names: usize, mixed_case: bool) -> bool {
    // `J.R.` are initials.
    let initials = || word.trim_end_matches('.').contains('.') && is_in(&["jr", "sr"], word);
    if is_in(SUFFIXES, word) {
        return names > 0 && !initials();
    }
    names > 1 && (is_in(GENERATIONS, word) || is_suffix_in_capitals(word, mixed_case))
}

/// Whether a word behind a comma, or in brackets, is a suffix.
pub(super) fn is_suffix_behind_comma(word: &str, mixed_case: bool) -> bool {
    is_suffix(word, 2, mixed_case)
}

fn is_suffix_in_capitals(word: &str, mixed_case: bool) -> bool {
    let stops = word.trim_end_matches('.').contains('.');
    let capitals = mixed_case && !word.chars().any(char::is_lowercase);
    (stops || capitals) && is_in(SUFFIXES_IN_CAPITALS, word)
}

/// Whether a word looks like letters behind a name that stand for a certificate: three capitals or more.
pub(super) fn is_certificate(word: &str) -> bool {
    word.chars().filter(|c| c.is_uppercase()).count() >= 3 && !word.chars().any(char::is_lowercase)
}

/// Whether a word belongs to the last name before which it stands.
pub(super) fn is_particle(word: &str) -> bool {
    is_in(PARTICLES, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_written_as_it_is_looked_up() {
        for list in [TITLES, TITLE_PARTS, SUFFIXES, SUFFIXES_IN_CAPITALS, GENERATIONS, PARTICLES] {
            for word in list {
                assert_eq!(bare(word), *word);
            }
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
