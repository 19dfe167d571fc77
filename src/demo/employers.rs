//! Invented employers: number n always has the same name, domain, ids, industry, size and headquarters.

use super::draw::{Draw, Skew, shuffle};
use super::json::Json;
use super::places::Places;

/// How many employers there are.
pub(super) const EMPLOYERS: usize = 20_000;

/// One employer, with its leaves of a role object written out beforehand.
pub(super) struct Employer {
    pub(super) name: String,
    /// Under `.example`, which can never be registered.
    pub(super) domain: String,
    pub(super) sector: Sector,
    /// Members of a role object, from `professional_network_id` on.
    pub(super) leaves: String,
    /// Index of the headquarters among the places.
    pub(super) place: usize,
}

/// All employers, the most frequent first.
pub(super) struct Employers {
    all: Vec<Employer>,
    skew: Skew,
}

impl Employers {
    pub(super) fn new(seed: u64, places: &Places) -> Employers {
        let all = (0..EMPLOYERS).map(|n| employer(seed, n, places)).collect();
        Employers { all, skew: Skew::zipf(EMPLOYERS, 20) }
    }

    pub(super) fn draw(&self, draw: &mut Draw) -> usize {
        self.skew.draw(draw)
    }

    pub(super) fn get(&self, n: usize) -> &Employer {
        &self.all[n]
    }
}

/// An invented word, distinct for each number below 20,000.
pub(super) fn stem(n: usize) -> String {
    let n = n % 20_000;
    format!("{}{}{}", HEADS[n % 40], MIDDLES[n / 40 % 25], TAILS[n / 1000])
}

fn employer(seed: u64, n: usize, places: &Places) -> Employer {
    let mut draw = Draw::new(seed, 2, n as u64);
    let stem = stem((n * 7919 + 4321) % EMPLOYERS);
    let sector = draw.pick_front(&SECTORS);
    let word = draw.pick(sector.words);
    let place = places.draw(&mut draw);
    let form = legal_form(places.get(place).alpha2, &mut draw);
    let name = match draw.below(10) {
        0..=4 => format!("{stem} {word}"),
        5 | 6 => format!("{stem}{form}"),
        7 => format!("{stem} {word}{form}"),
        8 => format!("{stem} & Partners"),
        _ => stem.clone(),
    };
    let lower = stem.to_lowercase();
    let domain = match draw.below(3) {
        0 => format!("{lower}-{}.example", word.to_lowercase().replace(' ', "-")),
        _ => format!("{lower}.example"),
    };
    let slug = domain.trim_end_matches(".example").to_owned();
    let mut employer = Employer { name, domain, sector, leaves: String::new(), place };
    leaves(seed, n, &slug, &mut employer, places, &mut draw);
    employer
}

fn legal_form(alpha2: &str, draw: &mut Draw) -> &'static str {
    match alpha2 {
        "US" | "CA" => draw.pick(&[", Inc.", " Inc", " LLC", " Corp."]),
        "DE" | "AT" | "CH" => draw.pick(&[" GmbH", " AG", " GmbH & Co. KG"]),
        "FR" | "BE" => draw.pick(&[" SA", " SAS"]),
        "ES" | "MX" | "AR" | "CO" | "IT" | "PT" => draw.pick(&[" S.A.", " S.L."]),
        "BR" => " Ltda",
        "NL" => " B.V.",
        "SE" | "FI" | "NO" | "DK" => draw.pick(&[" AB", " A/S"]),
        "IN" | "SG" | "AU" => draw.pick(&[" Pvt. Ltd.", " Limited"]),
        _ => draw.pick(&[" Ltd", " Limited", " Group"]),
    }
}

/// Smallest and largest headcount of each range of the closed set.
const SIZES: [(&str, i32, i32); 9] = [
    ("myself only", 1, 1),
    ("2-10", 2, 10),
    ("11-50", 11, 50),
    ("51-200", 51, 200),
    ("201-500", 201, 500),
    ("501-1000", 501, 1000),
    ("1001-5000", 1001, 5000),
    ("5001-10000", 5001, 10_000),
    ("10001+", 10_001, 400_000),
];

