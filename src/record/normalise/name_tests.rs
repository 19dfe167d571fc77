use proptest::prelude::*;

use super::*;

/// `titles | first | middle | last | suffixes | nick name`, without what is missing at the end.
fn show(text: &str) -> String {
    let Some(parts) = name_parts(text) else { return "-".to_owned() };
    let NameParts { titles, first, middle, last, suffixes, nickname } = parts;
    let option = Option::unwrap_or_default;
    let cells = [titles.join(" "), first, option(middle), option(last), suffixes.join(" "), option(nickname)];
    cells.join("|").trim_end_matches('|').to_owned()
}

#[rustfmt::skip]
const PARTS: &[(&str, &str)] = &[
    ("Jane Doe", "|Jane||Doe"),
    ("  Jane \t Doe ", "|Jane||Doe"),
    ("JANE DOE", "|JANE||DOE"),
    ("jane doe", "|jane||doe"),
    ("Jane", "|Jane"),
    ("Jane Maria Doe", "|Jane|Maria|Doe"),
    ("Jane Maria Ann Doe", "|Jane|Maria Ann|Doe"),
    ("Patrick L. Ryan", "|Patrick|L.|Ryan"),
    ("J. R. R. Tolkien", "|J.|R. R.|Tolkien"),
    ("J.R.R. Tolkien", "|J.R.R.||Tolkien"),
    ("Jean-Luc Picard", "|Jean-Luc||Picard"),
    ("Mary O'Neil-Smith", "|Mary||O'Neil-Smith"),
    ("李小龙", "|李小龙"),
    ("Ju\u{308}rgen Mu\u{308}ller", "|Jürgen||Müller"),
    // Last name first.
    ("Doe, Jane", "|Jane||Doe"),
    ("DOE, Jane Maria", "|Jane|Maria|DOE"),
    ("van der Berg, Anna", "|Anna||van der Berg"),
    ("Berg, Anna van der", "|Anna||van der Berg"),
    ("Garcia Lopez, Maria", "|Maria||Garcia Lopez"),
    ("Smith, J.R.", "|J.R.||Smith"),
    ("Smith, AJ", "|AJ||Smith"),
    // Titles.
    ("Dr. Patrick L. Ryan", "Dr.|Patrick|L.|Ryan"),
    ("Sir Richard Starkey", "Sir|Richard||Starkey"),
    ("Prof. Dr. Jane Doe", "Prof. Dr.|Jane||Doe"),
    ("Prof. Dr. rer. nat. Jane Doe", "Prof. Dr. rer. nat.|Jane||Doe"),
    ("Dr.-Ing. Hans Meier", "Dr.-Ing.|Hans||Meier"),
    ("Frau Dr. Eva Klein", "Frau Dr.|Eva||Klein"),
    ("Mr John Smith", "Mr|John||Smith"),
    ("MRS. JANE DOE", "MRS.|JANE||DOE"),
    ("Doe, Dr. Jane", "Dr.|Jane||Doe"),
    ("Doe, Jane, Dr.", "Dr.|Jane||Doe"),
    ("Dr. Phil McGraw", "Dr.|Phil||McGraw"),
    ("Dr", "|Dr"),
    ("Rev. Smith", "Rev.|Smith"),
    // Suffixes.
    ("John Smith Jr", "|John||Smith|Jr"),
    ("John Smith, Jr.", "|John||Smith|Jr."),
    ("Smith, John, Jr.", "|John||Smith|Jr."),
    ("John Smith, Sr.", "|John||Smith|Sr."),
    ("Sr. Juan Garcia", "Sr.|Juan||Garcia"),
    ("Smith Jr., John", "|John||Smith|Jr."),
    ("Smith, Jr., John", "|John||Smith|Jr."),
    ("John Smith III", "|John||Smith|III"),
    ("John Smith V", "|John||Smith|V"),
    ("Jane Doe, PhD", "|Jane||Doe|PhD"),
    ("Jane Doe, Ph.D., M.D.", "|Jane||Doe|Ph.D. M.D."),
    ("Jane Doe PhD MBA", "|Jane||Doe|PhD MBA"),
    ("Jane Doe, MA", "|Jane||Doe|MA"),
    ("Jane Doe, SHRM-CP, XYZ®", "|Jane||Doe|SHRM-CP XYZ"),
    ("Jane Doe (CPA)", "|Jane||Doe|CPA"),
    ("Jack Ma", "|Jack||Ma"),
    ("JACK MA", "|JACK||MA"),
    ("Jack MA", "|Jack||MA"),
    ("Malcolm X", "|Malcolm||X"),
    ("John Senior", "|John||Senior"),
    ("John Smith Senior", "|John||Smith|Senior"),
    // Nick names.
    ("Robert \"Bob\" Smith", "|Robert||Smith||Bob"),
    ("Robert “Bob” Smith", "|Robert||Smith||Bob"),
    ("Robert (Bob) Smith", "|Robert||Smith||Bob"),
    ("Robert 'Bob' Smith", "|Robert||Smith||Bob"),
    ("Robert Smith (Bob)", "|Robert||Smith||Bob"),
    ("Smith, Robert \"Bob\" J.", "|Robert|J.|Smith||Bob"),
    ("Jane Doe (she/her)", "|Jane||Doe"),
    ("Jane Doe (née Smith)", "|Jane||Doe"),
    ("\"Jane Doe\"", "|Jane||Doe"),
    ("(Jane)", "|Jane"),
    ("Gerard 't Hooft", "|Gerard|'t|Hooft"),
    // Particles.
    ("Ludwig van Beethoven", "|Ludwig||van Beethoven"),
    ("Anna Maria van der Berg", "|Anna|Maria|van der Berg"),
    ("Maria de la Cruz Lopez", "|Maria||de la Cruz Lopez"),
    ("Robert De Niro", "|Robert||De Niro"),
    ("Otto von Bismarck", "|Otto||von Bismarck"),
    ("Omar bin Laith", "|Omar||bin Laith"),
    ("Omar al-Sharif", "|Omar||al-Sharif"),
    ("João dos Santos", "|João||dos Santos"),
    ("Leonardo da Vinci", "|Leonardo||da Vinci"),
    ("Van Morrison", "|Van||Morrison"),
    ("José Ortega y Gasset", "|José||Ortega y Gasset"),
    // What stands around.
    ("Jane Doe ✔ 🚀", "|Jane||Doe"),
    ("*Jane* Doe,", "|Jane||Doe"),
    ("Ja\u{ad}ne\u{200b} Doe", "|Jane||Doe"),
    ("", "-"),
    (" ,;. ", "-"),
    ("🚀", "-"),
];

