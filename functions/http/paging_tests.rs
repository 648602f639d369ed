use super::*;
use http::{HeaderMap, HeaderValue};

fn now(plus: i64) -> Timestamp {
    Timestamp::from_millis(1_795_339_920_000 + plus)
}

fn place<'r>(caller: &'r str, query: &'r [(String, String)]) -> Place<'r> {
    Place { caller, route: "api/v1/things", params: &[], query }
}

#[test]
fn a_token_opens_where_it_was_sealed() {
    let sealer = Sealer::new(&[1; 32]);
    let token = sealer.seal("after/17", &place("a", &[]), now(0));
    assert_eq!(sealer.open(&token, &place("a", &[]), now(0)).unwrap(), "after/17");
}

#[test]
fn a_token_is_valid_for_24_hours_and_not_a_millisecond_longer() {
    let sealer = Sealer::new(&[1; 32]);
    let token = sealer.seal("p", &place("a", &[]), now(0));
    assert!(sealer.open(&token, &place("a", &[]), now(CONTINUATION_MS)).is_ok());
    let late = sealer.open(&token, &place("a", &[]), now(CONTINUATION_MS + 1)).unwrap_err();
    assert_eq!(late.code(), "continuationExpired");
}

#[test]
fn a_token_is_worth_nothing_elsewhere() {
    let sealer = Sealer::new(&[1; 32]);
    let token = sealer.seal("p", &place("a", &[]), now(0));
    let filter = [("state".to_owned(), "open".to_owned())];
    let with_param = [("id", "1".to_owned())];
    let elsewhere = [
        place("b", &[]),
        place("a", &filter),
        Place { route: "api/v1/others", ..place("a", &[]) },
        Place { params: &with_param, ..place("a", &[]) },
    ];
    for place in &elsewhere {
        assert_eq!(sealer.open(&token, place, now(0)).unwrap_err().code(), "continuationInvalid");
    }
    let other_key = Sealer::new(&[2; 32]);
    assert!(other_key.open(&token, &place("a", &[]), now(0)).is_err());
}

#[test]
fn any_changed_character_and_any_nonsense_is_refused() {
    let sealer = Sealer::new(&[1; 32]);
    let token = sealer.seal("p", &place("a", &[]), now(0));
    for index in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(sealer.open(&changed, &place("a", &[]), now(0)).is_err(), "{index}");
    }
    for nonsense in ["", "A", "AAAA", "==", "\u{e9}", &"A".repeat(CONTINUATION_MAX + 1)] {
        assert!(sealer.open(nonsense, &place("a", &[]), now(0)).is_err());
    }
}

#[test]
fn a_page_holds_1_to_200_and_50_unless_said() {
    assert_eq!(size(None).unwrap(), 50);
    assert_eq!(size(Some("1")).unwrap(), 1);
    assert_eq!(size(Some("200")).unwrap(), 200);
    for text in ["0", "201", "-1", "", "x", "99999999999"] {
        assert_eq!(size(Some(text)).unwrap_err().code(), "badPageSize", "{text}");
    }
}

#[test]
fn forwarded_names_count_only_from_the_host_and_only_when_plain() {
    let headers = |pairs: &[(&'static str, &'static str)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    };
    let forwarded = headers(&[
        ("host", "127.0.0.1:41733"),
        ("x-forwarded-host", "func.example"),
        ("x-forwarded-proto", "https"),
    ]);
    assert_eq!(base(&forwarded, true).as_deref(), Some("https://func.example"));
    assert_eq!(base(&forwarded, false).as_deref(), Some("http://127.0.0.1:41733"));
    for unsafe_host in ["a/b", "a b", "a@b", "a\"b", ""] {
        let headers = headers(&[("host", unsafe_host)]);
        assert_eq!(base(&headers, false), None, "{unsafe_host}");
    }
    assert_eq!(base(&headers(&[("host", "a"), ("host", "b")]), false), None);
    assert_eq!(base(&headers(&[("x-forwarded-host", "a")]), true), None);
}

#[test]
fn the_path_of_a_link_is_encoded_again() {
    let params = [("id", "a/b é".to_owned()), ("rest", "x/%2e".to_owned())];
    assert_eq!(path("api/{id}/{*rest}", &params), "api/a%2Fb%20%C3%A9/x/%2e");
}
