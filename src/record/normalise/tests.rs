use proptest::prelude::*;

use super::*;

/// `handle linkedin:jane`, `id linkedin:1`, `token X`, `page host/path`, or `-`.
fn show(text: &str) -> String {
    match profile_url(text) {
        Some(Profile::Handle { network, name }) => format!("handle {network}:{name}"),
        Some(Profile::Id { network, id }) => format!("id {network}:{id}"),
        Some(Profile::MemberToken(token)) => format!("token {token}"),
        Some(Profile::Page(page)) => format!("page {page}"),
        None => "-".to_owned(),
    }
}

#[rustfmt::skip]
const JANE: &[&str] = &[
    "https://www.linkedin.com/in/jane-doe",
    "https://www.linkedin.com/in/jane-doe/",
    "http://www.linkedin.com/in/jane-doe",
    "http://linkedin.com/in/jane-doe//",
    "www.linkedin.com/in/jane-doe",
    "linkedin.com/in/jane-doe",
    "LinkedIn.com/in/Jane-Doe",
    "HTTPS://WWW.LINKEDIN.COM/IN/JANE-DOE",
    "//www.linkedin.com/in/jane-doe",
    "https:/www.linkedin.com/in/jane-doe",
    "https://de.linkedin.com/in/jane-doe",
    "https://uk.linkedin.com/in/jane-doe/",
    "https://pt-br.linkedin.com/in/jane-doe",
    "http://www.de.linkedin.com/in/jane-doe",
    "https://m.linkedin.com/in/jane-doe",
    "https://mobile.linkedin.com/in/jane-doe",
    "https://touch.linkedin.com/in/jane-doe",
    "https://www.linkedin.com/mwlite/in/jane-doe",
    "https://www.linkedin.com/comm/in/jane-doe?midToken=AQ",
    "https://www.linkedin.com/in/jane-doe?trk=people&originalSubdomain=de",
    "https://www.linkedin.com/in/jane-doe/?originalSubdomain=uk",
    "https://www.linkedin.com/in/jane-doe#experience",
    "https://www.linkedin.com/in/jane-doe/#",
    "https://www.linkedin.com/in/jane-doe/en",
    "https://www.linkedin.com/in/jane-doe/de/",
    "https://www.linkedin.com/in/jane-doe/details/experience/",
    "https://www.linkedin.com/in/jane-doe/recent-activity/all/",
    "https://www.linkedin.com:443/in/jane-doe",
    "https://user:secret@www.linkedin.com/in/jane-doe",
    "https://www.linkedin.com./in/jane-doe",
    "https://www.linkedin.com//in//jane-doe",
    "https://www.linkedin.com/in/jane%2Ddoe",
    "https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-doe",
    "https%253A%252F%252Fwww.linkedin.com%252Fin%252Fjane-doe",
    "https://www.google.com/url?q=https%3A%2F%2Flinkedin.com%2Fin%2Fjane-doe",
    "https://www.google.com/url?sa=t&url=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-doe&usg=AO",
    "https://www.linkedin.com/authwall?trk=x&sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-doe%2F",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Flinkedin.com%2Fin%2Fjane-doe&h=AT",
    "https://web.archive.org/web/2015/http://www.linkedin.com/in/jane-doe",
    "http://https://linkedin.com/in/jane-doe",
    "https://https://www.linkedin.com/in/jane-doe",
    "http://www.http://linkedin.com/in/jane-doe",
    "  linkedin.com/in/jane-doe \t\n",
    "<https://www.linkedin.com/in/jane-doe>",
    "\"https://www.linkedin.com/in/jane-doe\"",
    "'linkedin.com/in/jane-doe',",
    "(https://www.linkedin.com/in/jane-doe).",
    "“linkedin.com/in/jane-doe”",
    "https://www.linkedin.com/in/jane-doe;",
    "\u{feff}https://www.linkedin.com/in/jane-doe\u{200b}",
    "https://www.linkedin.com/in/@jane-doe",
    "https://www.linkedin.cn/in/jane-doe",
];

