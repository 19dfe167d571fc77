//! What a template consists of.

use crate::schema::{NodeKind, Scalar};

/// The way in which a rule is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Reading and writing.
    #[default]
    Both,
    /// From the source to the person.
    Read,
    /// From the person to the source.
    Write,
}

impl Direction {
    /// Whether records are read by it.
    pub fn reads(self) -> bool {
        self != Direction::Write
    }

    /// Whether records are written by it.
    pub fn writes(self) -> bool {
        self != Direction::Read
    }
}

/// The members of an object of the source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Members {
    /// The named ones, in the order in which they are written.
    pub fields: Vec<Field>,
    /// Elements of the person that the object itself is.
    pub here: Vec<Each>,
}

impl Members {
    /// The names of all members, those of `here` last, each once.
    pub fn names(&self) -> Vec<String> {
        let here = self.here.iter().flat_map(|each| &each.members.fields);
        let mut names: Vec<String> = Vec::new();
        for field in self.fields.iter().chain(here) {
            if !names.contains(&field.name) {
                names.push(field.name.clone());
            }
        }
        names
    }
}

/// A member of an object of the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it is.
    pub rule: Rule,
}

/// What a member of the source is in the person.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// A value: read to each of these, written from the first that has one.
    Value(Vec<Leaf>),
    /// An object around more members.
    Object(Nested),
    /// An object that is one element of an array, or of several: written from the first that has one.
    One(Vec<Each>),
    /// A list of elements.
    List(List),
}

/// An object around more members.
#[derive(Debug, Clone, PartialEq)]
pub struct Nested {
    /// The members.
    pub members: Members,
    /// In which direction it counts.
    pub only: Direction,
    /// Members without which null is written instead; `None`: an object is always written.
    pub need: Option<Vec<String>>,
}

/// A list whose items are elements of arrays of the person.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// An item is read into each of these whose conditions it meets; written are the elements of each, one after the other.
    pub from: Vec<Each>,
    /// Members by which two written items are the same: what the first lacks is taken from the second.
    pub key: Vec<String>,
    /// In which direction it counts.
    pub only: Direction,
}

/// An array, or an object, of the person whose elements are items of the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// Where it is, from the element around.
    pub path: Vec<String>,
    /// What it is.
    pub holder: Holder,
    /// Members of the element that are set when reading, and asked for when writing.
    pub with: Vec<(Vec<String>, Constant)>,
    /// Members of the source without which an element is not written.
    pub need: Vec<String>,
    /// A member whose text is several values, each of which gives an element.
    pub split: Option<String>,
    /// A member of the source, beside this one, which leaves nothing to read here where it has a value.
    pub unless: Option<String>,
    /// Whether an element that is there already is not read again.
    pub once: bool,
    /// Whether it is written only where the list is empty without it.
    pub spare: bool,
    /// The item itself, where it is no object.
    pub item: Option<Leaf>,
    /// The members of the item.
    pub members: Members,
    /// In which direction it counts.
    pub only: Direction,
}

/// What holds elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// An array of objects.
    Array,
    /// An object: one element.
    Object,
    /// A list of scalars.
    Scalars,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Leaf {
    /// Where it is, from the element around; `None` for a constant.
    pub to: Option<Place>,
    /// A second place, where two numbers are one text.
    pub second: Option<Place>,
    /// Places whose texts are joined when writing.
    pub join: Vec<Place>,
    /// What stands between those.
    pub by: String,
    /// The only texts that are written, in lower case; none: any.
    pub among: Vec<String>,
    /// Whether the member is left out where there is no value.
    pub omit: bool,
    /// What happens to it on the way.
    pub convert: Convert,
    /// The value that the source has here: asked for when reading.
    pub is: Option<Constant>,
    /// Whether an item without it is not read.
    pub must: bool,
    /// What is written where the person has no value.
    pub otherwise: Option<Constant>,
    /// A place without a value of which nothing is written.
    pub given: Option<Place>,
    /// Whether the source has a list of one around it.
    pub wrapped: bool,
    /// In which direction it counts.
    pub only: Direction,
}

/// A place in the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The names on the way, from the element around; none for the element itself.
    pub names: Vec<String>,
    /// What is there.
    pub kind: NodeKind,
}

impl Place {
    /// The type of a value, or of each item of a list; `None` for a branch.
    pub fn scalar(&self) -> Option<Scalar> {
        match self.kind {
            NodeKind::Leaf { scalar, .. } => Some(scalar),
            NodeKind::Object | NodeKind::Array => None,
        }
    }

    /// Whether several values are there.
    pub fn is_list(&self) -> bool {
        matches!(self.kind, NodeKind::Leaf { list: true, .. } | NodeKind::Array)
    }
}

