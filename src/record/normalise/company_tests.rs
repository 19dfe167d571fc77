use proptest::prelude::*;

use super::*;

/// `name acme`, `site acme.com`, `page linkedin.com/company/acme`, or `-`.
fn show(text: &str) -> String {
    match company(text) {
        Some(Company::Name(name)) => format!("name {name}"),
        Some(Company::Website(host)) => format!("site {host}"),
        Some(Company::Page(page)) => format!("page {page}"),
        None => "-".to_owned(),
    }
}

#[rustfmt::skip]
const CLASSES: &[(&str, &[&str])] = &[
    ("name acme", &[
        "Acme", "ACME", " acme ", "Acme Inc", "Acme, Inc.", "ACME INC.", "Acme Incorporated", "Acme LLC", "Acme L.L.C.", "Acme Ltd", "Acme Ltd.",
        "Acme Limited", "Acme Corp.", "Acme Corporation", "Acme Co.", "Acme Company", "Acme & Co.", "Acme and Company", "Acme + Co", "Acme PLC",
        "Acme p.l.c.", "Acme LLP", "Acme L.P.", "Acme GmbH", "ACME G.m.b.H.", "Acme GmbH & Co. KG", "Acme AG", "Acme SE", "Acme AG & Co. KGaA",
        "Acme KG", "Acme OHG", "Acme UG", "Acme e.V.", "Acme SA", "Acme S.A.", "Acme SAS", "Acme SARL", "Acme S.à r.l.", "Acme S.r.l.", "Acme SpA", "Acme S.p.A.",
        "Acme BV", "Acme B.V.", "Acme N.V.", "Acme AB", "Acme A/S", "Acme ApS", "Acme Oy", "Acme Oyj", "Acme Oy Ab", "Acme AS", "Acme ASA", "Acme Pty Ltd",
        "Acme Pty. Ltd.", "Acme (Pty) Ltd", "Acme Pte Ltd", "Acme Pvt. Ltd.", "Acme Private Limited", "Acme Sdn Bhd", "Acme Sdn. Bhd.", "Acme K.K.",
        "Acme Co., Ltd.", "Acme Company Limited", "Acme Ltda", "Acme Ltda.", "Acme S/A", "Acme S. de R.L. de C.V.", "Acme SA de CV", "Acme, S.A. de C.V.", "Acme d.o.o.",
        "Acme s.r.o.", "Acme, spol. s r.o.", "Acme a.s.", "Acme Sp. z o.o.", "ACME SP. Z O. O.", "acme sp z oo", "Acme Kft.", "Acme Zrt.", "Acme OÜ", "Acme UAB", "Acme SIA",
        "Acme EURL", "Acme S.L.", "Acme Lda.", "The Acme Company", "the acme", "“Acme”", "Acme®", "Acme™ Inc.", "Ac\u{ad}me",
    ]),
    ("name at and t", &["AT&T", "AT & T Inc.", "AT+T", "at and t", "AT＆T Corp"]),
    ("name loréal", &["L'Oréal", "L’Oréal S.A.", "LORÉAL", "L'Ore\u{301}al"]),
    ("name jp morgan", &["J.P. Morgan", "JP Morgan", "J. P. Morgan & Co.", "jp morgan"]),
    ("name procter and gamble", &["Procter & Gamble", "The Procter & Gamble Company", "Procter and Gamble Co.", "PROCTER + GAMBLE"]),
    ("name coca cola", &["Coca-Cola", "The Coca-Cola Company", "coca cola"]),
    ("name yahoo", &["Yahoo!", "Yahoo! Inc.", "yahoo"]),
    ("name the limited", &["The Limited", "the limited"]),
    ("name company", &["Company", "company."]),
    ("name ag", &["AG", "A.G."]),
    ("name day spa", &["Day Spa", "day spa", "Day Spa LLC", "DAY SPA"]),
    ("name enel", &["Enel SpA", "Enel S.p.A.", "Enel SPA"]),
    ("name and other stories", &["& Other Stories", "and other stories"]),
    ("name node js", &["Node.js", "node.js"]),
    ("name j crew", &["J.Crew", "j.crew"]),
    ("name 3m", &["3M", "3 M", "3M Company"]),
    ("name 100 pure", &["100% Pure", "100 Pure"]),
    ("name us bank", &["U.S. Bank", "US Bank"]),
    ("name n software", &["/n software", "/n software inc."]),
    ("name 株式会社", &["株式会社"]),
    ("site acme.com", &[
        "acme.com", "Acme.com", "www.acme.com", "https://www.acme.com/about", "http://acme.com", "ACME.COM/", "acme.com/jobs?id=1", "https://m.acme.com#x",
        "<https://acme.com>", "https%3A%2F%2Fwww.acme.com", "//acme.com", "acme.com:443", "acme.com.",
    ]),
    ("site booking.com", &["Booking.com", "booking.com"]),
    ("site acme.co.uk", &["acme.co.uk", "https://acme.co.uk/"]),
    ("site xn--mller-kva.de", &["müller.de", "http://MÜLLER.de", "xn--mller-kva.de"]),
    ("site linkedin.com", &["linkedin.com", "https://www.linkedin.com/", "https://de.linkedin.com"]),
    ("site acme.wordpress.com", &["https://acme.wordpress.com/about"]),
    ("site acme.example", &["https://acme.example"]),
    ("page linkedin.com/company/acme-inc", &[
        "https://www.linkedin.com/company/acme-inc/about", "linkedin.com/company/acme-inc", "LinkedIn.com/company/Acme-Inc/", "http://de.linkedin.com/company/acme-inc?trk=x",
        "https://www.linkedin.com/company/acme%2Dinc",
    ]),
    ("page linkedin.com/company/1640694639", &["https://www.linkedin.com/company/1640694639/"]),
    ("page linkedin.com/school/example-college", &["https://www.linkedin.com/school/example-college/people/"]),
    ("page linkedin.com/edu/university-of-oregon-19207", &["https://www.linkedin.com/edu/university-of-oregon-19207"]),
    ("page facebook.com/acme", &["https://www.facebook.com/acme/", "fb.com/Acme", "https://m.facebook.com/pg/acme/about"]),
    ("page facebook.com/pages/acme/123", &["https://www.facebook.com/pages/Acme/123"]),
    ("page twitter.com/acme", &["https://twitter.com/Acme", "x.com/acme", "https://twitter.com/@acme"]),
    ("page crunchbase.com/organization/acme", &["https://www.crunchbase.com/organization/acme/people"]),
    ("page github.com/acme", &["https://github.com/acme", "github.com/acme/rolo"]),
    ("-", &["", " ", "!?", "&", "https://acme.qqqqq", "https://www.linkedin.com/in/jane-doe", "https://www.linkedin.com/feed"]),
];

