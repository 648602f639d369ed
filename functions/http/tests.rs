//! Requests through the whole edge.

use super::testing::{TestApp, app, app_with, bearer, problem, routes, send};
use super::*;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Thing {
    title: String,
}

fn endpoint(
    name: &'static str,
    method: Method,
    route: &'static str,
    mutates: Mutates,
    handle: Handler<TestApp>,
) -> Endpoint<TestApp> {
    const QUERY: &[Parameter] =
        &[PAGE_PARAMETERS[0], PAGE_PARAMETERS[1], Parameter { name: "state", meaning: "" }];
    let query = if name == "list_things" { QUERY } else { &[] };
    let access = if route.contains("open") { Access::Public } else { Access::SignedIn };
    let body_limit = 2048;
    Endpoint { name, method, route, access, mutates, query, body_limit, handle, describe: |_| {} }
}

fn table() -> Arc<Routes<TestApp>> {
    routes(
        vec![
            endpoint("list_things", Method::GET, "api/v1/things", Mutates::No, |request, _| {
                Box::pin(async move {
                    let page = request.page()?;
                    let next = request.next_link("17");
                    Reply::ok(&json!({ "after": page.after, "nextLink": next, "size": page.size }))
                })
            }),
            endpoint("make_thing", Method::POST, "api/v1/things", Mutates::Create, |_, body| {
                Box::pin(async move {
                    let thing: Thing = body.json().await?;
                    let reply = Reply::created("/api/v1/things/1", &json!({ "t": thing.title }))?;
                    Ok(reply.with_etag(1))
                })
            }),
            endpoint("get_thing", Method::GET, "api/v1/things/{id}", Mutates::No, |request, _| {
                Box::pin(async move {
                    let id: String = request.param("id")?;
                    Ok(Reply::ok(&json!({ "id": id, "who": request.caller()?.name }))?.with_etag(3))
                })
            }),
            endpoint(
                "change_thing",
                Method::PATCH,
                "api/v1/things/{id}",
                Mutates::Change,
                |r, _| {
                    Box::pin(async move {
                        if r.if_match()? == 3 {
                            Ok(Reply::empty(StatusCode::OK))
                        } else {
                            Err(Problem::stale(3))
                        }
                    })
                },
            ),
            endpoint("panic_open", Method::GET, "api/v1/open/panic", Mutates::No, |_, _| {
                Box::pin(async move { panic!("canary") })
            }),
            endpoint("slow_open", Method::GET, "api/v1/open/slow", Mutates::No, |_, _| {
                Box::pin(std::future::pending())
            }),
            endpoint("page_open", Method::GET, "api/v1/open/page", Mutates::No, |_, _| {
                Box::pin(async move { Ok(Reply::html(StatusCode::OK, "<p>hello")) })
            }),
        ],
        vec![],
    )
}

async fn get(target: &str) -> http::Response<Bytes> {
    let app = app(&[]);
    let token = bearer(&app, "smp-officer-1");
    send(&app, &table(), "GET", target, &[("authorization", &token)], "").await
}

async fn post(headers: &[(&str, &str)], body: &str) -> http::Response<Bytes> {
    let app = app(&[]);
    let token = bearer(&app, "smp-officer-1");
    let mut all = vec![("authorization", token.as_str())];
    all.extend_from_slice(headers);
    send(&app, &table(), "POST", "/api/v1/things", &all, body).await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const KEY: (&str, &str) = ("idempotency-key", "k1");

#[tokio::test]
async fn the_ping_is_answered_at_once_without_a_token() {
    let response = send(&app(&[]), &table(), "GET", "/", &[], "").await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn every_answer_carries_the_standard_headers() {
    for target in ["/api/v1/things/1", "/nowhere", "/"] {
        let response = get(target).await;
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{target}");
        assert_eq!(headers["cache-control"], "private, no-cache", "{target}");
        assert!(uuid::Uuid::try_parse(headers["x-request-id"].to_str().unwrap()).is_ok());
    }
    let page = get("/api/v1/open/page").await;
    assert_eq!(page.headers()["cache-control"], "no-store");
    assert!(
        page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'")
    );
}

#[tokio::test]
async fn a_request_id_from_outside_is_not_taken() {
    let app = app(&[]);
    let headers = [("x-request-id", "0b9a6a60-1f0e-4c8c-93a1-5a2c2d0d1f14")];
    let response = send(&app, &table(), "GET", "/nowhere", &headers, "").await;
    assert_ne!(response.headers()["x-request-id"], headers[0].1);
    let instance = problem(&response)["instance"].as_str().unwrap().to_owned();
    assert_eq!(
        instance,
        format!("urn:uuid:{}", response.headers()["x-request-id"].to_str().unwrap())
    );
}

#[tokio::test]
async fn a_parameter_is_decoded_once_and_an_encoded_slash_is_data() {
    for (target, id) in [("a%2Fb", "a/b"), ("%252e", "%2e"), ("..%2F..", "../.."), ("..", "..")] {
        let response = get(&format!("/api/v1/things/{target}")).await;
        assert_eq!(response.status(), 200, "{target}");
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["id"], id);
        assert_eq!(response.headers()["etag"], "\"3\"");
    }
    assert_eq!(get("/api/v1/things/%ff").await.status(), 400);
}

#[tokio::test]
async fn no_token_is_401_with_a_challenge_and_injected_identity_counts_for_nothing() {
    let forged = [
        ("x-ms-client-principal", "eyJhdXRoX3R5cCI6ImFhZCJ9"),
        ("x-ms-client-principal-id", "smp-officer-1"),
        ("x-ms-client-principal-name", "smp-officer-1"),
        ("cookie", "session=1"),
    ];
    let response = send(&app(&[]), &table(), "GET", "/api/v1/things/1", &forged, "").await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"continuity\"");
    assert_eq!(response.headers()["x-error-code"], "tokenMissing");
}

