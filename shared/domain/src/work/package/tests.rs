//! The built-in packages, and what a library refuses.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::builtin::SOURCES;
use super::*;

fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../modules")
}

/// Paths of the JSON files in a folder of `modules`, relative to it.
fn files_in(folder: &str) -> BTreeSet<String> {
    let Ok(found) = std::fs::read_dir(modules().join(folder)) else { return BTreeSet::new() };
    found
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}

fn codes_of(result: Result<Library, Vec<MapFault>>) -> Vec<&'static str> {
    result.err().unwrap_or_default().iter().map(|fault| fault.code).collect()
}

fn packages() -> Vec<ModulePackage> {
    builtin().packages().to_vec()
}

#[test]
fn the_built_in_packages_are_sound() {
    assert_eq!(codes_of(Library::new(packages())), Vec::<&str>::new());
    let names: Vec<&str> =
        builtin().packages().iter().map(|package| package.about.name.as_str()).collect();
    assert_eq!(names, ["core", "digital_device", "fingerprints"]);
}

#[test]
fn every_file_in_the_folders_is_embedded_and_none_else() {
    let mut on_disk = BTreeSet::new();
    for entry in std::fs::read_dir(modules()).unwrap() {
        let folder = entry.unwrap().file_name().into_string().unwrap();
        for below in ["", "/maps", "/forms", "/code_lists"] {
            if folder != "schema" {
                on_disk.extend(files_in(&format!("{folder}{below}")));
            }
        }
    }
    let embedded: BTreeSet<String> = SOURCES
        .iter()
        .flat_map(|source| {
            let files = [source.maps, source.forms, source.code_lists].concat();
            files.into_iter().chain([source.about])
        })
        .map(|(path, _)| path.to_owned())
        .collect();
    assert_eq!(embedded, on_disk);
}

#[test]
fn maps_forms_and_code_lists_are_found_by_name() {
    let library = builtin();
    assert_eq!(library.latest("digital-device").unwrap().version, "1.0.0");
    assert!(library.map("fingerprints", "1.0.0").is_some());
    assert!(library.map("fingerprints", "9.0.0").is_none());
    assert!(library.form("mark_comparison@1.0.0").is_some());
    assert!(library.form("mark_comparison").is_none());
    for list in [
        "refusal_reasons",
        "return_reasons",
        "pause_reasons",
        "exhibit_kinds",
        "exhibit_categories",
        "packaging_types",
        "condition_codes",
        "services",
        "file_roles",
        "authority_levels",
        "legal_bases",
    ] {
        assert!(library.code_list(list).is_some(), "{list}");
    }
}

#[test]
fn every_service_names_a_map_of_its_own_discipline() {
    let services = builtin().code_list("services").unwrap();
    assert_eq!(services.codes.len(), 5, "both disciplines add their services to one list");
    for service in &services.codes {
        let map = builtin().latest(service.map.as_deref().unwrap()).unwrap();
        assert_eq!(Some(&map.discipline), service.discipline.as_ref(), "{}", service.key);
    }
}

#[test]
fn the_latest_version_is_the_highest_number_not_the_highest_text() {
    let mut packages = packages();
    for version in ["1.10.0", "1.9.0"] {
        let map = ProcessMap { version: version.to_owned(), ..packages[2].maps[0].clone() };
        packages[2].maps.push(map);
    }
    let library = Library::new(packages).unwrap();
    assert_eq!(library.latest("fingerprints").unwrap().version, "1.10.0");
    assert!(
        library.map("fingerprints", "1.0.0").is_some(),
        "the old version stays for running work"
    );
}

#[test]
fn the_content_hash_does_not_depend_on_layout_and_notices_one_changed_letter() {
    let package = &builtin().packages()[1];
    let text = serde_json::to_string_pretty(package).unwrap();
    let mut again: ModulePackage = serde_json::from_str(&text).unwrap();
    assert_eq!(package.content_hash(), again.content_hash());
    assert_eq!(package.content_hash().len(), 64);
    again.maps[0].title.push('.');
    assert_ne!(package.content_hash(), again.content_hash());
}

