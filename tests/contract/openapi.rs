//! `ENDPOINTS` ↔ the OpenAPI description, both ways, and the description's own sense.

use super::none;
use functions::ENDPOINTS;
use functions::http::{Access, Endpoint, Mutates, describe};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn document() -> Value {
    serde_json::to_value(describe::openapi(ENDPOINTS, "Continuity", "1")).unwrap()
}

/// Every operation: path, method, itself.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        let item = item.as_object().unwrap().iter();
        item.filter(|(method, _)| METHODS.contains(&method.as_str()))
            .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    operations.collect()
}

/// The parameters of one place: name and whether it is required.
fn parameters(operation: &Value, place: &str) -> BTreeMap<String, bool> {
    let none = Vec::new();
    let all = operation["parameters"].as_array().unwrap_or(&none).iter();
    all.filter(|parameter| parameter["in"] == place)
        .map(|parameter| {
            let name = parameter["name"].as_str().unwrap().to_owned();
            (name, parameter["required"] == true)
        })
        .collect()
}

fn named(names: &[&str], required: bool) -> BTreeMap<String, bool> {
    names.iter().map(|name| ((*name).to_owned(), required)).collect()
}

/// The parameters in a route or a path.
fn braces(path: &str) -> Vec<&str> {
    let inside = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    inside.map(|name| name.trim_start_matches('*')).collect()
}

fn path_of(endpoint: &Endpoint) -> String {
    format!("/{}", endpoint.route.replace("{*", "{"))
}

#[test]
fn the_description_has_the_endpoints_and_no_others() {
    let document = document();
    let described: BTreeSet<(String, String, String)> = operations(&document)
        .into_iter()
        .map(|(path, method, operation)| {
            let name = operation["operationId"].as_str().unwrap_or("(no operationId)");
            (path.to_owned(), method.to_owned(), name.to_owned())
        })
        .collect();
    let served: BTreeSet<(String, String, String)> = ENDPOINTS
        .iter()
        .map(|endpoint| {
            let method = endpoint.method.as_str().to_lowercase();
            (path_of(endpoint), method, endpoint.name.to_owned())
        })
        .collect();
    assert_eq!(described, served);
}

#[test]
fn every_parameter_and_the_need_to_sign_in_are_described() {
    let document = document();
    for endpoint in ENDPOINTS {
        let name = endpoint.name;
        let method = endpoint.method.as_str().to_lowercase();
        let operation = &document["paths"][&path_of(endpoint)][&method];
        assert_eq!(parameters(operation, "path"), named(&braces(endpoint.route), true), "{name}");
        let query: Vec<&str> = endpoint.query.iter().map(|parameter| parameter.name).collect();
        assert_eq!(parameters(operation, "query"), named(&query, false), "{name}");
        let headers: &[&str] = match endpoint.mutates {
            Mutates::No | Mutates::Bytes => &[],
            Mutates::Create => &["Idempotency-Key"],
            Mutates::Change => &["Idempotency-Key", "If-Match"],
        };
        assert_eq!(parameters(operation, "header"), named(headers, true), "{name}");
        let security = match endpoint.access {
            Access::Public => Value::Null,
            Access::SignedIn => serde_json::json!([{"bearer": []}]),
        };
        assert_eq!(operation["security"], security, "{name}");
    }
}

#[test]
fn every_operation_says_what_it_does_and_how_it_answers() {
    let document = document();
    let mut faults = Vec::new();
    for (path, method, operation) in operations(&document) {
        let mut fault = |what: &str| faults.push(format!("{method} {path}: {what}"));
        if operation["summary"].as_str().is_none_or(str::is_empty) {
            fault("no summary");
        }
        let answers = operation["responses"].as_object().cloned().unwrap_or_else(Map::new);
        let success = |status: &String| matches!(status.as_bytes().first(), Some(b'2' | b'3'));
        if !answers.keys().any(success) {
            fault("no answer but problems");
        }
        for (status, answer) in &answers {
            if !status.parse::<u16>().is_ok_and(|status| (200..600).contains(&status)) {
                fault(&format!("{status} is no status"));
            }
            if answer["description"].as_str().is_none_or(str::is_empty) {
                fault(&format!("{status} has no meaning"));
            }
            let problem = answer["content"]["application/problem+json"].is_object();
            if problem != (status.as_str() >= "400") {
                fault(&format!("{status} and its content type do not agree"));
            }
        }
        let body = &operation["requestBody"];
        if body.is_object() && body["content"].as_object().is_none_or(Map::is_empty) {
            fault("its body has no content type");
        }
        if method == "get" && body.is_object() {
            fault("a GET reads no body");
        }
    }
    none(&faults);
}

#[test]
fn the_description_is_sound() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for member in ["title", "version"] {
        assert!(document["info"][member].is_string(), "{member}");
    }
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        if id.is_empty() || !ids.insert(id) {
            faults.push(format!("{method} {path}: operationId {id:?} is empty or used twice"));
        }
        let in_path: BTreeSet<String> =
            braces(path).iter().map(|name| (*name).to_owned()).collect();
        let described: BTreeSet<String> = parameters(operation, "path").into_keys().collect();
        if in_path != described {
            faults.push(format!("{method} {path}: path parameters {described:?}"));
        }
        for scheme in operation["security"].as_array().into_iter().flatten() {
            for name in scheme.as_object().unwrap().keys() {
                if !document["components"]["securitySchemes"][name].is_object() {
                    faults.push(format!("{method} {path}: no security scheme {name}"));
                }
            }
        }
    }
    walk(&document, &document, "#", &mut faults);
    none(&faults);
}

/// Looks at every value: references resolve, what is required is a property, an array has items.
fn walk(document: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref") {
                let target = target.as_str().unwrap_or_default();
                let found = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
                if found.is_none() {
                    faults.push(format!("{at}: {target} does not resolve"));
                }
            }
            if let (Some(required), Some(properties)) =
                (members.get("required").and_then(Value::as_array), members.get("properties"))
            {
                for name in required.iter().filter_map(Value::as_str) {
                    if properties.get(name).is_none() {
                        faults.push(format!("{at}: {name} is required and no property"));
                    }
                }
            }
            if members.get("type").is_some_and(|kind| kind == "array")
                && !members.contains_key("items")
                && !members.contains_key("prefixItems")
            {
                faults.push(format!("{at}: an array of what?"));
            }
            for (name, inner) in members {
                walk(document, inner, &format!("{at}/{name}"), faults);
            }
        }
        Value::Array(values) => {
            for (n, inner) in values.iter().enumerate() {
                walk(document, inner, &format!("{at}/{n}"), faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
