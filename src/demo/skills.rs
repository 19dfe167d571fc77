//! About 1,500 skills: a shared stock, and for each function a list of plain ones and of heads times tails.

use super::draw::{Draw, Skew};

/// All skills: those of each function, then the shared ones, and how likely each is.
pub(super) struct Skills {
    by_function: Vec<Vec<String>>,
    skew: Vec<Skew>,
    shared: Skew,
}

impl Skills {
    pub(super) fn new() -> Skills {
        let by_function: Vec<Vec<String>> = STOCK.iter().map(stock).collect();
        Skills {
            skew: by_function.iter().map(|s| Skew::zipf(s.len(), 3)).collect(),
            by_function,
            shared: Skew::zipf(SHARED.len(), 2),
        }
    }

    /// A skill of someone in function number `function`.
    pub(super) fn draw(&self, function: usize, draw: &mut Draw) -> &str {
        match draw.below(100) {
            0..62 => &self.by_function[function][self.skew[function].draw(draw)],
            62..92 => SHARED[self.shared.draw(draw)],
            _ => {
                let other = draw.below(self.by_function.len() as u32) as usize;
                &self.by_function[other][self.skew[other].draw(draw)]
            }
        }
    }
}

fn stock((plain, heads, tails): &(&str, &str, &str)) -> Vec<String> {
    let mut all: Vec<String> = plain.split(", ").map(str::to_owned).collect();
    let tails: Vec<&str> = tails.split(", ").collect();
    // One tail after the other, so that no head holds all the likely places.
    for tail in tails {
        all.extend(heads.split(", ").map(|head| format!("{head} {tail}")));
    }
    all
}

const SHARED: [&str; 60] = [
    "Microsoft Office",
    "Management",
    "Leadership",
    "Project Management",
    "Customer Service",
    "Microsoft Excel",
    "Communication",
    "Teamwork",
    "Public Speaking",
    "Research",
    "Strategic Planning",
    "Microsoft Word",
    "Training",
    "Microsoft PowerPoint",
    "Negotiation",
    "Time Management",
    "Team Building",
    "Problem Solving",
    "Social Media",
    "Sales",
    "Team Leadership",
    "Analytical Skills",
    "Event Planning",
    "Budgeting",
    "Writing",
    "Presentation Skills",
    "Coaching",
    "Change Management",
    "English",
    "Data Analysis",
    "Teaching",
    "Critical Thinking",
    "Organisation Skills",
    "Interpersonal Skills",
    "Mentoring",
    "Spanish",
    "Fundraising",
    "Editing",
    "Process Improvement",
    "Cross-functional Team Leadership",
    "Decision Making",
    "French",
    "Planning",
    "Reporting",
    "Stakeholder Management",
    "German",
    "Facilitation",
    "Volunteer Management",
    "Photography",
    "Conflict Resolution",
    "Translation",
    "Crisis Management",
    "Blogging",
    "First Aid",
    "Photoshop",
    "Portuguese",
    "Emotional Intelligence",
    "Storytelling",
    "Remote Work",
    "Mandarin",
];