#[test]
fn a_package_without_what_it_requires_is_refused() {
    let codes = codes_of(Library::new(packages().split_off(1)));
    assert!(codes.contains(&"requirementMissing"), "{codes:?}");
    for (needed, accepted) in
        [("0.9.0", false), ("1.0.0", true), ("1.0.1", false), ("2.0.0", false)]
    {
        let mut packages = packages();
        packages[1].about.requires[0].version = needed.to_owned();
        assert_eq!(Library::new(packages).is_ok(), accepted, "{needed}");
    }
}

#[test]
fn two_packages_may_not_bring_the_same_thing() {
    let mut twice = packages();
    twice.push(twice[1].clone());
    assert!(codes_of(Library::new(twice)).contains(&"duplicateKey"));
    let mut lists = packages();
    lists[2].code_lists.iter_mut().find(|list| list.key == "services").unwrap().title.push('!');
    assert_eq!(codes_of(Library::new(lists)), ["codeListDiffers"]);
}

#[test]
fn codes_point_only_to_what_exists() {
    for (list, member, value) in [
        ("services", "map", json!("x")),
        ("services", "discipline", json!("x")),
        ("exhibit_categories", "group", json!("x")),
        ("exhibit_categories", "group", Value::Null),
        ("file_roles", "group", json!("digital")),
    ] {
        let mut changed = packages();
        let mut lists = changed.iter_mut().flat_map(|package| &mut package.code_lists);
        let codes = &mut lists.find(|found| found.key == list).unwrap().codes;
        let mut code = serde_json::to_value(&codes[0]).unwrap();
        code[member] = value.clone();
        codes[0] = serde_json::from_value(code).unwrap();
        assert_eq!(codes_of(Library::new(changed)), ["unknownLink"], "{list} {member} {value}");
    }
}

#[test]
fn a_description_is_complete_and_begins_with_its_own_version() {
    let mut unnamed = packages();
    unnamed[1].about.publisher = " ".to_owned();
    assert_eq!(codes_of(Library::new(unnamed)), ["packageDescription"]);
    let mut unversioned = packages();
    unversioned[1].about.version = "1.0.1".to_owned();
    assert_eq!(codes_of(Library::new(unversioned)), ["packageVersion"]);
}

#[test]
fn files_that_are_too_large_or_misspelt_are_refused_in_words() {
    let about = serde_json::to_string(&builtin().packages()[0].about).unwrap();
    let read = |about: &str, form: &str| {
        let (maps, code_lists) = (Vec::new(), Vec::new());
        ModulePackage::from_texts(&PackageText { about, maps, forms: vec![form], code_lists })
    };
    let form = r#"{"key":"f","version":"1.0.0","title":"F","fields":[]}"#;
    assert!(read(&about, form).is_ok());
    let misspelt = read(&about, &form.replace("title", "tilte")).unwrap_err();
    assert!(misspelt.contains("a form") && misspelt.contains("tilte"), "{misspelt}");
    let padded = |length: usize| format!("{form}{}", " ".repeat(length - form.len()));
    assert!(read(&about, &padded(FILE_BYTES_MAX)).is_ok());
    assert!(read(&about, &padded(FILE_BYTES_MAX + 1)).unwrap_err().contains("larger"));
}

#[test]
fn an_independent_reader_finds_every_file_true_to_the_schemas() {
    let python =
        |arguments: &[&str]| std::process::Command::new("python3").args(arguments).output().ok();
    let has_library = python(&["-c", "import jsonschema, referencing"]);
    if !has_library.is_some_and(|output| output.status.success()) {
        eprintln!("not run: python3 with jsonschema is not installed");
        return;
    }
    let script = modules().join("schema/check.py");
    let output = python(&["-B", script.to_str().unwrap()]).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
