//! Person requests with metadata.

use super::*;

#[test]
fn of_several_identifiers_the_first_that_resolves_counts() {
    let request = Request::People(People { fields: strings(&["crustdata_person_id"]) });
    for (input, person) in [
        (r#"{"personId":"81"}"#, Some(1)),
        (r#"{"personId":81}"#, Some(1)),
        (r#"{"personId":2}"#, Some(2)),
        (r#"{"personId":"nobody","pdlId":"pdl-ada_0000"}"#, Some(1)),
        (r#"{"personId":2,"pdlId":"pdl-ada_0000"}"#, Some(2)),
        (r#"{"pdlId":"nobody","professionalSocialMediaUrl":"instagram.com/cy.example"}"#, Some(81)),
        (r#"{"professionalSocialMediaUrl":"instagram.com/cy.example","pdlId":"pdl-ada_0000"}"#, Some(1)),
        (r#"{"pdlId":7,"professionalSocialMediaUrl":"uk.linkedin.com/in/ada-example"}"#, Some(1)),
        (
            r#"{"pdlId":null,"personId":" ","professionalSocialMediaUrl":"linkedin.com/in/ada\u002dexample"}"#,
            Some(1),
        ),
        (
            r#"{"professionalSocialMediaUrl":"https://www.linkedin.com/talent/profile/ACwAAAAdaExample00000000000000000"}"#,
            Some(1),
        ),
        (
            r#"{"professionalSocialMediaUrl":"https://www.linkedin.com/sales/people/ACwAAANobody00000000000000000000,x"}"#,
            None,
        ),
        (r#"{"pdlId":[],"professionalSocialMediaUrl":"linkedin.com/in/nobody"}"#, None),
    ] {
        let found = answers(&request, &[input]);
        assert_eq!(found[0].outcome, person.map_or(Outcome::NotFound, Outcome::Found), "{input}");
    }
}

#[test]
fn a_person_request_has_a_line_whatever_came_of_it() {
    let request = Request::People(People { fields: strings(&["crustdata_person_id"]) });
    let inputs = [
        r#"{"metadata":{"rowId":7},"pdlId":"pdl-ada_0000"}"#,
        r#"{"metadata":{"rowId":7},"pdlId":"nobody"}"#,
        r#"{"metadata":"m","personId":" ","pdlId":null}"#,
        r#"{"professionalSocialMediaUrl":"x y","pdlId":{"a":1},"metadata":[]}"#,
        r#"[]"#,
        r#"{"pdlId":"a","pdlId":"b"}"#,
        r#"{"metadata":{"rowId":7},"pdlId":"pdl-ada_0000"}"#,
    ];
    let found = answers(&request, &inputs);
    let invalid = |id: u64, metadata: &str, message: &str| {
        format!(
            r#"{{"id":"{id}","isSuccess":false,"isRetryable":false,"metadata":{metadata},"data":null,"error":{{"code":"invalid","message":"{message}"}}}}"#
        )
    };
    let ada = r#"{"id":"1","isSuccess":true,"isRetryable":true,"metadata":{"rowId":7},"data":{"crustdata_person_id":1}}"#;
    let expected = [
        ada.to_string(),
        r#"{"id":"2","isSuccess":false,"isRetryable":false,"metadata":{"rowId":7},"data":null,"error":{"code":"not_found","message":"no person matches this input"}}"#.to_string(),
        invalid(3, r#""m""#, "the request names nobody: it needs a personId, a pdlId or a professionalSocialMediaUrl"),
        invalid(4, "[]", "pdlId is neither text nor a number"),
        invalid(5, "null", "a request is an object with a personId, a pdlId or a professionalSocialMediaUrl"),
        invalid(6, "null", "the request cannot be read: duplicate field `pdlId` at line 1 column 20"),
        ada.replace(r#""id":"1""#, r#""id":"7""#),
    ];
    assert_eq!(lines(&found), expected);
}

#[test]
fn metadata_come_back_as_they_were_written() {
    let request = Request::People(People { fields: None });
    for metadata in [
        "null",
        "true",
        "1.0",
        "1e400",
        "-0.10",
        "123456789012345678901234567890",
        "0.1234567890123456789012345",
        r#""ü\u00fc\n""#,
        r#"{"a":1,"a":{"b":[1.50]}}"#,
    ] {
        let input = format!(r#"{{"pdlId":"pdl-ada_0000","metadata":{metadata}}}"#);
        let found = answers(&request, &[&input]);
        let line =
            format!(r#"{{"id":"1","isSuccess":true,"isRetryable":true,"metadata":{metadata},"data":{ADA}}}"#);
        assert_eq!(lines(&found), [line]);
    }
    let found = answers(&request, &["{\"metadata\": {\n\"a b\" : 1.0\r\n}, \"personId\": 2}"]);
    assert!(
        lines(&found)[0].contains(r#""metadata":{"a b":1.0},"data":{"crustdata_person_id":2"#),
        "{found:?}"
    );
}
