//! Job titles: seniority x function x specialisation, with levels and functions from the vendor's closed sets.

use super::draw::Draw;

/// The closed set of seniority levels.
pub(super) const LEVELS: [&str; 10] = [
    "In Training",
    "Entry Level",
    "Senior",
    "Entry Level Manager",
    "Experienced Manager",
    "Strategic",
    "Director",
    "Vice President",
    "CXO",
    "Owner / Partner",
];

/// A function of the closed set with the words its titles are made of.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// What someone in it is called.
    pub(super) nouns: &'static [&'static str],
    pub(super) specialisations: &'static [&'static str],
    /// Title of its head in a company's top management.
    chief: &'static [&'static str],
}

/// How likely each level is after so many years of work.
fn level_weights(years: i32) -> [u32; 10] {
    match years {
        ..=1 => [35, 55, 4, 2, 0, 0, 0, 0, 1, 3],
        2..=4 => [4, 62, 20, 7, 3, 0, 0, 0, 1, 3],
        5..=8 => [0, 36, 34, 10, 10, 3, 3, 0, 1, 3],
        9..=14 => [0, 26, 28, 8, 16, 5, 9, 2, 2, 4],
        _ => [0, 24, 22, 5, 15, 6, 13, 5, 4, 6],
    }
}

/// Index in [`LEVELS`] for a role that starts after so many years of work.
pub(super) fn draw_level(years: i32, draw: &mut Draw) -> usize {
    draw.weighted(&level_weights(years))
}

/// Writes the title of a level in a function and specialisation.
pub(super) fn title(
    level: usize,
    function: &Function,
    specialisation: &str,
    draw: &mut Draw,
    out: &mut String,
) {
    let noun = draw.pick_front(function.nouns);
    let parts: [&str; 4] = match (level, draw.below(4)) {
        (0, 0 | 1) => [specialisation, " Intern", "", ""],
        (0, 2) => ["Trainee ", specialisation, " ", noun],
        (0, _) => [function.name, " Intern", "", ""],
        (1, 0) => ["Junior ", specialisation, " ", noun],
        (1, 1) => [noun, "", "", ""],
        (1, _) => [specialisation, " ", noun, ""],
        (2, 0) => ["Lead ", specialisation, " ", noun],
        (2, 1) => ["Senior ", noun, "", ""],
        (2, _) => ["Senior ", specialisation, " ", noun],
        (3, 0 | 1) => [specialisation, " Team Lead", "", ""],
        (3, _) => ["Assistant ", specialisation, " Manager", ""],
        (4, 0) => ["Senior Manager, ", specialisation, "", ""],
        (4, 1) => ["Head of ", specialisation, "", ""],
        (4, _) => [specialisation, " Manager", "", ""],
        (5, 0) => ["Principal ", specialisation, " ", noun],
        (5, 1) => ["Distinguished ", noun, "", ""],
        (5, _) => [specialisation, " Strategist", "", ""],
        (6, 0) => [specialisation, " Director", "", ""],
        (6, 1) => ["Senior Director, ", specialisation, "", ""],
        (6, _) => ["Director of ", specialisation, "", ""],
        (7, 0) => ["VP of ", specialisation, "", ""],
        (7, 1) => ["Vice President, ", specialisation, "", ""],
        (7, 2) => ["SVP ", function.name, "", ""],
        (7, _) => ["VP ", function.name, "", ""],
        (8, _) => [draw.pick(function.chief), "", "", ""],
        (_, 0) => ["Founder", "", "", ""],
        (_, 1) => ["Co-Founder & ", draw.pick(function.chief), "", ""],
        (_, 2) => ["Owner", "", "", ""],
        (_, _) => ["Partner, ", specialisation, "", ""],
    };
    out.extend(parts);
}

const fn function(
    name: &'static str,
    nouns: &'static [&'static str],
    specialisations: &'static [&'static str],
    chief: &'static [&'static str],
) -> Function {
    Function { name, nouns, specialisations, chief }
}

/// How likely each of [`FUNCTIONS`] is.
pub(super) const FUNCTION_WEIGHTS: [u32; 12] = [24, 16, 12, 8, 8, 8, 6, 5, 4, 3, 4, 2];