/// For each function: plain skills, heads, tails; lists are divided by a comma and a space.
const STOCK: [(&str, &str, &str); 12] = [
    (
        "Python, Java, SQL, JavaScript, Linux, C++, Git, Docker, Kubernetes, AWS, React, C#, HTML, Node.js, TypeScript, Go, Rust, \
         PostgreSQL, MATLAB, AutoCAD, Terraform, Apache Kafka, Jenkins, Scala, Kotlin",
        "Software, Cloud, Data, Network, Embedded, Distributed, Web, Mobile, Database, Security, Systems, Hardware",
        "Architecture, Engineering, Design, Testing, Monitoring, Automation, Integration, Migration",
    ),
    (
        "Salesforce, Account Management, Cold Calling, Lead Generation, CRM, Negotiating, Forecasting, Prospecting, Upselling, \
         Retail, Merchandising, Quota Achievement, Tendering, Closing, Territory Planning",
        "Sales, Channel, Key Account, Business, Customer, Contract, Export, Solution, Enterprise, Partner, Product, Field",
        "Development, Strategy, Operations, Enablement, Analytics, Presentations, Pipeline, Negotiation, Training",
    ),
    (
        "Lean, Six Sigma, SAP, Scheduling, Procurement, Logistics, Inventory Control, Kaizen, ERP, 5S, Warehousing, PRINCE2, \
         Import/Export, Root Cause Analysis, ISO 9001",
        "Supply Chain, Warehouse, Operations, Production, Fleet, Quality, Vendor, Facilities, Inventory, Transport, Safety, Project",
        "Management, Planning, Optimisation, Control, Audits, Coordination, Forecasting, Costing, Compliance",
    ),
    (
        "SEO, Google Analytics, Copywriting, Content Strategy, Adobe Creative Suite, HubSpot, Email Marketing, Branding, \
         WordPress, A/B Testing, PPC, Canva, Media Relations, Press Releases, Newsletters",
        "Brand, Content, Digital, Social Media, Product, Event, Media, Campaign, Audience, Growth, Community, Influencer",
        "Marketing, Strategy, Planning, Analytics, Management, Research, Positioning, Production, Partnerships",
    ),
    (
        "Accounting, Financial Analysis, QuickBooks, GAAP, IFRS, Bookkeeping, Payroll, Auditing, VAT, Bloomberg Terminal, VBA, \
         Reconciliation, Due Diligence, Valuation, Derivatives",
        "Financial, Tax, Credit, Investment, Portfolio, Treasury, Cost, Budget, Risk, Cash Flow, Corporate, Fund",
        "Modelling, Reporting, Management, Analysis, Forecasting, Compliance, Accounting, Controls, Strategy",
    ),
    (
        "Zendesk, Technical Support, Call Centres, Troubleshooting, Active Directory, ServiceNow, ITIL, Customer Retention, \
         Complaint Handling, Windows Server, Live Chat, Freshdesk, Escalation Handling, Empathy, Typing",
        "Customer, Client, Service, Technical, Help Desk, Renewal, Onboarding, Account, User, Field, Ticket, Support",
        "Relations, Satisfaction, Retention, Operations, Documentation, Training, Reporting, Escalation, Experience",
    ),
    (
        "R, Statistics, PCR, Cell Culture, SPSS, LaTeX, Grant Writing, Clinical Trials, Chromatography, Microscopy, GIS, Stata, \
         Peer Review, Flow Cytometry, Mass Spectrometry",
        "Clinical, Molecular, Statistical, Experimental, Survey, Laboratory, Behavioural, Genomic, Qualitative, Field, Climate, \
         Protein",
        "Research, Biology, Analysis, Methods, Design, Data Collection, Modelling, Protocols, Imaging",
    ),
    (
        "Business Analysis, Management Consulting, Business Process, SAP S/4HANA, Due Diligence Reviews, Visio, Benchmarking, \
         Workshop Facilitation, Requirements Gathering, Power BI, Tableau, Agile Coaching, Scrum, Target Operating Models, TOGAF",
        "Business, Process, Digital, Change, Strategy, Organisational, IT, Risk, Performance, Market, Pricing, Sustainability",
        "Transformation, Advisory, Assessment, Mapping, Improvement, Governance, Roadmaps, Reviews, Design",
    ),
    (
        "Recruiting, Employee Relations, Onboarding, Workday, HRIS, Talent Acquisition, Sourcing, Labour Law, Payroll Processing, \
         Performance Appraisal, Interviewing, Employer Branding, Job Descriptions, Succession Planning, Greenhouse",
        "Talent, Employee, Workforce, HR, Compensation, Leadership, Benefits, Recruitment, Diversity, Training, People, Campus",
        "Management, Development, Planning, Engagement, Analytics, Policies, Strategy, Programmes, Operations",
    ),
    (
        "Legal Research, Legal Writing, Litigation, Contract Law, Mediation, Corporate Law, GDPR, Arbitration, Westlaw, Drafting, \
         Civil Procedure, Trademark Filings, Notarisation, Case Law, Trial Preparation",
        "Contract, Corporate, Regulatory, Patent, Privacy, Employment, Tax, Antitrust, Immigration, Property, Commercial, Maritime",
        "Law, Compliance, Negotiations, Disputes, Advice, Filings, Reviews, Litigation, Drafting",
    ),
    (
        "Adobe Illustrator, Figma, InDesign, Sketch, Typography, After Effects, Illustration, Video Editing, Blender, Photography \
         Retouching, Storyboarding, Drawing, Premiere Pro, Colour Theory, 3D Modelling",
        "Graphic, Visual, Interaction, Motion, Interior, Fashion, Print, Web, Game, Sound, Packaging, Exhibition",
        "Design, Art Direction, Prototyping, Production, Concepts, Research, Animation, Branding, Layout",
    ),
    (
        "Product Management, Roadmapping, User Stories, Jira, Scrum Master, Wireframing, Product Discovery, OKRs, Amplitude, \
         Prioritisation, Go-to-market, Backlog Grooming, MVP Scoping, Confluence, Mixpanel",
        "Product, User, Platform, Feature, Customer, Release, Mobile, Payments, Growth, API, Pricing, Usability",
        "Strategy, Requirements, Research, Planning, Metrics, Experiments, Launches, Vision, Testing",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_about_1500_skills() {
        let skills = Skills::new();
        let all: BTreeSet<&str> =
            skills.by_function.iter().flatten().map(String::as_str).chain(SHARED).collect();
        assert!((1350..1650).contains(&all.len()), "{}", all.len());
        assert!(all.iter().all(|s| s.trim() == *s && !s.contains("  ")));
    }
}