/// A fixed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// Text.
    Text(String),
    /// A list without items.
    Empty,
}

/// What happens to a value between source and person.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Convert {
    /// Nothing when reading, but that a text is read as the number or truth value that the path takes; when writing, text takes the
    /// case of the format.
    #[default]
    Plain,
    /// As `Plain`, and its case is never changed.
    Code,
    /// A number in the person is a text in the source.
    Text,
    /// A whole branch, as it is.
    Branch,
    /// JSON in a text.
    Json,
    /// Several values in one text.
    Items,
    /// One value in the source, the first of several in the person.
    First,
    /// A date in any spelling; written as a day, month or year.
    Date,
    /// A phone number, E.164 where its country is known.
    Phone,
    /// An e-mail address.
    Email,
    /// The URL of a person's profile: written without scheme, `www.` and a slash at the end.
    Profile,
    /// Any page: written as profile URLs are.
    Page,
    /// A web site: written as its host.
    Website,
    /// Latitude and longitude as `37.77,-122.41`.
    Coordinates,
    /// An object of place names as one text: `san francisco, california, united states`.
    PlaceText(Vec<String>),
    /// A text that the source has with this in front of it.
    Prefix(String),
    /// Words of the source, and those of the person schema.
    Words(Vec<(String, String)>),
    /// Worked out of another value; one way only.
    Derived(Derived),
}

/// What can be worked out of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is told by its name in the table below")]
pub enum Derived {
    EmailSha256,
    EmailMd5,
    EmailDomain,
    EmailLocal,
    PhoneCountryCode,
    PhoneNationalNumber,
    PhoneAreaCode,
    ProfileNetwork,
    ProfileUsername,
    ProfileId,
    ProfileUrl,
    NameFirst,
    NameMiddle,
    NameLast,
    NameSuffix,
    NameClean,
    PlaceCity,
    PlaceRegion,
    PlaceCountry,
    PlaceContinent,
    PlaceCoordinates,
    Year,
    Initial,
    PageLinkedin,
    CompanyWebsite,
    CompanyPage,
    WebsiteHost,
    PlaceType,
}

impl Derived {
    /// Whether it is human text, whose case is that of the format.
    pub fn is_text(self) -> bool {
        use Derived::{
            NameClean, NameFirst, NameLast, NameMiddle, NameSuffix, PlaceCity, PlaceContinent, PlaceCountry,
            PlaceRegion,
        };
        let names = matches!(self, NameFirst | NameMiddle | NameLast | NameSuffix | NameClean);
        names || matches!(self, PlaceCity | PlaceRegion | PlaceCountry | PlaceContinent)
    }

    /// Each with its name in a template.
    pub const ALL: [(&str, Derived); 28] = [
        ("email.sha256", Derived::EmailSha256),
        ("email.md5", Derived::EmailMd5),
        ("email.domain", Derived::EmailDomain),
        ("email.local", Derived::EmailLocal),
        ("phone.country_code", Derived::PhoneCountryCode),
        ("phone.national_number", Derived::PhoneNationalNumber),
        ("phone.area_code", Derived::PhoneAreaCode),
        ("profile.network", Derived::ProfileNetwork),
        ("profile.username", Derived::ProfileUsername),
        ("profile.id", Derived::ProfileId),
        ("profile.url", Derived::ProfileUrl),
        ("name.first", Derived::NameFirst),
        ("name.middle", Derived::NameMiddle),
        ("name.last", Derived::NameLast),
        ("name.suffix", Derived::NameSuffix),
        ("name.clean", Derived::NameClean),
        ("place.city", Derived::PlaceCity),
        ("place.region", Derived::PlaceRegion),
        ("place.country", Derived::PlaceCountry),
        ("place.continent", Derived::PlaceContinent),
        ("place.coordinates", Derived::PlaceCoordinates),
        ("place.type", Derived::PlaceType),
        ("date.year", Derived::Year),
        ("text.initial", Derived::Initial),
        ("page.linkedin", Derived::PageLinkedin),
        ("website.host", Derived::WebsiteHost),
        ("company.website", Derived::CompanyWebsite),
        ("company.page", Derived::CompanyPage),
    ];
}

/// What is worked out of a person that was read, where it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Derivation {
    /// Texts, joined.
    Join {
        /// Where it goes.
        to: Vec<String>,
        /// The texts.
        of: Vec<Vec<String>>,
        /// What stands between them.
        by: String,
    },
    /// Of an object with `city`, `state` and `country`, the full names of state, country and continent.
    Place(Vec<String>),
}