#[rustfmt::skip]
const SPELLINGS: &[(&str, &str)] = &[
    // Slugs outside ASCII: composed, decomposed, encoded.
    ("https://www.linkedin.com/in/j%C3%BCrgen-m%C3%BCller", "handle linkedin:jürgen-müller"),
    ("https://www.linkedin.com/in/JÜRGEN-MÜLLER", "handle linkedin:jürgen-müller"),
    ("https://www.linkedin.com/in/ju\u{308}rgen-mu\u{308}ller", "handle linkedin:jürgen-müller"),
    ("https://www.linkedin.com/in/j%c3%bcrgen-m%25C3%25BCller", "handle linkedin:jürgen-müller"),
    ("https://jp.linkedin.com/in/%E7%94%B0%E4%B8%AD", "handle linkedin:田中"),
    ("https://www.linkedin.com/in/100%", "handle linkedin:100%"),
    ("https://www.linkedin.com/in/j%FCrgen", "handle linkedin:j%fcrgen"),
    // Old public URLs.
    ("http://www.linkedin.com/pub/jane-doe/40/a85/9b9", "page linkedin.com/pub/jane-doe/40/a85/9b9"),
    ("https://de.linkedin.com/pub/Jane-Doe/40/A85/9B9/en?trk=x", "page linkedin.com/pub/jane-doe/40/a85/9b9"),
    ("linkedin.com/pub/jane-doe", "page linkedin.com/pub/jane-doe"),
    ("https://www.linkedin.com/pub/dir/Jane/Doe", "page linkedin.com/pub/dir/jane/doe"),
    // Numbers and tokens.
    ("https://www.linkedin.com/profile/view?id=145991517&trk=x", "id linkedin:145991517"),
    ("https://www.linkedin.com/profile/view?id=AAkAAAg1x2EBk0rVh2xq", "token AAkAAAg1x2EBk0rVh2xq"),
    ("https://www.linkedin.com/sales/lead/ACwAAAJ1bWkBk0rVh2xq,NAME_SEARCH,abcd", "token ACwAAAJ1bWkBk0rVh2xq"),
    ("https://www.linkedin.com/sales/lead/ACwAAAJ1bWkBk0rVh2xq%2CNAME_SEARCH%2Cabcd?_ntb=x", "token ACwAAAJ1bWkBk0rVh2xq"),
    ("https://www.linkedin.com/sales/people/ACwAAAJ1bWkBk0rVh2xq,NAME_SEARCH", "token ACwAAAJ1bWkBk0rVh2xq"),
    ("https://www.linkedin.com/sales/profile/145991517,abCD,NAME_SEARCH", "id linkedin:145991517"),
    ("https://www.linkedin.com/recruiter/profile/ACwAAAJ1bWkBk0rVh2xq", "token ACwAAAJ1bWkBk0rVh2xq"),
    ("https://www.linkedin.com/recruiter/profile/145991517,abCD,CAP", "id linkedin:145991517"),
    ("https://www.linkedin.com/talent/profile/ACwAAAJ1bWkBk0rVh2xq?trk=x", "token ACwAAAJ1bWkBk0rVh2xq"),
    ("https://www.linkedin.com/talent/hire/123/manage/all/profile/ACwAAAJ1bWkBk0rVh2xq", "token ACwAAAJ1bWkBk0rVh2xq"),
    ("https://www.linkedin.com/in/ACoAAAJ1bWkBk0rVh2xq-8sT6uW4zYx1AbCdEfG", "token ACoAAAJ1bWkBk0rVh2xq-8sT6uW4zYx1AbCdEfG"),
    ("https://www.linkedin.com/company/example", "page linkedin.com/company/example"),
    ("https://www.linkedin.com/", "-"),
    ("https://www.linkedin.com/in/", "page linkedin.com/in"),
    // Other networks.
    ("https://twitter.com/JaneDoe", "handle twitter:janedoe"),
    ("https://x.com/janedoe?s=20", "handle twitter:janedoe"),
    ("https://mobile.twitter.com/janedoe/status/1234567", "handle twitter:janedoe"),
    ("http://twitter.com/#!/janedoe", "handle twitter:janedoe"),
    ("https://twitter.com/@janedoe", "handle twitter:janedoe"),
    ("https://twitter.com/intent/user?screen_name=janedoe", "handle twitter:janedoe"),
    ("https://twitter.com/search?q=janedoe", "page twitter.com/search"),
    ("https://github.com/janedoe/project/tree/main", "handle github:janedoe"),
    ("https://gist.github.com/janedoe", "handle github:janedoe"),
    ("https://github.com/orgs/example", "page github.com/orgs/example"),
    ("https://gitlab.com/janedoe", "handle gitlab:janedoe"),
    ("https://www.facebook.com/jane.doe", "handle facebook:jane.doe"),
    ("https://m.facebook.com/jane.doe?ref=x", "handle facebook:jane.doe"),
    ("https://de-de.facebook.com/jane.doe", "handle facebook:jane.doe"),
    ("https://www.facebook.com/profile.php?id=100001234567890", "id facebook:100001234567890"),
    ("https://www.facebook.com/people/Jane-Doe/100001234567890", "id facebook:100001234567890"),
    ("facebook.com/100001234567890", "id facebook:100001234567890"),
    ("https://medium.com/@janedoe/a-story-1a2b3c", "handle medium:janedoe"),
    ("https://janedoe.medium.com/a-story", "handle medium:janedoe"),
    ("https://www.youtube.com/@JaneDoe/videos", "handle youtube:janedoe"),
    ("https://www.youtube.com/channel/UCabc123", "handle youtube:ucabc123"),
    ("https://youtube.com/user/janedoe", "handle youtube:janedoe"),
    ("https://www.youtube.com/watch?v=abc", "page youtube.com/watch"),
    ("https://about.me/jane_doe", "handle aboutme:jane_doe"),
    ("https://angel.co/u/jane-doe-1", "handle angellist:jane-doe-1"),
    ("https://angel.co/jane-doe-1", "handle angellist:jane-doe-1"),
    ("https://wellfound.com/u/jane-doe-1", "handle angellist:jane-doe-1"),
    ("https://www.instagram.com/janedoe/?hl=en", "handle instagram:janedoe"),
    ("https://www.instagram.com/p/Cabc/", "page instagram.com/p/cabc"),
    ("https://www.tiktok.com/@janedoe", "handle tiktok:janedoe"),
    ("https://www.xing.com/profile/Jane_Doe/cv", "handle xing:jane_doe"),
    ("https://www.pinterest.de/janedoe/", "handle pinterest:janedoe"),
    ("https://old.reddit.com/user/janedoe", "handle reddit:janedoe"),
    ("https://stackoverflow.com/users/12345/jane-doe", "handle stackoverflow:12345"),
    ("https://news.ycombinator.com/user?id=janedoe", "handle hackernews:janedoe"),
    ("https://www.crunchbase.com/person/jane-doe", "handle crunchbase:jane-doe"),
    ("https://plus.google.com/+JaneDoe", "handle google:+janedoe"),
    ("https://janedoe.tumblr.com/", "handle tumblr:janedoe"),
    // Other pages.
    ("https://www.Example.com/People/Jane/?utm_source=x#top", "page example.com/people/jane"),
    ("https://example.com/staff.php?lang=en&id=7&utm_id=3", "page example.com/staff.php?id=7"),
    ("https://janedoe.example", "page janedoe.example"),
    ("http://m\u{fc}ller.example/jane", "page xn--mller-kva.example/jane"),
    // What is no profile URL.
    ("", "-"),
    ("jane", "-"),
    ("jane doe", "-"),
    ("jane@example.com", "-"),
    ("mailto:jane@example.com", "-"),
    ("ftp://example.com/jane", "-"),
    ("javascript:alert(1)", "-"),
    ("https://", "-"),
    ("https://127.0.0.1/jane", "-"),
    ("https://localhost/jane", "-"),
    ("https://exa mple.com/jane", "-"),
    ("https://example.com:port/jane", "-"),
    ("linkedin:jane", "-"),
];