/// An employer that many worked for is a large one.
fn size(n: usize, draw: &mut Draw) -> usize {
    match n {
        ..150 => 8,
        150..500 => draw.weighted(&[0, 0, 0, 0, 0, 0, 30, 40, 30]),
        500..3000 => draw.weighted(&[0, 0, 2, 8, 20, 25, 35, 8, 2]),
        _ => draw.weighted(&[3, 22, 30, 25, 12, 5, 3, 0, 0]),
    }
}

fn leaves(seed: u64, n: usize, slug: &str, employer: &mut Employer, places: &Places, draw: &mut Draw) {
    let hq = places.get(employer.place);
    let (range, low, high) = SIZES[size(n, draw)];
    let headcount = draw.between(low, high).min(draw.between(low, high));
    let (id, network_id) = (600_000 + shuffle(seed, n as u64) % 8_000_000, 1000 + n * 37);
    let company_type = [
        "Privately Held",
        "Public Company",
        "Nonprofit",
        "Partnership",
        "Self-Employed",
        "Government Agency",
    ][draw.weighted(if high > 1000 { &[50, 40, 6, 1, 0, 3] } else { &[72, 4, 10, 8, 4, 2] })];
    let mut text = String::new();
    let mut j = Json::new(&mut text);
    j.key("professional_network_id").plain(format_args!("{network_id}"));
    j.key("crustdata_company_id").int(id as i64);
    j.key("company_professional_network_profile_url")
        .plain(format_args!("https://www.linkedin.com/company/{slug}"));
    match draw.below(10) {
        0..=2 => {
            j.key("company_profile_picture_permalink").plain(format_args!("https://logos.example/{id}.png"))
        }
        3 | 4 => j.key("company_profile_picture_permalink").text(""),
        _ => (),
    }
    if draw.percent(70) {
        j.key("company_website").plain(format_args!("https://www.{}", employer.domain));
    }
    j.key("company_website_domain").text(&employer.domain);
    if draw.percent(92) {
        j.key("company_headcount_latest").int(i64::from(headcount));
        j.key("company_headcount_range").text(range);
    } else {
        j.key("company_headcount_latest").raw("null");
        j.key("company_headcount_range").text("");
    }
    let sector = employer.sector;
    let second = draw.pick(&SECTORS).industry;
    j.key("company_industries").texts([sector.industry, second].into_iter().take(1 + draw.below(2) as usize));
    j.key("company_professional_network_industry").text(sector.industry);
    j.key("company_type").text(company_type);
    j.key("company_status").text(if draw.percent(96) { "active" } else { "deleted" });
    match draw.below(20) {
        0 => j.key("company_headquarters_country").text(""),
        1 => j.key("company_headquarters_country").text(hq.country),
        _ => j.key("company_headquarters_country").text(hq.alpha3),
    }
    j.key("company_hq_location").text(&hq.full);
    if draw.percent(25) {
        j.key("company_hq_location_address_components").texts([hq.name, hq.state, hq.country]);
    }
    employer.leaves = text;
}

/// An industry, words for company names in it, and what its companies make.
#[derive(Clone, Copy)]
pub(super) struct Sector {
    pub(super) industry: &'static str,
    words: &'static [&'static str],
    pub(super) things: &'static [&'static str],
}

const fn sector(
    industry: &'static str,
    words: &'static [&'static str],
    things: &'static [&'static str],
) -> Sector {
    Sector { industry, words, things }
}

