//! The function app's folders: what the host is shown and what the program serves are the same.

use super::source::lines_with;
use super::tree::{Finding, Tree};

const RULE: &str = "function folders";
/// How a folder's module says what it is.
const TABLES: &[&str] = &["ENDPOINT", "TRIGGER"];

/// The names of the folders that the Functions host would see.
pub fn functions(tree: &Tree) -> Vec<&str> {
    let files = tree.files.iter().filter_map(|file| {
        let folder = file.path.strip_prefix("functions/")?.strip_suffix("/function.json")?;
        (!folder.contains('/')).then_some(folder)
    });
    files.collect()
}

/// A folder has a function.json exactly if its module declares an endpoint or a trigger, and then
/// `functions/lib.rs` lists it.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let library = tree.find("functions/lib.rs").and_then(|file| file.rust.as_ref());
    let listed = library.map(|rust| rust.shipped()).unwrap_or_default();
    for name in functions(tree) {
        let home = format!("functions/{name}/mod.rs");
        let declared = tree.rust(&home).find_map(|(_, rust)| declares(&rust.code));
        let Some(table) = declared else {
            let detail = format!("{home} must declare `pub const ENDPOINT` or `pub const TRIGGER`");
            findings.push(Finding::new(
                &format!("functions/{name}/function.json"),
                0,
                RULE,
                detail,
            ));
            continue;
        };
        for wanted in [format!("mod {name};"), format!("{name}::{table}")] {
            if lines_with(listed, &wanted).is_empty() {
                let detail = format!("`{wanted}` is missing");
                findings.push(Finding::new("functions/lib.rs", 0, RULE, detail));
            }
        }
    }
    for (file, rust) in tree.rust("functions/") {
        let Some(folder) = file.path.strip_suffix("/mod.rs") else { continue };
        let json = format!("{folder}/function.json");
        if declares(&rust.code).is_some() && !tree.has(&json) {
            findings.push(Finding::new(&file.path, 0, RULE, format!("{json} is missing")));
        }
    }
    findings
}

fn declares(code: &str) -> Option<&'static str> {
    let declared = |table: &&&str| !lines_with(code, &format!("pub const {table}:")).is_empty();
    TABLES.iter().find(declared).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "pub const ENDPOINT: Endpoint = Endpoint {};";

    #[test]
    fn a_complete_folder_is_no_finding() {
        let tree = Tree::of(&[
            ("functions/lib.rs", "mod get_case;\nstatic E: &[Endpoint] = &[get_case::ENDPOINT];"),
            ("functions/get_case/function.json", "{}"),
            ("functions/get_case/mod.rs", MODULE),
            ("functions/http/mod.rs", "pub struct Endpoint;"),
        ]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn each_missing_part_is_named() {
        let tree = Tree::of(&[
            ("functions/lib.rs", "mod get_case;"),
            ("functions/get_case/function.json", "{}"),
            ("functions/get_case/mod.rs", MODULE),
            ("functions/list_cases/mod.rs", MODULE),
            ("functions/old/function.json", "{}"),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|finding| finding.detail).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("get_case::ENDPOINT"));
        assert!(found[1].contains("functions/old/mod.rs must declare"));
        assert!(found[2].contains("functions/list_cases/function.json is missing"));
    }
}
