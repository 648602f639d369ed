use super::*;

#[test]
fn only_a_version_as_we_write_it_is_a_tag() {
    assert_eq!(version("\"0\""), Some(0));
    assert_eq!(version("\"18446744073709551615\""), Some(u64::MAX));
    for text in
        ["", "7", "\"\"", "\"07\"", "\"+7\"", "\"-1\"", "\"7", "\"a\"", "\"18446744073709551616\""]
    {
        assert_eq!(version(text), None, "{text}");
    }
}

mod through_the_edge {
    use super::super::super::testing::{TestApp, app, routes, send};
    use super::super::super::{Access, Endpoint, Mutates, Reply, Routes};
    use super::*;
    use http::StatusCode;

    fn table() -> Arc<Routes<TestApp>> {
        let handle: super::super::super::Handler<TestApp> = |request, _| {
            Box::pin(async move {
                if request.has_version(3) {
                    return Ok(Reply::empty(StatusCode::NOT_MODIFIED).with_etag(3));
                }
                let _: u32 = request.param("n")?;
                Ok(Reply::empty(StatusCode::OK))
            })
        };
        let endpoint = |name, method, mutates| Endpoint {
            name,
            method,
            route: "open/{n}",
            access: Access::Public,
            mutates,
            query: &[],
            body_limit: 0,
            handle,
            describe: |_| {},
        };
        routes(
            vec![
                endpoint("get", Method::GET, Mutates::No),
                endpoint("post", Method::POST, Mutates::Create),
            ],
            vec![],
        )
    }

    #[tokio::test]
    async fn a_parameter_of_another_type_is_404() {
        let app = app(&[]);
        assert_eq!(send(&app, &table(), "GET", "/open/7", &[], "").await.status(), 200);
        assert_eq!(send(&app, &table(), "GET", "/open/x", &[], "").await.status(), 404);
    }

    #[tokio::test]
    async fn a_version_the_client_has_is_304() {
        let app = app(&[]);
        for (tag, status) in
            [("\"3\"", 304), ("W/\"3\"", 304), ("\"2\", \"3\"", 304), ("*", 304), ("\"2\"", 200)]
        {
            let headers = [("if-none-match", tag)];
            let response = send(&app, &table(), "GET", "/open/7", &headers, "").await;
            assert_eq!(response.status(), status, "{tag}");
        }
    }

    #[tokio::test]
    async fn a_key_has_1_to_64_visible_characters_and_comes_once() {
        let app = app(&[]);
        let longest = "k".repeat(IDEMPOTENCY_KEY_MAX);
        let too_long = "k".repeat(IDEMPOTENCY_KEY_MAX + 1);
        for (keys, status) in [
            (vec!["k"], 200),
            (vec![longest.as_str()], 200),
            (vec![too_long.as_str()], 400),
            (vec![""], 400),
            (vec!["a b"], 400),
            (vec!["é"], 400),
            (vec!["a", "b"], 400),
            (vec![], 400),
        ] {
            let headers: Vec<_> = keys.iter().map(|key| ("idempotency-key", *key)).collect();
            let response = send(&app, &table(), "POST", "/open/7", &headers, "").await;
            assert_eq!(response.status(), status, "{keys:?}");
        }
    }
}