#[test]
fn every_spelling_of_a_profile_is_one_handle() {
    assert!(JANE.len() + SPELLINGS.len() >= 60);
    for text in JANE {
        assert_eq!(show(text), "handle linkedin:jane-doe", "{text:?}");
    }
}

#[test]
fn urls_name_what_the_table_says() {
    for (text, expected) in SPELLINGS {
        assert_eq!(show(text), *expected, "{text:?}");
    }
}

#[test]
fn a_handle_is_the_same_as_its_url() {
    for (network, name, url) in [
        ("LinkedIn", "Jane-Doe", "https://www.linkedin.com/in/jane-doe"),
        ("linkedin", "in/jane-doe", "https://www.linkedin.com/in/jane-doe"),
        ("linkedin", "https://de.linkedin.com/in/jane-doe/", "https://www.linkedin.com/in/jane-doe"),
        ("linkedin", "j%C3%BCrgen", "https://www.linkedin.com/in/j%C3%BCrgen"),
        ("x", "@JaneDoe", "https://twitter.com/janedoe"),
        ("X.com", "janedoe", "https://twitter.com/janedoe"),
        ("medium", "@janedoe", "https://medium.com/@janedoe"),
        ("fb", "100001234567890", "https://www.facebook.com/profile.php?id=100001234567890"),
    ] {
        let handle = handle(network, name);
        assert!(handle.is_some(), "{network} {name}");
        assert_eq!(handle, profile_url(url), "{network} {name}");
    }
    for (network, name) in [
        ("", "jane"),
        ("linkedin", ""),
        ("linkedin", "jane doe"),
        ("twitter", "@"),
        ("twitter", "linkedin.com/in/jane"),
    ] {
        assert_eq!(handle(network, name), None, "{network} {name}");
    }
}

