use super::*;
use crate::hash::sha256;

fn sample() -> Header {
    Header {
        log: "forensics.example.org/log".to_owned(),
        case: "00112233445566778899aabbccddeeff".parse().unwrap(),
        seq: 1,
        prev: sha256(b"previous"),
        kind: "exhibit.seized".parse().unwrap(),
        time: "2026-02-28T23:59:59.999Z".to_owned(),
        cmd: "018f3e2a-0000-7000-8000-000000000001".parse().unwrap(),
        fields: vec![],
    }
}

#[test]
fn a_header_reads_back_as_it_was_written() {
    let header = sample();
    assert_eq!(Header::parse(&header.to_bytes()), Ok(header.clone()));
    assert_eq!(header.leaf(), leaf_hash(&header.to_bytes()));
}

#[test]
fn the_members_are_exactly_nine() {
    let text = String::from_utf8(sample().to_bytes()).unwrap();
    let more = text.replace("\"v\":", "\"u\":1,\"v\":");
    assert_eq!(Header::parse(more.as_bytes()), Err(HeaderError::Members));
    let fewer = text.replace(",\"v\":\"continuity/1\"", "");
    assert_eq!(Header::parse(fewer.as_bytes()), Err(HeaderError::Members));
    assert_eq!(Header::parse(b"[]"), Err(HeaderError::Members));
    let later = text.replace("continuity/1", "continuity/2");
    assert_eq!(Header::parse(later.as_bytes()), Err(HeaderError::Version));
}

#[test]
fn another_spelling_of_a_header_is_refused() {
    let text = String::from_utf8(sample().to_bytes()).unwrap();
    for spelling in [format!("{text}\n"), format!(" {text}"), text.replace(',', ", ")] {
        let refused = Header::parse(spelling.as_bytes());
        assert_eq!(refused, Err(HeaderError::Canonical(CanonicalError::NotCanonical)));
    }
    let twice = text.replace("\"seq\":1", "\"seq\":1,\"seq\":1");
    assert!(matches!(Header::parse(twice.as_bytes()), Err(HeaderError::Canonical(_))));
}

#[test]
fn each_member_keeps_its_form() {
    let text = String::from_utf8(sample().to_bytes()).unwrap();
    let zeros = "0".repeat(64);
    for (from, to, member) in [
        ("exhibit.seized", "Exhibit.seized", "type"),
        ("exhibit.seized", "exhibit", "type"),
        ("exhibit.seized", "exhibit.", "type"),
        ("00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeef", "case"),
        ("00112233445566778899aabbccddeeff", "00112233445566778899AABBCCDDEEFF", "case"),
        ("aabbccddeeff", "aabbccddeeff/reads", "case"),
        ("018f3e2a-", "018f3e2a0", "cmd"),
        ("2026-02-28T", "2026-02-29T", "time"),
        ("forensics.example.org/log", "forensics example", "log"),
        ("\"seq\":1", "\"seq\":-1", "seq"),
        ("\"seq\":1", "\"seq\":\"1\"", "seq"),
        ("\"fields\":[]", "\"fields\":[1]", "fields"),
        ("\"fields\":[]", "\"fields\":{}", "fields"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from} is not in the sample");
        assert_eq!(Header::parse(changed.as_bytes()), Err(HeaderError::Form(member)), "{to}");
    }
    let unsorted = text.replace("[]", &format!("[\"{zeros}\",\"{zeros}\"]"));
    assert_eq!(Header::parse(unsorted.as_bytes()), Err(HeaderError::Form("fields")));
}

#[test]
fn only_the_first_event_of_a_custody_chain_has_no_previous() {
    let first = Header { seq: 0, ..sample() };
    assert_eq!(first.check(), Err(HeaderError::FirstPrev));
    let later = Header { prev: Hash::ZERO, ..sample() };
    assert_eq!(later.check(), Err(HeaderError::FirstPrev));
    let access = Header { case: sample().case.access(), prev: Hash::ZERO, ..sample() };
    assert_eq!(access.check(), Ok(()));
    assert!(access.case.is_access());
    assert_eq!(access.case.access(), access.case);
}

#[test]
fn limits_hold_on_both_sides() {
    let digests = |count: usize| {
        let mut all: Vec<_> = (0..count).map(|n| sha256(&n.to_be_bytes())).collect();
        all.sort();
        all
    };
    let full = Header { fields: digests(MAX_FIELDS), ..sample() };
    assert_eq!(Header::parse(&full.to_bytes()), Ok(full));
    let over = Header { fields: digests(MAX_FIELDS + 1), ..sample() };
    assert_eq!(Header::parse(&over.to_bytes()), Err(HeaderError::Form("fields")));
    assert_eq!(Header::parse(&vec![b' '; MAX_HEADER_BYTES + 1]), Err(HeaderError::TooLong));
    assert!(Header::parse(&vec![b' '; MAX_HEADER_BYTES]) != Err(HeaderError::TooLong));
    let long = |chars: usize| format!("a.{}", "b".repeat(chars - 2)).parse::<EventType>();
    assert!(long(MAX_TYPE_CHARS).is_ok());
    assert!(long(MAX_TYPE_CHARS + 1).is_err());
    assert!(is_origin(&"a".repeat(MAX_ORIGIN_CHARS)));
    assert!(!is_origin(&"a".repeat(MAX_ORIGIN_CHARS + 1)));
    let last = Header { seq: canonical::MAX_INTEGER.unsigned_abs(), ..sample() };
    assert_eq!(last.check(), Ok(()));
    assert_eq!(Header { seq: last.seq + 1, ..last }.check(), Err(HeaderError::Form("seq")));
}

#[test]
fn times_are_real_utc_times_in_milliseconds() {
    for good in ["2024-02-29T00:00:00.000Z", "2000-02-29T23:59:59.999Z", "2026-12-31T12:00:00.500Z"]
    {
        assert!(is_time(good), "{good}");
    }
    for bad in [
        "2100-02-29T00:00:00.000Z",
        "2026-04-31T00:00:00.000Z",
        "2026-00-01T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z",
        "2026-01-00T00:00:00.000Z",
        "2026-01-01T24:00:00.000Z",
        "2026-01-01T00:60:00.000Z",
        "2026-01-01T00:00:60.000Z",
        "2026-01-01T00:00:00.00Z",
        "2026-01-01T00:00:00.000+00:00",
        "2026-01-01 00:00:00.000Z",
        "2026-01-01T00:00:00.000z",
        "２026-01-01T00:00:00.00Z",
    ] {
        assert!(!is_time(bad), "{bad}");
    }
}

#[test]
fn origins_are_names_and_nothing_else() {
    for good in ["a", "log.example.org", "log.example.org/force-1_x"] {
        assert!(is_origin(good), "{good}");
    }
    for bad in ["", "/a", "a/", "-a", "a b", "a+b", "a\nb", "é", "a\"b"] {
        assert!(!is_origin(bad), "{bad:?}");
    }
}

#[test]
fn names_in_json_are_checked_texts() {
    let case: ChainId = serde_json::from_str("\"00112233445566778899aabbccddeeff\"").unwrap();
    assert_eq!(serde_json::to_string(&case).unwrap(), format!("\"{case}\""));
    assert!(serde_json::from_str::<ChainId>("\"../../x\"").is_err());
    assert!(serde_json::from_str::<EventType>("\"Seized\"").is_err());
    assert!(serde_json::from_str::<CommandId>("\"1\"").is_err());
    assert_eq!(serde_json::to_string(&sample().kind).unwrap(), "\"exhibit.seized\"");
    assert_eq!(serde_json::to_string(&sample().cmd).unwrap().len(), 38);
}
