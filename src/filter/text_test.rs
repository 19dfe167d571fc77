//! A predicate over one short text that the tree knows nothing about but its name: what SQL says of a column, and an engine of
//! SQL evaluates.
//!
//! It is asked of the distinct values of a dictionary, many at a time.

use std::fmt;
use std::sync::Arc;

/// What answers for a batch of texts: one flag for each.
type Passes = dyn Fn(&[&str]) -> Result<Vec<bool>, String> + Send + Sync;

/// A named predicate over one text, equal to another if its name is.
#[derive(Clone)]
pub struct TextTest {
    name: String,
    prefixes: Option<Vec<String>>,
    passes: Arc<Passes>,
}

impl TextTest {
    /// A predicate. `name` says all of it, such as `lower(title) = 'ceo'`; `passes` gives one flag for each text, or says why it
    /// cannot.
    pub fn new(
        name: impl Into<String>,
        passes: impl Fn(&[&str]) -> Result<Vec<bool>, String> + Send + Sync + 'static,
    ) -> TextTest {
        TextTest { name: name.into(), prefixes: None, passes: Arc::new(passes) }
    }

    /// The same, where every text that passes has a fold key (`record::text::fold_key`) that begins with one of `prefixes`,
    /// folded texts that begin without white space: only such texts need be asked.
    pub fn with_prefixes(self, prefixes: Vec<String>) -> TextTest {
        TextTest { prefixes: Some(prefixes), ..self }
    }

    /// What it says, in words.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// With one of which the fold key of every text that passes begins; `None`: they may begin in any way.
    pub fn prefixes(&self) -> Option<&[String]> {
        self.prefixes.as_deref()
    }

    /// One flag for each text: whether it passes.
    ///
    /// # Errors
    /// Why it could not be evaluated.
    pub fn passing(&self, texts: &[&str]) -> Result<Vec<bool>, String> {
        let flags = (self.passes)(texts)?;
        if flags.len() == texts.len() {
            return Ok(flags);
        }
        Err(format!("{} answers for {} texts", flags.len(), texts.len()))
    }

    /// Whether one text passes; it does not if that cannot be said.
    pub fn passes(&self, text: &str) -> bool {
        self.passing(&[text]).is_ok_and(|flags| flags == [true])
    }
}

impl PartialEq for TextTest {
    fn eq(&self, other: &TextTest) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for TextTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TextTest").field(&self.name).finish()
    }
}