/// The first are the likeliest.
pub(super) const SECTORS: [Sector; 44] = [
    sector(
        "Software Development",
        &["Software", "Systems", "Labs", "Cloud"],
        &["billing software", "developer tools", "a data platform"],
    ),
    sector(
        "IT Services and IT Consulting",
        &["Technologies", "Digital", "IT Services"],
        &["system integration", "cloud migrations", "managed services"],
    ),
    sector(
        "Hospitals and Health Care",
        &["Health", "Care", "Clinics"],
        &["patient care", "clinic networks", "care pathways"],
    ),
    sector(
        "Financial Services",
        &["Capital", "Finance", "Wealth"],
        &["payment products", "savings plans", "risk models"],
    ),
    sector("Banking", &["Bank", "Trust"], &["retail banking", "loan portfolios", "treasury services"]),
    sector(
        "Retail",
        &["Stores", "Retail", "Outfitters"],
        &["store operations", "private labels", "loyalty schemes"],
    ),
    sector(
        "Higher Education",
        &["Institute", "Academy"],
        &["degree programmes", "student services", "campus research"],
    ),
    sector(
        "Telecommunications",
        &["Telecom", "Networks", "Mobile"],
        &["fibre networks", "roaming services", "mobile plans"],
    ),
    sector(
        "Advertising Services",
        &["Media", "Creative", "Agency"],
        &["brand campaigns", "media buying", "audience research"],
    ),
    sector(
        "Insurance",
        &["Insurance", "Mutual", "Assurance"],
        &["claims handling", "motor policies", "actuarial models"],
    ),
    sector("Construction", &["Construction", "Builders"], &["housing projects", "bridges", "site planning"]),
    sector(
        "Motor Vehicle Manufacturing",
        &["Motors", "Automotive"],
        &["electric drivetrains", "body assembly", "safety systems"],
    ),
    sector(
        "Government Administration",
        &["Authority", "Office"],
        &["permits", "public records", "city budgets"],
    ),
    sector(
        "Food and Beverage Manufacturing",
        &["Foods", "Beverages", "Mills"],
        &["frozen meals", "soft drinks", "bakery lines"],
    ),
    sector(
        "Hospitality",
        &["Hotels", "Resorts", "Inns"],
        &["hotel openings", "guest services", "event catering"],
    ),
    sector(
        "Business Consulting and Services",
        &["Consulting", "Advisory"],
        &["operating models", "market entry plans", "cost programmes"],
    ),
    sector(
        "Real Estate",
        &["Properties", "Realty"],
        &["office lettings", "property valuations", "housing funds"],
    ),
    sector(
        "Pharmaceutical Manufacturing",
        &["Pharma", "Therapeutics"],
        &["clinical trials", "vaccines", "drug safety"],
    ),
    sector("Accounting", &["Accounting", "Audit"], &["audits", "tax returns", "payroll services"]),
    sector(
        "Biotechnology Research",
        &["Biosciences", "Genomics", "Bio"],
        &["gene assays", "cell therapies", "lab automation"],
    ),
    sector(
        "Oil and Gas",
        &["Energy", "Petroleum"],
        &["offshore fields", "refinery upgrades", "drilling safety"],
    ),
    sector("Law Practice", &["Law", "Legal"], &["contract reviews", "litigation", "patent filings"]),
    sector(
        "Medical Equipment Manufacturing",
        &["Medical", "Devices"],
        &["imaging devices", "implants", "sterile packaging"],
    ),
    sector(
        "Non-profit Organizations",
        &["Foundation", "Alliance"],
        &["fundraising drives", "volunteer programmes", "field projects"],
    ),
    sector(
        "Transportation, Logistics, Supply Chain and Storage",
        &["Logistics", "Freight", "Cargo"],
        &["route planning", "customs clearance", "warehouse networks"],
    ),
    sector(
        "Airlines and Aviation",
        &["Air", "Aviation"],
        &["fleet maintenance", "crew rostering", "ticketing"],
    ),
    sector(
        "Research Services",
        &["Research", "Sciences"],
        &["field studies", "survey panels", "grant programmes"],
    ),
    sector(
        "Entertainment Providers",
        &["Studios", "Entertainment"],
        &["film productions", "live shows", "streaming rights"],
    ),
    sector("Computer Games", &["Games", "Interactive"], &["mobile games", "game engines", "level design"]),
    sector(
        "Semiconductor Manufacturing",
        &["Semiconductor", "Micro"],
        &["power chips", "wafer lines", "chip verification"],
    ),
    sector("Utilities", &["Power", "Water", "Grid"], &["grid upgrades", "smart meters", "water treatment"]),
    sector(
        "Renewable Energy Power Generation",
        &["Renewables", "Solar", "Wind"],
        &["wind farms", "solar parks", "battery storage"],
    ),
    sector(
        "Staffing and Recruiting",
        &["Staffing", "Talent"],
        &["talent pools", "interim placements", "executive search"],
    ),
    sector(
        "Civil Engineering",
        &["Engineering", "Infrastructure"],
        &["rail tunnels", "road design", "flood defences"],
    ),
    sector(
        "Defense and Space Manufacturing",
        &["Aerospace", "Defence"],
        &["satellites", "avionics", "radar systems"],
    ),
    sector(
        "Computer and Network Security",
        &["Security", "Cyber"],
        &["threat detection", "penetration tests", "identity products"],
    ),
    sector("Farming", &["Farms", "Agro"], &["irrigation", "seed trials", "dairy herds"]),
    sector(
        "Textile Manufacturing",
        &["Textiles", "Apparel"],
        &["knitwear", "dyeing lines", "fabric sourcing"],
    ),
    sector(
        "Book and Periodical Publishing",
        &["Press", "Publishing"],
        &["textbooks", "magazines", "digital editions"],
    ),
    sector(
        "E-Learning Providers",
        &["Learning", "Education"],
        &["online courses", "exam platforms", "tutor training"],
    ),
    sector(
        "Chemical Manufacturing",
        &["Chemicals", "Polymers"],
        &["coatings", "polymer plants", "process safety"],
    ),
    sector(
        "Museums, Historical Sites, and Zoos",
        &["Museum", "Heritage"],
        &["exhibitions", "archives", "visitor programmes"],
    ),
    sector(
        "Architecture and Planning",
        &["Architects", "Design"],
        &["school buildings", "urban plans", "restoration work"],
    ),
    sector(
        "Maritime Transportation",
        &["Shipping", "Marine"],
        &["container lines", "port calls", "ship management"],
    ),
];

