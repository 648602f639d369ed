use super::*;

fn rules(path: &str, text: &str) -> Vec<&'static str> {
    let tree = Tree::of(&[
        ("functions/get_case/function.json", "{}"),
        ("functions/list_cases/function.json", "{}"),
        (path, text),
    ]);
    check(&tree).into_iter().map(|finding| finding.rule).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn the_domain_is_pure() {
    let path = "shared/domain/src/case.rs";
    assert_eq!(rules(path, "//! Not `std::fs`, says the text.\nfn f(strand: u8) {}"), NONE);
    assert_eq!(rules(path, "use std::fs;"), ["pure domain"]);
    assert_eq!(rules(path, "pub async fn f() {}"), ["pure domain"]);
    assert_eq!(rules(path, "use std::time::Instant;"), ["pure domain"]);
    assert_eq!(rules("shared/domain/src/case_tests.rs", "use std::fs;"), NONE);
}

#[test]
fn only_main_names_a_backend() {
    let text = "use store::embedded::Embedded;";
    assert!(!rules("functions/main.rs", text).contains(&"backends"));
    assert_eq!(rules("functions/get_case/mod.rs", text), ["backends"]);
    assert_eq!(rules("functions/app.rs", "StoreKind::Embedded"), NONE);
}

#[test]
fn error_statuses_are_made_at_the_edge() {
    let endpoint = "functions/get_case/mod.rs";
    assert_eq!(rules(endpoint, "Reply::empty(StatusCode::NOT_MODIFIED)"), NONE);
    assert_eq!(rules(endpoint, "Reply::empty(StatusCode::NOT_FOUND)"), ["statuses"]);
    assert_eq!(rules(endpoint, "x.answers_plain(404, \"\")"), ["statuses"]);
    assert_eq!(rules(endpoint, "x.answers::<T>(201, \"\")\nconst PAGE: u8 = 500;"), NONE);
    assert_eq!(rules(endpoint, "StatusCode::from_u16(n)"), ["statuses"]);
    assert_eq!(rules(STATUS_FROM_NUMBER, "StatusCode::from_u16(n)"), NONE);
    assert_eq!(rules("functions/http/problem.rs", "StatusCode::NOT_FOUND"), NONE);
}

#[test]
fn endpoints_know_nothing_of_each_other_and_the_edge_nothing_of_them() {
    let text = "use crate::list_cases::page;";
    assert_eq!(rules("functions/get_case/mod.rs", text), ["endpoints apart"]);
    assert_eq!(rules("functions/http/mod.rs", text), ["endpoints apart"]);
    assert_eq!(rules("functions/list_cases/mod.rs", text), NONE);
    assert_eq!(rules("functions/get_case/mod.rs", "use crate::list_cases_of::page;"), NONE);
}

#[test]
fn environment_clocks_and_randomness_have_known_homes() {
    let path = "shared/store/src/x.rs";
    assert_eq!(rules(path, "let a = std::env::var(b);"), ["environment"]);
    assert_eq!(rules(path, "let a = env!(\"X\");"), NONE);
    assert_eq!(rules(path, "let a = SystemTime::now();"), ["clocks"]);
    assert_eq!(rules(path, "getrandom::fill(&mut a)?;"), ["randomness"]);
    assert_eq!(rules(path, "#[cfg(test)]\nmod tests {\n    Instant::now();\n}"), NONE);
    assert_eq!(rules("shared/store/src/x_tests.rs", "Instant::now();"), NONE);
    assert_eq!(rules("shared/cli/src/main.rs", "std::env::var(b); Instant::now();"), NONE);
}

#[test]
fn a_home_that_needs_no_permission_any_more_is_named() {
    assert_eq!(rules("functions/http/trace.rs", "fn f() {}"), ["known homes"]);
    assert_eq!(rules("functions/http/trace.rs", "getrandom::fill(a)"), NONE);
}

#[test]
fn five_hundred_lines_fit_and_one_more_does_not() {
    assert_eq!(rules("shared/store/src/x.rs", &"\n".repeat(FILE_LINES_MAX)), NONE);
    assert_eq!(rules("shared/store/src/x.rs", &"\n".repeat(FILE_LINES_MAX + 1)), ["file length"]);
}

#[test]
fn leftovers_are_found_where_they_count() {
    let path = "shared/store/src/x.rs";
    assert_eq!(rules(path, "fn f() { todo!() }"), ["leftovers"]);
    assert_eq!(rules(path, "// FIXME: later"), ["leftovers"]);
    assert_eq!(rules(path, "#[ignore = \"slow\"]"), ["leftovers"]);
    assert_eq!(rules(path, "// It ignores should_panic.\nlet a = \"todo!\";"), NONE);
}

#[test]
fn paths_of_one_machine_are_found_and_paths_of_ours_are_not() {
    let machine = concat!("see /", "work/main/x");
    assert_eq!(rules("docs/a.md", machine), ["machine paths"]);
    assert_eq!(rules("tests/a.rs", concat!("include!(\"/", "work/x\")")), ["machine paths"]);
    assert_eq!(rules("tests/a.rs", concat!("json.pointer(\"/", "work/by\")")), NONE);
    assert_eq!(rules("docs/a.md", "see shared/domain/src/work/map.rs and src/work/"), NONE);
    assert_eq!(rules("docs/a.md", concat!("`$HOME/", "work/`")), NONE);
}
