use super::*;
use crate::http::testing::{TestApp, app, routes, send};
use crate::http::{Access, Method, Mutates, Routes};
use serde_json::{Value, json};
use std::path::Path;

const QUEUE: TriggerKind = TriggerKind::Queue { queue: "ingest" };
const TIMER: TriggerKind = TriggerKind::Timer { schedule: "0 0 * * * *" };
const CHANGES: TriggerKind = TriggerKind::Changes { container: "cases" };

fn read(kind: TriggerKind, data: Value) -> Result<Payload, u16> {
    let body = json!({ "Data": { "it": data }, "Metadata": { "sys": {} } }).to_string();
    decode(kind, body.as_bytes()).map_err(|problem| problem.status().as_u16())
}

fn message(text: &str) -> Message {
    let twice = serde_json::to_string(text).unwrap();
    match read(QUEUE, twice.into()) {
        Ok(Payload::Message(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn blob_event() -> Value {
    json!({
        "topic": "/subscriptions/0", "eventType": "Microsoft.Storage.BlobCreated", "id": "e-1",
        "subject": "/blobServices/default/containers/incoming/blobs/a/b.E01",
        "eventTime": "2026-11-22T10:15:28.1234567Z", "dataVersion": "", "metadataVersion": "1",
        "data": {
            "url": "https://st.blob.core.windows.net/incoming/a/b.E01",
            "contentLength": 1_073_741_824, "sequencer": "0000000000000442", "api": "PutBlockList",
        },
    })
}

#[test]
fn a_plain_message_stays_as_it_is_even_if_it_looks_like_base64() {
    for text in ["case 42: hash verified", "test", "dGVzdA==", "", "null", "7"] {
        assert_eq!(message(text).text, text);
    }
}

#[test]
fn base64_around_json_is_taken_off() {
    use base64::Engine as _;
    let wrapped = base64::engine::general_purpose::STANDARD.encode(blob_event().to_string());
    assert_eq!(message(&wrapped).event().unwrap().id, "e-1");
    assert_eq!(message(&blob_event().to_string()).event().unwrap().id, "e-1");
    // A queue bound as binary sends one wrapping less.
    assert_eq!(
        read(QUEUE, wrapped.into()),
        Ok(Payload::Message(message(&blob_event().to_string())))
    );
}

#[test]
fn identity_comes_from_the_message_and_never_from_the_metadata() {
    assert_eq!(message(r#"{"id":"job-7","dequeueCount":99}"#).identity(), "job-7");
    let hash = message("plain").identity();
    assert_eq!(hash, message("plain").identity());
    assert_eq!(hash.len(), 64);
    assert_ne!(hash, message("plain ").identity());
    assert_eq!(message(r#"{"id":""}"#).identity().len(), 64);
}

#[test]
fn a_blob_event_names_the_blob_and_other_events_do_not() {
    let event = parse_event(&blob_event()).unwrap();
    let blob = event.blob_created().unwrap();
    assert_eq!((blob.container.as_str(), blob.blob.as_str()), ("incoming", "a/b.E01"));
    assert_eq!((blob.length, blob.sequencer.as_str()), (1_073_741_824, "0000000000000442"));
    let mut other = event.clone();
    other.kind = "Microsoft.Storage.BlobDeleted".into();
    assert!(other.blob_created().is_err());
    let mut other = event;
    other.data = Value::Null;
    assert!(other.blob_created().is_err());
}

#[test]
fn events_come_singly_in_batches_and_as_cloud_events() {
    let cloud = json!({
        "specversion": "1.0", "type": "Microsoft.Storage.BlobCreated", "id": "c-1",
        "subject": "/blobServices/default/containers/a/blobs/b", "data": {},
    });
    let ids = |data| match read(TriggerKind::EventGrid, data) {
        Ok(Payload::Events(events)) => events.into_iter().map(|event| event.id).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(ids(blob_event()), ["e-1"]);
    assert_eq!(ids(cloud.clone()), ["c-1"]);
    assert_eq!(ids(json!([blob_event(), cloud]).to_string().into()), ["e-1", "c-1"]);
}

#[test]
fn a_timer_knows_its_last_run_or_knows_none() {
    let timer = |data| match read(TIMER, data) {
        Ok(Payload::Timer(timer)) => timer,
        other => panic!("{other:?}"),
    };
    let never = json!({ "ScheduleStatus": { "Last": "0001-01-01T00:00:00" }, "IsPastDue": false });
    assert_eq!(timer(never), TimerFired { past_due: false, last: None });
    let by_hand = json!({ "ScheduleStatus": null, "IsPastDue": false });
    assert_eq!(timer(by_hand), TimerFired { past_due: false, last: None });
    let late = json!({
        "ScheduleStatus": { "Last": "2026-11-22T08:00:00.0003441+00:00" }, "IsPastDue": true,
    });
    let last = "2026-11-22T08:00:00Z".parse().ok();
    assert_eq!(timer(late), TimerFired { past_due: true, last });
}

#[test]
fn changed_documents_are_parsed_twice_and_keep_their_order() {
    let twice = serde_json::to_string(r#"[{"id":"b"},{"id":"a"}]"#).unwrap();
    let documents = vec![json!({ "id": "b" }), json!({ "id": "a" })];
    assert_eq!(read(CHANGES, twice.into()), Ok(Payload::Documents(documents)));
}

#[test]
fn what_is_no_such_payload_is_400() {
    assert_eq!(read(QUEUE, json!({})), Err(400));
    assert_eq!(read(TIMER, json!("x")), Err(400));
    assert_eq!(read(TriggerKind::EventGrid, json!([])), Err(400));
    assert_eq!(read(TriggerKind::EventGrid, json!({ "id": "x" })), Err(400));
    assert_eq!(read(CHANGES, json!("\"[1]\"")), Err(400));
    for body in ["", "{}", r#"{"Data":{}}"#, r#"{"Data":{"a":"1","b":"2"}}"#, "null"] {
        assert!(decode(QUEUE, body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn the_reply_is_one_the_host_takes_for_success() {
    let reply = success();
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(reply.headers()["content-type"], "application/json");
    let body: Value = serde_json::from_slice(reply.whole_body().unwrap()).unwrap();
    assert_eq!(body, json!({ "Outputs": {}, "Logs": [], "ReturnValue": null }));
}

const HOST: &[(&str, &str)] = &[
    ("host", "127.0.0.1:41733"),
    ("x-azure-functions-hostversion", "4.1054.250.26428"),
    ("x-azure-functions-invocationid", "0b9a6a60-1f0e-4c8c-93a1-5a2c2d0d1f01"),
    ("user-agent", "Azure-Functions-Host/4.1054.250.26428"),
    ("content-type", "application/json; charset=utf-8"),
];

fn table() -> Arc<Routes<TestApp>> {
    let endpoint = Endpoint {
        name: "get_status",
        method: Method::GET,
        route: "api/v1/status",
        access: Access::Public,
        mutates: Mutates::No,
        query: &[],
        body_limit: 0,
        handle: |_, _| Box::pin(async { Ok(Reply::empty(StatusCode::OK)) }),
        describe: |_| {},
    };
    let trigger = Trigger {
        name: "process_upload",
        kind: QUEUE,
        handle: |firing| {
            Box::pin(async move {
                match &firing.payload {
                    Payload::Message(message) if message.text == "fail" => {
                        Err(Problem::internal("told to"))
                    }
                    _ => Ok(()),
                }
            })
        },
    };
    routes(vec![endpoint], vec![trigger])
}

async fn call(path: &str, hosted: bool, headers: &[(&str, &str)], text: &str) -> (u16, String) {
    let settings: &[_] = if hosted {
        &[("FUNCTIONS_CUSTOMHANDLER_PORT", "41733")]
    } else {
        &[("CONTINUITY_PORT", "41733")]
    };
    let twice = serde_json::to_string(text).unwrap();
    let body = json!({ "Data": { "msg": twice }, "Metadata": {} }).to_string();
    let response = send(&app(settings), &table(), "POST", path, headers, &body).await;
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    (response.status().as_u16(), body)
}

#[tokio::test]
async fn the_host_calls_a_trigger_and_a_failure_is_a_failure() {
    assert_eq!(call("/process_upload", true, HOST, "x").await, (200, SUCCESS_BODY.to_owned()));
    assert_eq!(call("/process_upload", true, HOST, "fail").await.0, 500);
}

#[tokio::test]
async fn a_host_that_does_not_proxy_is_told_so_with_500() {
    assert_eq!(call("/get_status", true, HOST, "x").await.0, 500);
}

#[tokio::test]
async fn a_forged_call_finds_nothing() {
    assert_eq!(call("/process_upload", false, HOST, "x").await.0, 404, "without a host");
    for missing in 0..HOST.len() {
        let mut headers = HOST.to_vec();
        let (name, _) = headers.remove(missing);
        assert_eq!(call("/process_upload", true, &headers, "x").await.0, 404, "without {name}");
    }
    for (name, value) in [
        ("host", "func-forensic.azurewebsites.net"),
        ("host", "127.0.0.1:41734"),
        ("host", "localhost:41733"),
        ("user-agent", "evil/1 Azure-Functions-Host/4.1054.250.26428"),
        ("user-agent", "Azure-Functions-Host/4.1"),
        ("x-azure-functions-invocationid", "spoofed"),
        ("x-azure-functions-invocationid", "x, 0b9a6a60-1f0e-4c8c-93a1-5a2c2d0d1f18"),
        ("content-type", "application/json"),
    ] {
        let mut headers = HOST.to_vec();
        headers.retain(|(known, _)| *known != name);
        headers.push((name, value));
        assert_eq!(call("/process_upload", true, &headers, "x").await.0, 404, "{name}: {value}");
    }
    for extra in [
        ("x-ms-invocation-id", "0b9a6a60-1f0e-4c8c-93a1-5a2c2d0d1f18"),
        ("x-forwarded-host", "func.example"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-arr-log-id", "1"),
        ("disguised-host", "x"),
        ("forwarded", "for=1.2.3.4"),
        ("user-agent", "Azure-Functions-Host/4.1054.250.26428"),
        ("host", "127.0.0.1:41733"),
    ] {
        let mut headers = HOST.to_vec();
        headers.push(extra);
        assert_eq!(call("/process_upload", true, &headers, "x").await.0, 404, "with {}", extra.0);
    }
}

#[test]
fn the_hosts_own_recorded_calls_are_read() {
    let directory =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference/host-vectors");
    let kinds = [
        ("01-queue-plain-text", QUEUE),
        ("02-queue-json-collision", QUEUE),
        ("03-queue-eventgrid-blobcreated", QUEUE),
        ("04-eventgrid-blobcreated", TriggerKind::EventGrid),
        ("05-eventgrid-cloudevent", TriggerKind::EventGrid),
        ("06-eventgrid-batch", TriggerKind::EventGrid),
        ("07-timer-first-run", TIMER),
        ("08-timer-past-due", TIMER),
        ("09-timer-no-monitor-manual", TIMER),
        ("10-cosmosdb-batch", CHANGES),
        ("11-servicebus-message", QUEUE),
        ("16-timer-retry-context", TIMER),
    ];
    let mut present = 0;
    for (name, kind) in kinds {
        let Ok(text) = std::fs::read_to_string(directory.join(format!("{name}.json"))) else {
            // The harness keeps what a passing test prints; this has to be heard.
            let said = format!("NOT TESTED: the recorded call {name} is not on this machine\n");
            let _ = std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes());
            continue;
        };
        present += 1;
        let vector: Value = serde_json::from_str(&text).unwrap();
        let expect = &vector["expect"]["decoded"];
        let payload = decode(kind, vector["request"]["body"].to_string().as_bytes()).unwrap();
        check(name, &payload, expect);
    }
    assert!(present == 0 || present == kinds.len(), "some recorded calls are missing");
}

fn check(name: &str, payload: &Payload, expect: &Value) {
    match payload {
        Payload::Message(message) => {
            if let Some(text) = expect.get("msg").and_then(Value::as_str) {
                assert_eq!(message.text, text, "{name}");
            }
            if let Some(value) = expect.get("msg_json") {
                assert_eq!(&serde_json::from_str::<Value>(&message.text).unwrap(), value, "{name}");
            }
            if let Some(url) = expect.get("blob_url") {
                let event = message.event().unwrap();
                assert_eq!(event.id, expect["event_id"], "{name}");
                let blob = event.blob_created().unwrap();
                assert_eq!(
                    (json!(blob.url), json!(blob.sequencer)),
                    (url.clone(), expect["sequencer"].clone())
                );
            }
        }
        Payload::Timer(timer) => {
            if let Some(late) = expect.get("is_past_due") {
                assert_eq!(json!(timer.past_due), *late, "{name}");
            }
            assert!(expect.get("last").is_none() || timer.last.is_none(), "{name}");
        }
        Payload::Events(events) => {
            if let Some(count) = expect.get("count") {
                assert_eq!(json!(events.len()), *count, "{name}");
            }
            if let Some(id) = expect.get("event_id") {
                assert_eq!(
                    (json!(events[0].id), json!(events[0].kind)),
                    (id.clone(), expect["type"].clone())
                );
            }
        }
        Payload::Documents(documents) => {
            let ids: Vec<_> = documents.iter().map(|document| document["id"].clone()).collect();
            assert_eq!(Value::Array(ids), expect["ids"], "{name}");
        }
    }
}