const HEADS: [&str; 40] = [
    "Bel", "Cor", "Dra", "Fen", "Gal", "Hel", "Jov", "Kal", "Lum", "Mor", "Nev", "Or", "Pel", "Quen", "Rav",
    "Sol", "Tav", "Ul", "Vel", "Wex", "Xan", "Yar", "Zel", "Bri", "Cas", "Del", "Eld", "Fal", "Gri", "Hol",
    "Ir", "Kry", "Lor", "Myr", "Nor", "Os", "Pra", "Ros", "Sta", "Thal",
];

const MIDDLES: [&str; 25] = [
    "a", "ari", "ena", "eno", "i", "ila", "imo", "ina", "iro", "o", "ola", "omi", "ona", "ora", "u", "ula",
    "umi", "una", "uro", "ya", "avi", "edi", "ibo", "oda", "udo",
];

const TAILS: [&str; 20] = [
    "vix", "thorn", "dell", "mark", "nix", "quist", "ra", "sys", "tane", "ven", "wick", "zon", "lith", "bar",
    "cor", "dyne", "fold", "gate", "max", "vane",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn employers_have_names_ids_and_domains_of_their_own() {
        let places = Places::new();
        let all = Employers::new(1, &places).all;
        let distinct = |f: fn(&Employer) -> String| all.iter().map(f).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|e| e.name.clone()), EMPLOYERS);
        assert_eq!(distinct(|e| e.domain.clone()), EMPLOYERS);
        for e in &all {
            let leaves: serde_json::Value = serde_json::from_str(&format!("{{{}}}", e.leaves)).unwrap();
            assert_eq!(leaves["company_website_domain"], e.domain.as_str());
        }
    }

    #[test]
    fn headcounts_lie_in_their_range() {
        let places = Places::new();
        for e in &Employers::new(1, &places).all {
            let leaves: serde_json::Value = serde_json::from_str(&format!("{{{}}}", e.leaves)).unwrap();
            let Some(headcount) = leaves["company_headcount_latest"].as_i64() else { continue };
            let range = leaves["company_headcount_range"].as_str().unwrap();
            let &(_, low, high) = SIZES.iter().find(|(name, ..)| *name == range).unwrap();
            assert!((i64::from(low)..=i64::from(high)).contains(&headcount), "{range} {headcount}");
        }
    }
}
