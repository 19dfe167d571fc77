//! By which rules the words of a file were made. Folding orders dictionaries, and the tokeniser says what a word is, so
//! search must not read, and loads must not extend, what was written by other rules. Lookups need neither.

use super::Error;
use crate::record::normalise::NORMALISER_VERSION;
use crate::record::text::{FOLDING_VERSION, TOKENISER_VERSION};
use crate::storage::{Snapshot, TextVersions};

/// The rules of this build.
pub(super) const TEXT_VERSIONS: TextVersions =
    TextVersions { normalisers: NORMALISER_VERSION, tokeniser: TOKENISER_VERSION, folding: FOLDING_VERSION };

/// Checks that the words of a snapshot were made by the rules of this build. Without people there are none.
pub(super) fn check_word_rules(snapshot: &Snapshot) -> Result<(), Error> {
    let manifest = snapshot.manifest();
    let rules = |versions: TextVersions| (versions.tokeniser, versions.folding);
    let (found, own) = (rules(manifest.versions), rules(TEXT_VERSIONS));
    if manifest.segments.is_empty() || found == own {
        return Ok(());
    }
    Err(Error::WordRules { path: snapshot.path().to_path_buf(), found, own })
}
