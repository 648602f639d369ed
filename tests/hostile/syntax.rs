//! Bodies that are no JSON, or JSON that nobody should send.

use super::{Case, Expected, refuse_all, with_body};
use crate::faults::{Asked, Record, samples};
use functions::http::BODY_BYTES_MAX;
use functions::http::strict::DEPTH_MAX;
use serde_json::Value;
use tests::support::TestApp;

/// Those that change something and read no body.
const SILENT: &[&str] = &["complete_upload", "release_result"];

/// Body, and the code of what is wrong with it.
const BODIES: &[(&[u8], &str)] = &[
    (b"", "notJson"),
    (b" ", "notJson"),
    (b"{", "notJson"),
    (b"nul", "notJson"),
    (b"{}{}", "notJson"),
    (b"{'a':1}", "notJson"),
    (b"{\"a\":01}", "notJson"),
    (b"{\"a\":NaN}", "notJson"),
    (b"{\"a\":1e999}", "notJson"),
    (b"{\"a\":1,}", "notJson"),
    (b"{\"a\":\"\\ud800\"}", "notJson"),
    (b"{\"a\":\"\n\"}", "notJson"),
    (b"\xef\xbb\xbf{}", "notJson"),
    (b"{\"a\":\"\xff\"}", "notUtf8"),
    (b"{\"a\":\"\xc0\x80\"}", "notUtf8"),
    (b"\xfe\xff\0{\0}", "notUtf8"),
    (b"null", "wrongType"),
    (b"true", "wrongType"),
    (b"7", "wrongType"),
    (b"\"text\"", "wrongType"),
    (b"[[]]", "wrongType"),
];

fn nested(levels: usize) -> String {
    format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1))
}

/// An object of `bytes` bytes.
fn long(bytes: usize) -> String {
    format!("{{{}}}", " ".repeat(bytes - 2))
}

fn unreadable(asked: &Asked) -> Vec<Case> {
    let case = |body: &[u8], code| {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
        let expected = Expected::status(&[400]).at("").code(code);
        Case {
            what: format!("sent as {shown:?}"),
            asked: with_body(asked, body.to_vec()),
            expected,
        }
    };
    let mut cases: Vec<Case> = BODIES.iter().map(|(body, code)| case(body, code)).collect();
    cases.push(case(nested(DEPTH_MAX).as_bytes(), "unknownMember"));
    for levels in [DEPTH_MAX + 1, 100_000] {
        cases.push(case(nested(levels).as_bytes(), "tooDeep"));
    }
    cases.push(case("[".repeat(100_000).as_bytes(), "tooDeep"));
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_json_is_refused() {
    refuse_all(|asked, _| unreadable(asked)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_kind_or_too_long_is_refused() {
    refuse_all(|asked, _| {
        let mut cases = Vec::new();
        for content_type in ["text/plain", "", "application/xml", "application/json-seq"] {
            let what = format!("as {content_type:?}");
            let expected = Expected::status(&[415]);
            cases.push(Case { what, asked: Asked { content_type, ..asked.clone() }, expected });
        }
        let what = "one byte too long".to_owned();
        let body = with_body(asked, long(BODY_BYTES_MAX + 1));
        cases.push(Case { what, asked: body, expected: Expected::status(&[413]) });
        let what = "as long as it may be, and wrong".to_owned();
        let text = long(BODY_BYTES_MAX - 6).replace('}', "\"a\":1}");
        assert_eq!(text.len(), BODY_BYTES_MAX - 1);
        let expected = Expected::status(&[400]).at("/a").code("unknownMember");
        cases.push(Case { what, asked: with_body(asked, text), expected });
        cases
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_here_twice_or_not_known_is_named() {
    refuse_all(|asked, schema| {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let plain = body.to_string();
        let mut cases = Vec::new();
        for place in schema.places(&body).iter().filter(|place| place.value.is_some()) {
            let pointer = &place.pointer;
            let twice = doubled(&body, pointer, "");
            if twice.len() > plain.len() {
                let what = format!("{pointer} doubled");
                let expected = Expected::status(&[400]).at(pointer).code("duplicateMember");
                cases.push(Case { what, asked: with_body(asked, twice), expected });
            }
        }
        for pointer in objects(&body, "") {
            for name in ["surprise", "", "__proto__", "a/b~c"] {
                let mut more = body.clone();
                more.pointer_mut(&pointer).unwrap()[name] = Value::Bool(true);
                let place = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                let expected = Expected::status(&[400]).at(&place).code("unknownMember");
                let what = format!("{place} added");
                cases.push(Case { what, asked: with_body(asked, more.to_string()), expected });
            }
        }
        cases
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_body_is_taken_none_is_swallowed() {
    for sample in samples().iter().filter(|s| SILENT.contains(&s.endpoint)) {
        let app = TestApp::new();
        let asked = (sample.prepare)(&app).await;
        let was = Record::of(&app.app.store).await;
        for (n, body) in ["{\"surprise\":true}", "[]", "null", "{}{}", "\0"].iter().enumerate() {
            let answer = with_body(&asked, *body).send(&app, &format!("bad-{n}")).await;
            let _ = answer.expect_problem(400, "bodyNotTaken", &[]);
        }
        let answer = with_body(&asked, long(BODY_BYTES_MAX + 1)).send(&app, "long").await;
        let _ = answer.expect_problem(400, "bodyNotTaken", &[]);
        assert_eq!(Record::of(&app.app.store).await, was, "{}", sample.endpoint);
        let _ = asked.send(&app, "good").await.expect(200);
    }
}

/// The pointers of all objects.
fn objects(value: &Value, path: &str) -> Vec<String> {
    let inner = |(name, value): (String, &Value)| objects(value, &format!("{path}/{name}"));
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), value));
            std::iter::once(path.to_owned()).chain(members.flat_map(inner)).collect()
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, item)| (n.to_string(), item))
            .flat_map(inner)
            .collect(),
        _ => Vec::new(),
    }
}

/// The JSON text in which the member at a pointer is here twice.
fn doubled(value: &Value, pointer: &str, path: &str) -> String {
    match value {
        Value::Object(members) => {
            let mut parts = Vec::new();
            for (name, value) in members {
                let place = format!("{path}/{name}");
                let part = format!("\"{name}\":{}", doubled(value, pointer, &place));
                parts.extend(std::iter::repeat_n(part, if place == pointer { 2 } else { 1 }));
            }
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(n, item)| doubled(item, pointer, &format!("{path}/{n}")));
            format!("[{}]", items.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
