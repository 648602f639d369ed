//! What is written down ↔ what is so: problems, settings, tests.

use super::{none, place, text};
use crate::faults;
use functions::ENDPOINTS;
use functions::config::{SETTINGS, local_settings_example};
use functions::http::problem::PROBLEMS;
use functions::http::{Method, Mutates};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn every_problem_is_documented_and_nothing_else_is() {
    let document = text("docs/problems.md");
    let documented: Vec<&str> =
        document.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let known: Vec<&str> = PROBLEMS.iter().map(|problem| problem.slug).collect();
    assert_eq!(documented, known);
    for problem in PROBLEMS {
        let status = format!("**{}** · {}", problem.status, problem.title);
        assert!(document.contains(&status), "{}", problem.slug);
    }
}

#[test]
fn the_example_file_holds_every_setting_that_has_a_default() {
    let kept = text("functions/local.settings.example.json");
    assert_eq!(kept, local_settings_example());
    let json: Value = serde_json::from_str(&kept).unwrap();
    let kept: BTreeSet<&str> =
        json["Values"].as_object().unwrap().keys().map(String::as_str).collect();
    for setting in SETTINGS.iter().filter(|setting| setting.default.is_some()) {
        assert!(kept.contains(setting.name), "{}", setting.name);
        assert!(!setting.secret, "{}: a secret has no default", setting.name);
    }
}

#[test]
fn every_endpoint_has_its_tests() {
    let listed = text("tests/endpoints/mod.rs");
    let mut faults = Vec::new();
    for endpoint in ENDPOINTS {
        let name = endpoint.name;
        let path = format!("tests/endpoints/{name}.rs");
        match std::fs::read_to_string(place(&path)) {
            Ok(tests) if tests.contains("#[tokio::test") => {}
            Ok(_) => faults.push(format!("{path} holds no test")),
            Err(_) => faults.push(format!("{path} is missing")),
        }
        if !listed.lines().any(|line| line.trim() == format!("mod {name};")) {
            faults.push(format!("tests/endpoints/mod.rs does not name {name}"));
        }
    }
    none(&faults);
}

#[test]
fn every_mutating_endpoint_has_a_sample_and_every_sample_an_endpoint() {
    let writes = |mutates: Mutates| !matches!(mutates, Mutates::No);
    let mutating: BTreeSet<&str> =
        ENDPOINTS.iter().filter(|e| writes(e.mutates)).map(|endpoint| endpoint.name).collect();
    let sampled: BTreeSet<&str> = faults::samples().iter().map(|sample| sample.endpoint).collect();
    let missing: Vec<String> = mutating
        .difference(&sampled)
        .map(|name| format!("tests/faults/ has no sample for {name}"))
        .chain(sampled.difference(&mutating).map(|name| format!("no mutating endpoint is {name}")))
        .collect();
    none(&missing);
}

#[test]
fn what_only_reads_says_so_by_its_method() {
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.method == Method::GET) {
        assert_eq!(endpoint.mutates, Mutates::No, "{}", endpoint.name);
    }
}