#[test]
fn names_are_taken_apart() {
    assert!(PARTS.len() >= 50);
    for (text, expected) in PARTS {
        assert_eq!(show(text), *expected, "{text:?}");
    }
}

#[rustfmt::skip]
const CLASSES: &[(&str, &[&str])] = &[
    ("jane doe", &[
        "Jane Doe", "JANE DOE", "jane doe", " jane   doe ", "Doe, Jane", "DOE, JANE", "Dr. Jane Doe", "Jane Doe, PhD", "Ms. Jane Doe",
        "Mrs Jane Doe MBA", "Prof. Dr. Jane Doe", "Jane \"JD\" Doe", "Jane (Janey) Doe", "Doe, Jane (Janey)", "Doe, Dr. Jane, Ph.D.",
        "\"Jane Doe\"", "Jane Doe.", "Jane Doe, CPA, XYZ", "jane\u{a0}doe", "Frau Jane Doe", "Jane Doe (she/her)", "Dr.Jane Doe",
    ]),
    ("john r smith", &["John R. Smith", "Smith, John R.", "John R Smith Jr.", "JOHN R. SMITH, III", "Mr. John R. Smith, Esq.", "john r smith"]),
    ("mary oneil smith", &["Mary O'Neil-Smith", "Mary O’Neil Smith", "O'NEIL-SMITH, MARY", "mary oneil smith", "Dr. O'Neil-Smith, Mary \"Molly\", PhD"]),
    ("j r r tolkien", &["J.R.R. Tolkien", "J. R. R. Tolkien", "Tolkien, J.R.R.", "j r r tolkien"]),
    ("ludwig van beethoven", &["Ludwig van Beethoven", "van Beethoven, Ludwig", "Beethoven, Ludwig van", "LUDWIG VAN BEETHOVEN"]),
    ("jürgen müller", &["Jürgen Müller", "JÜRGEN MÜLLER", "Ju\u{308}rgen Mu\u{308}ller", "Müller, Jürgen", "Herr Jürgen Müller"]),
    ("jean luc picard", &["Jean-Luc Picard", "Jean Luc Picard", "Picard, Jean-Luc", "Capt. Jean-Luc Picard"]),
    ("omar al sharif", &["Omar al-Sharif", "Omar Al Sharif", "al-Sharif, Omar"]),
    ("cher", &["Cher", "CHER", "\"Cher\"", " cher "]),
];

#[test]
fn spellings_of_one_name_are_one() {
    assert!(CLASSES.iter().map(|(_, texts)| texts.len()).sum::<usize>() >= 50);
    for (expected, texts) in CLASSES {
        for text in *texts {
            assert_eq!(name(text).as_deref(), Some(*expected), "{text:?}");
        }
    }
    assert_ne!(name("Jürgen Müller"), name("Jurgen Muller"));
    assert_eq!(name(&"x".repeat(3000)), None);
}

fn written_name() -> impl Strategy<Value = String> {
    let words = vec![
        "Jane", "DOE", "o'neil", "Jean-Luc", "van", "der", "de", "la", "y", "Jr.", "Jr", "III", "PhD",
        "M.D.", "MA", "V", "Dr.", "Prof.", "phil.", "\"Bob\"", "(Bob)", "'Bob'", "J.R.", "R.", ",", ",", "'",
        "(", "Senior", "Sir", "SHRM-CP", "Dr.-Ing.", "Müller", "\u{308}", "İ", "al-", "-", "Smith-Jr", "d'",
        "ΑΣ",
    ];
    let glue = prop::sample::select(vec![" ", " ", " ", "", ", ", "-", "."]);
    prop::collection::vec((prop::sample::select(words), glue), 0..7)
        .prop_map(|pairs| pairs.into_iter().flat_map(|(word, glue)| [word, glue]).collect())
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn names_are_normalised_once_for_all(text in prop_oneof![written_name(), ".{0,30}", "[ -~]{0,30}"]) {
        if let Some(normal) = name(&text) {
            prop_assert_eq!(name(&normal), Some(normal.clone()));
            prop_assert!(normal.split(' ').all(|word| !word.is_empty()), "{:?}", normal);
        }
    }

    #[test]
    fn order_and_case_do_not_count(first in "[A-Z][a-z]{2,6}ka", middle in "([A-Z]\\.)?", last in "[A-Z][a-z]{2,6}ka") {
        let natural = name(&format!("{first} {middle} {last}"));
        prop_assert_eq!(&natural, &name(&format!("{last}, {first} {middle}")));
        prop_assert_eq!(&natural, &name(&format!("DR. {first} \"Z\" {middle} {last}, PhD").to_uppercase()));
    }
}