#[test]
fn old_public_urls_have_fallbacks() {
    assert_eq!(
        pub_fallbacks("linkedin.com/pub/jane-doe/40/a85/9b9"),
        ["jane-doe-9b9a8540", "jane-doe-9b9a854"]
    );
    assert_eq!(pub_fallbacks("linkedin.com/pub/jane-doe/1/23/45"), ["jane-doe-45231", "jane-doe-0450231"]);
    assert!(pub_fallbacks("linkedin.com/pub/jane-doe").is_empty());
    assert!(pub_fallbacks("example.com/pub/jane-doe/1/2/3").is_empty());
}

#[test]
fn emails_are_lower_case_and_nothing_else_changes() {
    for (text, expected) in [
        ("jane.doe@example.com", Some("jane.doe@example.com")),
        ("  Jane.Doe+News@Example.COM \n", Some("jane.doe+news@example.com")),
        ("mailto:jane@example.com?subject=Hi", Some("jane@example.com")),
        ("MAILTO:Jane@Example.com", Some("jane@example.com")),
        ("Jane Doe <jane@example.com>", Some("jane@example.com")),
        ("\"Doe, Jane\" <mailto:jane@example.com>,", Some("jane@example.com")),
        ("<jane@example.com>", Some("jane@example.com")),
        ("'jane@example.com'", Some("jane@example.com")),
        ("jane@example.com.", Some("jane@example.com")),
        ("jane@m\u{fc}ller.example", Some("jane@xn--mller-kva.example")),
        ("jane@XN--Mller-kva.example", Some("jane@xn--mller-kva.example")),
        ("jürgen@example.com", Some("jürgen@example.com")),
        ("ju\u{308}rgen@example.com", Some("jürgen@example.com")),
        ("o'neil_x-1%a@sub.example.co.uk", Some("o'neil_x-1%a@sub.example.co.uk")),
        ("jane", None),
        ("jane@", None),
        ("@example.com", None),
        ("jane@localhost", None),
        ("jane doe@example.com", None),
        ("jane@exa mple.com", None),
        ("a@b@example.com", None),
        ("jane@example..com", None),
        ("jane@127.0.0.1", None),
        ("", None),
    ] {
        assert_eq!(email(text).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn phones_become_e164_where_the_country_is_known() {
    for (text, expected) in [
        ("+14155688415", Some("+14155688415")),
        ("4155688415", Some("+14155688415")),
        ("1 541-672 0829", Some("+15416720829")),
        ("+1 (415)674-3928", Some("+14156743928")),
        ("(415) 568-8415", Some("+14155688415")),
        ("415.568.8415 x12", Some("+14155688415")),
        ("5032915720 ext. 5", Some("+15032915720")),
        ("+1 541-672 2910 #7", Some("+15416722910")),
        ("tel:+1-415-568-8415;ext=3", Some("+14155688415")),
        ("001 415 568 8415", Some("+14155688415")),
        ("+44 20 7946 0018", Some("+442079460018")),
        ("+44 (0)20 7946 0018", Some("+442079460018")),
        ("0044 20 7946 0018", Some("+442079460018")),
        ("+49 30 123456", Some("+4930123456")),
        ("+49 (0) 30 / 123456", Some("+4930123456")),
        ("+39 06 1234 5678", Some("+390612345678")),
        ("＋４４ ２０ ７９４６ ００１８", Some("+442079460018")),
        ("030 1234567", Some("0301234567")),
        ("1234567", Some("1234567")),
        ("+999 1234567", Some("9991234567")),
        ("123456", None),
        ("call me", None),
        ("", None),
        ("123456789012345678", None),
    ] {
        assert_eq!(phone(text).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn the_short_way_for_north_america_agrees_with_the_library() {
    for digits in ["14155688415", "12125550123", "18005550199", "12042345678", "19995550123", "12112345678"] {
        let library = phonenumber::parse(None, format!("+{digits}")).unwrap();
        let expected = library.format().mode(phonenumber::Mode::E164).to_string();
        assert_eq!(phone(&format!("+{digits}")), Some(expected));
    }
}

fn dressed_url() -> impl Strategy<Value = (String, String)> {
    let slug = "[a-z0-9äöüéñ][a-z0-9äöüéñ-]{1,12}[a-z0-9äöüéñ]";
    let scheme = prop::sample::select(vec!["", "http://", "https://", "HTTPS://", "//", "http://https://"]);
    let front = prop::sample::select(vec!["", "www.", "de.", "m.", "mobile.", "pt-br.", "WWW."]);
    let tail = prop::sample::select(vec!["", "/", "?trk=x", "#top", "/en", "/?a=b&c=d", "//", "/ ", "."]);
    let encode = prop::sample::select(vec![0, 1, 2]);
    (slug, scheme, front, tail, encode, any::<bool>()).prop_map(
        |(slug, scheme, front, tail, layers, upper)| {
            let mut written = if upper { slug.to_uppercase() } else { slug.clone() };
            for _ in 0..layers {
                written = percent_encoding::utf8_percent_encode(&written, percent_encoding::NON_ALPHANUMERIC)
                    .to_string();
            }
            (format!("{scheme}{front}linkedin.com/in/{written}{tail}"), slug)
        },
    )
}

/// The text under which a result would be given again.
fn again(profile: &Profile) -> Option<Profile> {
    match profile {
        Profile::Handle { network, name } => handle(network, name),
        Profile::Id { network, id } => own_id(network, id),
        Profile::MemberToken(token) => member_token(token),
        Profile::Page(page) => profile_url(page),
    }
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn any_dress_of_a_url_is_the_same_handle((url, slug) in dressed_url()) {
        prop_assert_eq!(show(&url), format!("handle linkedin:{}", fold(&slug)));
    }

    #[test]
    fn a_url_in_another_keeps_its_person((url, slug) in dressed_url()) {
        let inner = percent_encoding::utf8_percent_encode(&url, percent_encoding::NON_ALPHANUMERIC).to_string();
        let outer = format!("https://example.com/redirect?to={inner}");
        prop_assert_eq!(show(&outer), format!("handle linkedin:{}", fold(&slug)));
    }

    #[test]
    fn urls_are_normalised_once_for_all(
        host in prop::sample::select(vec![
            "linkedin.com/in/", "de.linkedin.com/pub/", "twitter.com/", "example.com/", "m.www.example.com/", "medium.com/@",
            "www.facebook.com/profile.php?id=", "linkedin.com/sales/lead/", "https://", "", "a.medium.com/", "fr.pinterest.fr/", "x.y.z/",
        ]),
        rest in prop_oneof!["[ -~]{0,30}", ".{0,20}", "[a-zA-Z0-9./?&=#@:%İßſ\u{345}-]{0,30}"],
    ) {
        if let Some(profile) = profile_url(&format!("{host}{rest}")) {
            prop_assert_eq!(again(&profile), Some(profile));
        }
    }

    #[test]
    fn handles_are_normalised_once_for_all(network in "[a-zA-Z.]{1,8}|linkedin|facebook|x", name in prop_oneof!["[ -~]{0,20}", ".{0,12}"]) {
        if let Some(profile) = handle(&network, &name) {
            prop_assert_eq!(again(&profile), Some(profile));
        }
    }

    #[test]
    fn emails_are_normalised_once_for_all(text in prop_oneof!["[ -~]{0,30}", ".{0,8}@.{0,8}\\.com", "(mailto:|<|\"){0,3}[A-Za-z.]{1,5}@[A-Za-zäÖ.-]{1,8}\\.[A-Za-z]{2,3}[>.\", ]{0,3}"]) {
        if let Some(address) = email(&text) {
            prop_assert_eq!(email(&address), Some(address));
        }
    }

    #[test]
    fn phones_are_normalised_once_for_all(text in prop_oneof!["[+0-9 ().x-]{0,24}", "\\+[1-9][0-9]{6,15}", "[0-9]{7,17}", ".{0,20}"]) {
        if let Some(number) = phone(&text) {
            prop_assert_eq!(phone(&number), Some(number));
        }
    }
}
