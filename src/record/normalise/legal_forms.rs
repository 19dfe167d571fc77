//! The legal forms of companies, as they stand behind a name.

/// Words of a legal form: lower case, without punctuation, single letters as one word (`s.r.o.` is `sro`). Those of several words
/// come first, so that the longest fits.
#[rustfmt::skip]
const FORMS: &[&str] = &[
    "gesellschaft mit beschränkter haftung", "public limited company", "sociedade anônima", "sociedad anonima", "sociedad anónima", "société anonyme",
    "kabushiki kaisha", "godo kaisha", "private limited", "private ltd", "gesellschaft mbh", "s de rl de cv", "sapi de cv", "sab de cv", "sa de cv",
    "s de rl", "sdn bhd", "sp z oo", "sp zoo", "spol sro", "pty ltd", "pte ltd", "pvt ltd",
    "ab", "ag", "aktiengesellschaft", "aktiebolag", "aps", "as", "asa", "berhad", "bhd", "bv", "bvba", "co", "company", "corp",
    "corporation", "cv", "dd", "doo", "ead", "ehf", "eg", "eirl", "eireli", "eood", "eurl", "ev", "gbr", "ggmbh", "gesmbh", "gk",
    "gmbh", "hf", "inc", "incorporated", "jdoo", "kft", "kg", "kgaa", "kk", "lda", "limitada", "limited", "llc", "llp", "lp",
    "ltd", "ltda", "mbh", "nv", "nyrt", "oao", "ohg", "ood", "ooo", "oy", "oyj", "oü", "pao", "pjsc", "pllc", "plc", "pt", "pte", "pty",
    "pvt", "qsc", "sa", "sae", "saoc", "sarl", "sàrl", "sas", "sasu", "sca", "se", "sia", "sl", "slu", "snc", "spa", "spj",
    "spk", "srl", "srls", "sro", "uab", "ug", "unlimited", "vof", "vzw", "wll", "zao", "zrt", "ао", "зао", "оао", "ооо", "пао",
];

/// Takes the legal forms off the end of a name, and what joined them to it (`& Co.`), but never all that says something.
pub(super) fn without_legal_forms(mut words: &[String], spa_is_a_form: bool) -> &[String] {
    while let Some(rest) = without_last(words, spa_is_a_form) {
        words = rest;
    }
    words
}

fn without_last(words: &[String], spa_is_a_form: bool) -> Option<&[String]> {
    if let [rest @ .., last] = words
        && last == "and"
        && says_something(rest)
    {
        return Some(rest);
    }
    let mut forms = FORMS.iter().filter(|form| spa_is_a_form || **form != "spa");
    forms.find_map(|form| {
        let count = form.split(' ').count();
        let (rest, end) = words.split_at_checked(words.len().checked_sub(count)?)?;
        (form.split(' ').eq(end) && says_something(rest)).then_some(rest)
    })
}

/// Whether a name is nothing but legal forms.
pub(super) fn is_legal_form(words: &[String]) -> bool {
    words.iter().all(|word| FORMS.contains(&word.as_str()))
}

fn says_something(words: &[String]) -> bool {
    words.iter().any(|word| word != "the" && word != "and")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_forms_come_first_and_none_is_listed_twice() {
        let long = FORMS.iter().take_while(|form| form.contains(' ')).count();
        assert!(FORMS.iter().skip(long).all(|form| !form.contains(' ')));
        assert!(FORMS.iter().enumerate().all(|(at, form)| !FORMS[..at].contains(form)));
    }
}
