//! `function.json` ↔ `ENDPOINTS` and `TRIGGERS`, both ways.

use super::{folders, none, text};
use functions::standalone::every;
use functions::triggers::{Trigger, TriggerKind};
use functions::{ENDPOINTS, TRIGGERS};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn bindings(name: &str) -> Vec<Value> {
    let json: Value = serde_json::from_str(&text(&format!("functions/{name}/function.json")))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(json.as_object().unwrap().len(), 1, "{name}: function.json holds bindings only");
    json["bindings"].as_array().unwrap().clone()
}

#[test]
fn folders_and_tables_name_the_same_functions() {
    let endpoints = ENDPOINTS.iter().map(|endpoint| endpoint.name.to_owned());
    let triggers = TRIGGERS.iter().map(|trigger| trigger.name.to_owned());
    let served: BTreeSet<String> = endpoints.chain(triggers).collect();
    assert_eq!(served.len(), ENDPOINTS.len() + TRIGGERS.len(), "a name is served twice");
    assert_eq!(folders(), served);
}

#[test]
fn every_endpoint_has_exactly_its_http_trigger_and_one_http_answer() {
    for endpoint in ENDPOINTS {
        let expected = [
            json!({
                "type": "httpTrigger",
                "direction": "in",
                "name": "req",
                // Tokens are validated by us, on every request and every host alike.
                "authLevel": "anonymous",
                "methods": [endpoint.method.as_str().to_lowercase()],
                "route": endpoint.route,
            }),
            json!({"type": "http", "direction": "out", "name": "res"}),
        ];
        assert_eq!(bindings(endpoint.name), expected, "{}", endpoint.name);
    }
}

#[test]
fn every_trigger_has_exactly_its_binding() {
    for Trigger { name, kind, .. } in TRIGGERS {
        let found = bindings(name);
        assert_eq!(found.len(), 1, "{name}: a second binding changes how the host calls it");
        let binding = &found[0];
        assert_eq!(binding["direction"], "in", "{name}");
        let is = |what: &str, member: &str, value: &str| {
            assert_eq!(
                (&binding["type"], &binding[member]),
                (&json!(what), &json!(value)),
                "{name}"
            );
        };
        match kind {
            TriggerKind::Queue { queue } => {
                is("queueTrigger", "queueName", queue);
                is("queueTrigger", "connection", "AzureWebJobsStorage");
            }
            TriggerKind::Timer { schedule } => {
                is("timerTrigger", "schedule", schedule);
                assert!(every(schedule).is_some(), "{name}: standalone cannot read {schedule}");
            }
            TriggerKind::EventGrid => is("eventGridTrigger", "direction", "in"),
            TriggerKind::Changes { container } => is("cosmosDBTrigger", "containerName", container),
        }
    }
}

#[test]
fn routes_are_explicit_and_leave_the_host_and_the_triggers_theirs() {
    let host: Value = serde_json::from_str(&text("functions/host.json")).unwrap();
    assert_eq!(host["extensions"]["http"]["routePrefix"], "");
    assert_eq!(host["customHandler"]["enableProxyingHttpRequest"], true);
    let mut faults = Vec::new();
    for endpoint in ENDPOINTS {
        let first = endpoint.route.split('/').next().unwrap();
        if first.is_empty() || first.contains('{') {
            faults.push(format!("{}: a route begins with a fixed word", endpoint.name));
        }
        if first.starts_with("admin") || first.starts_with("runtime") {
            faults.push(format!("{}: the host keeps {first} for itself", endpoint.name));
        }
        if let Some(trigger) = TRIGGERS.iter().find(|trigger| trigger.name == first) {
            faults.push(format!("{}: outsiders could reach {}", endpoint.name, trigger.name));
        }
    }
    none(&faults);
}