#[tokio::test]
async fn a_known_path_with_another_method_is_405_and_options_lists_the_methods() {
    let app = app(&[]);
    let response = send(&app, &table(), "DELETE", "/api/v1/things/1", &[], "").await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "GET, HEAD, OPTIONS, PATCH");
    let response = send(&app, &table(), "OPTIONS", "/api/v1/things", &[], "").await;
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["allow"], "GET, HEAD, OPTIONS, POST");
}

#[tokio::test]
async fn head_is_answered_from_get_without_the_body() {
    let (app, routes) = (app(&[]), table());
    let token = bearer(&app, "smp-officer-1");
    let headers = [("authorization", token.as_str())];
    let full = send(&app, &routes, "GET", "/api/v1/things/1", &headers, "").await;
    let head = send(&app, &routes, "HEAD", "/api/v1/things/1", &headers, "").await;
    assert_eq!(head.status(), 200);
    assert!(head.body().is_empty());
    assert_eq!(head.headers()["content-length"], full.body().len().to_string().as_str());
}

#[tokio::test]
async fn a_target_that_is_no_path_is_400() {
    let app = app(&[]);
    for (method, target) in [
        ("CONNECT", "example.org:443"),
        ("GET", "http://example.org/api/v1/things"),
        ("OPTIONS", "*"),
        ("GET", "example.org:80"),
    ] {
        let response = send(&app, &table(), method, target, &[], "").await;
        assert_eq!(response.status(), 400, "{method} {target}");
        assert_eq!(problem(&response)["code"], "badTarget");
    }
}

#[tokio::test]
async fn an_unknown_or_repeated_parameter_is_400_but_api_version_is_ignored() {
    let code = async |target: &str| problem(&get(target).await)["code"].clone();
    assert_eq!(code("/api/v1/things?stat=1").await, "unknownParameter");
    assert_eq!(code("/api/v1/things/1?state=1").await, "unknownParameter");
    assert_eq!(code("/api/v1/things?state=1&state=2").await, "repeatedParameter");
    assert_eq!(code("/api/v1/things?state=%zz").await, "badQuery");
    assert_eq!(get("/api/v1/things?api-version=2024-01-01&state=a").await.status(), 200);
    let many = |count: usize| format!("/api/v1/things?{}", "api-version=1&".repeat(count));
    assert_eq!(get(&many(service::QUERY_PARAMETERS_MAX)).await.status(), 200);
    assert_eq!(code(&many(service::QUERY_PARAMETERS_MAX + 1)).await, "badQuery");
}