/// The closed set of functions; specialisations stand the likeliest first.
pub(super) const FUNCTIONS: [Function; 12] = [
    function(
        "Engineering",
        &["Engineer", "Developer", "Architect", "Programmer", "Technician"],
        &[
            "Software",
            "Data",
            "Backend",
            "Frontend",
            "DevOps",
            "Cloud",
            "Mechanical",
            "Electrical",
            "Quality Assurance",
            "Machine Learning",
            "Network",
            "Security",
            "Embedded",
            "Full Stack",
            "Site Reliability",
            "Systems",
            "Mobile",
            "Database",
            "Hardware",
            "Firmware",
            "Robotics",
            "Process",
            "Civil",
            "Structural",
            "Test Automation",
            "Platform",
            "Blockchain",
            "Computer Vision",
            "Acoustics",
            "Geotechnical",
        ],
        &["Chief Technology Officer", "CTO", "Chief Information Officer"],
    ),
    function(
        "Sales",
        &["Representative", "Executive", "Consultant", "Associate", "Specialist"],
        &[
            "Sales",
            "Account",
            "Business Development",
            "Inside Sales",
            "Enterprise Sales",
            "Regional Sales",
            "Retail",
            "Channel Sales",
            "Key Account",
            "Technical Sales",
            "Field Sales",
            "Partner",
            "Pre-Sales",
            "Export",
            "Medical Sales",
            "Commercial",
            "Real Estate",
            "Insurance Sales",
            "Store",
            "Territory",
        ],
        &["Chief Revenue Officer", "Chief Sales Officer", "CRO"],
    ),
    function(
        "Operations",
        &["Coordinator", "Specialist", "Associate", "Analyst", "Planner", "Supervisor"],
        &[
            "Operations",
            "Logistics",
            "Supply Chain",
            "Project",
            "Warehouse",
            "Procurement",
            "Production",
            "Facilities",
            "Office",
            "Program",
            "Transport",
            "Quality",
            "Fleet",
            "Inventory",
            "Manufacturing",
            "Safety",
            "Administrative",
            "Purchasing",
            "Plant",
            "Maintenance",
            "Continuous Improvement",
            "Vendor",
        ],
        &["Chief Operating Officer", "COO", "Chief Executive Officer", "CEO"],
    ),
    function(
        "Marketing",
        &["Specialist", "Coordinator", "Associate", "Analyst", "Executive"],
        &[
            "Marketing",
            "Digital Marketing",
            "Content",
            "Brand",
            "Social Media",
            "Product Marketing",
            "Growth",
            "SEO",
            "Communications",
            "Events",
            "Public Relations",
            "Email Marketing",
            "Performance Marketing",
            "Field Marketing",
            "Market Research",
            "Community",
            "Partner Marketing",
            "Media Planning",
            "Lifecycle",
            "Influencer",
        ],
        &["Chief Marketing Officer", "CMO", "Chief Brand Officer"],
    ),
    function(
        "Finance",
        &["Analyst", "Accountant", "Associate", "Controller", "Specialist"],
        &[
            "Finance",
            "Financial Planning",
            "Accounts Payable",
            "Tax",
            "Audit",
            "Payroll",
            "Treasury",
            "Credit",
            "Investment",
            "Risk",
            "Accounts Receivable",
            "Budget",
            "Corporate Finance",
            "Cost",
            "Portfolio",
            "Fund",
            "Equity Research",
            "Compliance",
            "Billing",
            "Actuarial",
        ],
        &["Chief Financial Officer", "CFO", "Chief Risk Officer"],
    ),
    function(
        "Customer Success and Support",
        &["Representative", "Specialist", "Agent", "Associate", "Engineer"],
        &[
            "Customer Service",
            "Customer Success",
            "Technical Support",
            "Customer Support",
            "Help Desk",
            "Client Services",
            "Onboarding",
            "Call Centre",
            "Service Desk",
            "Customer Experience",
            "Implementation",
            "Renewals",
            "Guest Services",
            "Field Service",
            "Escalations",
            "Service Delivery",
        ],
        &["Chief Customer Officer", "CCO"],
    ),
    function(
        "Research",
        &["Scientist", "Researcher", "Associate", "Fellow", "Analyst", "Assistant"],
        &[
            "Research",
            "Clinical Research",
            "Laboratory",
            "Postdoctoral",
            "Data Science",
            "Chemistry",
            "Biology",
            "Applied",
            "Medical",
            "Policy",
            "Materials",
            "Physics",
            "Genomics",
            "Social Science",
            "Behavioural",
            "Epidemiology",
            "Climate",
            "Quantitative",
            "Toxicology",
            "Neuroscience",
        ],
        &["Chief Scientific Officer", "Chief Science Officer", "Chief Medical Officer"],
    ),
    function(
        "Consulting",
        &["Consultant", "Advisor", "Analyst", "Associate"],
        &[
            "Management",
            "Strategy",
            "IT",
            "Business",
            "Technology",
            "SAP",
            "Change",
            "Risk Advisory",
            "Functional",
            "Process",
            "Sustainability",
            "Transformation",
            "Cybersecurity",
            "Data",
            "Implementation",
            "Environmental",
            "Organisational",
            "Pricing",
            "Healthcare",
            "Public Sector",
        ],
        &["Chief Strategy Officer", "Chief Transformation Officer"],
    ),
    function(
        "Human Resources",
        &["Specialist", "Generalist", "Coordinator", "Partner", "Recruiter"],
        &[
            "Human Resources",
            "Talent Acquisition",
            "HR Business",
            "People",
            "Technical Recruiting",
            "Learning and Development",
            "Compensation and Benefits",
            "Employee Relations",
            "HR Operations",
            "Training",
            "Diversity and Inclusion",
            "Workforce Planning",
            "Onboarding",
            "Executive Search",
            "Campus Recruiting",
            "Wellbeing",
        ],
        &["Chief People Officer", "Chief Human Resources Officer", "CHRO"],
    ),
    function(
        "Legal",
        &["Counsel", "Attorney", "Paralegal", "Associate", "Specialist"],
        &[
            "Legal",
            "Corporate",
            "Litigation",
            "Contracts",
            "Compliance",
            "Intellectual Property",
            "Employment Law",
            "Privacy",
            "Regulatory",
            "Commercial",
            "Patent",
            "Real Estate Law",
            "Immigration",
            "Tax Law",
            "Antitrust",
            "Maritime Law",
        ],
        &["Chief Legal Officer", "General Counsel", "Chief Compliance Officer"],
    ),
    function(
        "Arts and Design",
        &["Designer", "Artist", "Illustrator", "Editor", "Producer"],
        &[
            "Graphic",
            "UX",
            "Product",
            "UI",
            "Visual",
            "Interior",
            "Motion",
            "Web",
            "Fashion",
            "Industrial",
            "Video",
            "Game",
            "Creative",
            "Brand",
            "Sound",
            "Exhibition",
            "Landscape",
            "Packaging",
            "Type",
            "Lighting",
        ],
        &["Chief Creative Officer", "Chief Design Officer"],
    ),
    function(
        "Product Management",
        &["Manager", "Owner", "Analyst", "Associate"],
        &[
            "Product",
            "Technical Product",
            "Digital Product",
            "Growth Product",
            "Platform Product",
            "Data Product",
            "Mobile Product",
            "Payments Product",
            "AI Product",
            "Product Operations",
            "Hardware Product",
            "Pricing Product",
        ],
        &["Chief Product Officer", "CPO"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_titles_in_every_function() {
        let mut draw = Draw::new(1, 1, 1);
        for level in 0..LEVELS.len() {
            for f in &FUNCTIONS {
                let mut out = String::new();
                title(level, f, f.specialisations[0], &mut draw, &mut out);
                assert!(!out.is_empty() && out.trim() == out, "{out:?}");
            }
        }
    }

    #[test]
    fn nobody_starts_as_a_vice_president() {
        let mut draw = Draw::new(1, 1, 1);
        assert!((0..5000).all(|_| LEVELS[draw_level(0, &mut draw)] != "Vice President"));
    }
}