#[test]
fn spellings_of_one_company_are_one() {
    assert!(CLASSES.iter().map(|(_, texts)| texts.len()).sum::<usize>() >= 50);
    for (expected, texts) in CLASSES {
        for text in *texts {
            assert_eq!(show(text), *expected, "{text:?}");
        }
    }
    assert_ne!(show("Loréal"), show("Loreal"));
    assert_eq!(company(&"x".repeat(3000)), None);
}

#[test]
fn top_domains_are_in_order() {
    assert!(
        TOP_DOMAINS.lines().is_sorted()
            && ["com", "de", "uk"].into_iter().all(|top| TOP_DOMAINS.lines().any(|line| line == top))
    );
}

fn written_company() -> impl Strategy<Value = String> {
    let words = vec![
        "Acme",
        "The",
        "the",
        "&",
        "+",
        "and",
        "Co.",
        "Co",
        "Company",
        "Limited",
        "Private",
        "Ltd",
        "GmbH",
        "KG",
        "AG",
        "S.A.",
        "de",
        "C.V.",
        "S.",
        "R.L.",
        "Sp.",
        "z",
        "o.o.",
        "SpA",
        "spa",
        "A/S",
        "s",
        "r",
        "o",
        "L'",
        "Oréal",
        "\u{301}",
        "İ",
        "J.",
        "3",
        "acme.com",
        "www.",
        "https://",
        "/",
        "linkedin.com/company/",
        "facebook.com/",
        "x.com/",
        "%20",
        "%3A",
        "@",
        "medium.com/",
        "?id=7",
        "#",
        ".",
        ":",
    ];
    let glue = prop::sample::select(vec![" ", " ", "", ", ", "-", "."]);
    prop::collection::vec((prop::sample::select(words), glue), 0..7)
        .prop_map(|pairs| pairs.into_iter().flat_map(|(word, glue)| [word, glue]).collect())
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn companies_are_normalised_once_for_all(
        text in prop_oneof![
            written_company(),
            ".{0,30}",
            "[ -~]{0,30}",
            "(https?://)?(www\\.|m\\.)?[a-zé]{1,8}\\.(com|de|acme|inc)(/[ -~]{0,12})?",
            "(linkedin|facebook|twitter|youtube|medium|crunchbase|angel|wordpress)\\.com/(company/|pages/|@|user/)?[ -~é]{0,12}",
        ],
    ) {
        if let Some(company_of) = company(&text) {
            prop_assert_eq!(company(company_of.text()), Some(company_of.clone()), "{:?}", text);
        }
    }
}