#[tokio::test]
async fn making_something_needs_a_key_and_json() {
    let made = post(&[KEY, JSON], r#"{"title":"a"}"#).await;
    assert_eq!(made.status(), 201);
    assert_eq!(made.headers()["location"], "/api/v1/things/1");
    assert_eq!(
        post(&[JSON], r#"{"title":"a"}"#).await.headers()["x-error-code"],
        "idempotencyKeyMissing"
    );
    assert_eq!(post(&[KEY], r#"{"title":"a"}"#).await.status(), 415);
    let response = post(&[KEY, JSON], r#"{"title":1,"more":2,"more":3}"#).await;
    assert_eq!(response.status(), 400);
    assert_eq!(problem(&response)["errors"][0]["pointer"], "/more");
}

#[tokio::test]
async fn a_body_beyond_the_endpoints_limit_is_413() {
    let body = |length: usize| format!(r#"{{"title":"{}"}}"#, "a".repeat(length - 12));
    assert_eq!(post(&[KEY, JSON], &body(2048)).await.status(), 201);
    assert_eq!(post(&[KEY, JSON], &body(2049)).await.status(), 413);
}

#[tokio::test]
async fn changing_something_needs_a_version_and_the_right_one() {
    let app = app(&[]);
    let (routes, token) = (table(), bearer(&app, "smp-officer-1"));
    for (tag, status) in
        [("", 428), ("\"2\"", 412), ("\"3\"", 200), ("W/\"3\"", 412), ("3", 400), ("*", 400)]
    {
        let mut headers = vec![("authorization", token.as_str()), KEY];
        if !tag.is_empty() {
            headers.push(("if-match", tag));
        }
        let response = send(&app, &routes, "PATCH", "/api/v1/things/1", &headers, "").await;
        assert_eq!(response.status(), status, "{tag}");
        if tag == "\"2\"" {
            assert_eq!(response.headers()["etag"], "\"3\"");
        }
    }
}

#[tokio::test]
async fn a_panic_is_a_500_that_says_nothing() {
    let response = get("/api/v1/open/panic").await;
    assert_eq!(response.status(), 500);
    assert!(!String::from_utf8_lossy(response.body()).contains("canary"));
}

#[tokio::test]
async fn work_beyond_its_time_is_504() {
    let app = app_with(&[], |config| config.limits.request = Duration::from_millis(1));
    let response = send(&app, &table(), "GET", "/api/v1/open/slow", &[], "").await;
    assert_eq!(response.status(), 504);
}

#[tokio::test]
async fn the_next_link_opens_the_next_page_for_the_same_caller_and_filter_only() {
    let (app, routes) = (app(&[]), table());
    let token = bearer(&app, "smp-officer-1");
    let other = bearer(&app, "smp-officer-2");
    let list = async |token: &str, target: &str| {
        let headers = [("authorization", token), ("host", "127.0.0.1:7071")];
        let response = send(&app, &routes, "GET", target, &headers, "").await;
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), body)
    };
    let (_, first) = list(&token, "/api/v1/things?state=open&maxpagesize=200").await;
    assert_eq!(first["size"], 200);
    let next = first["nextLink"].as_str().unwrap().strip_prefix("http://127.0.0.1:7071").unwrap();
    let (_, second) = list(&token, next).await;
    assert_eq!(second["after"], "17");
    assert_eq!(list(&other, next).await.1["code"], "continuationInvalid");
    let changed = next.replace("state=open", "state=shut");
    assert_eq!(list(&token, &changed).await.1["code"], "continuationInvalid");
    assert_eq!(list(&token, "/api/v1/things?maxpagesize=201").await.0, 400);
}

#[tokio::test]
async fn the_description_lists_every_endpoint_once() {
    let endpoints =
        vec![endpoint("make_thing", Method::POST, "api/v1/things", Mutates::Create, |_, _| {
            Box::pin(async move { Ok(Reply::empty(StatusCode::OK)) })
        })];
    let text = describe::openapi(&endpoints, "Continuity", "1").to_json().unwrap();
    let spec: serde_json::Value = serde_json::from_str(&text).unwrap();
    let operation = &spec["paths"]["/api/v1/things"]["post"];
    assert_eq!(operation["operationId"], "make_thing");
    assert!(operation["responses"]["401"].is_object());
    assert_eq!(operation["parameters"][0]["name"], "Idempotency-Key");
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_access_line_names_the_route_and_holds_nothing_of_the_request() {
    let (app, routes) = (app(&[]), table());
    let token = bearer(&app, "smp-officer-1");
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    for (method, target) in [
        ("GET", "/api/v1/things/canary"),
        ("GET", "/canary"),
        ("GET", "/api/v1/things?canary=canary"),
        ("POST", "/api/v1/things"),
        ("CANARY", "/api/v1/things"),
    ] {
        let headers = [
            ("authorization", token.as_str()),
            ("user-agent", "canary"),
            ("traceparent", "canary"),
            ("x-azure-functions-invocationid", "canary"),
            KEY,
            JSON,
        ];
        send(&app, &routes, method, target, &headers, r#"{"title":"canary","x":"canary"}"#).await;
    }
    drop(guard);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(text.lines().count(), 5, "one line for each request: {text}");
    assert!(text.contains("api/v1/things/{id}"), "{text}");
    assert!(!text.to_lowercase().contains("canary"), "{text}");
    assert!(!text.contains("Olive") && !text.contains(&token[7..40]), "{text}");
}
