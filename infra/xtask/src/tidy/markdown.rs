//! Documents that point at things: every link leads somewhere and every path named exists.

use super::tree::{Finding, Tree};

const RULE: &str = "dead links";

/// One thing a document points at.
struct Pointer<'t> {
    line: usize,
    target: &'t str,
    is_link: bool,
}

/// Every relative link of every Markdown file leads to a file or folder, and to a heading if it
/// names one; every path in code marks that begins in a folder of ours exists.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for pointer in pointers(&file.text) {
            let exists = if pointer.is_link {
                leads(tree, &file.path, folder, pointer.target)
            } else {
                named(tree, folder, pointer.target)
            };
            if !exists {
                let detail = format!("`{}` does not exist", pointer.target);
                findings.push(Finding::new(&file.path, pointer.line, RULE, detail));
            }
        }
    }
    findings
}

/// The links of a text outside code, and what stands in single code marks.
fn pointers(text: &str) -> Vec<Pointer<'_>> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        for (turn, part) in line.split('`').enumerate() {
            if turn % 2 == 1 {
                found.push(Pointer { line: index + 1, target: part, is_link: false });
                continue;
            }
        }
        // A link's text may be code, so links are looked for in the whole line.
        for (at, mark) in line.match_indices("](") {
            let target = &line[at + mark.len()..];
            let target = target.split([')', ' ']).next().unwrap_or_default();
            found.push(Pointer { line: index + 1, target, is_link: true });
        }
    }
    found
}

fn leads(tree: &Tree, path: &str, folder: &str, target: &str) -> bool {
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (place, heading) = target.split_once('#').unwrap_or((target, ""));
    let resolved = if place.is_empty() { Some(path.to_owned()) } else { join(folder, place) };
    let Some(resolved) = resolved else { return false };
    let heading_exists = || {
        let document = tree.find(&resolved);
        document.is_some_and(|file| headings(&file.text).any(|found| found == heading))
    };
    tree.has(&resolved) && (heading.is_empty() || heading_exists())
}

/// Whether what stands in code marks exists, if it is a path into this repository at all.
fn named(tree: &Tree, folder: &str, text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
    let first = text.split('/').next().unwrap_or_default();
    let ours = !first.is_empty() && !first.contains('.') || first.starts_with(".c");
    if !plain || !text.contains('/') || !ours || !tree.has(first) {
        return true;
    }
    tree.has(text.trim_end_matches('/'))
        || join(folder, text).is_some_and(|beside| tree.has(&beside))
}

/// A path relative to a folder, without dots; `None` if it leads out of the repository.
fn join(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The anchors that readers' software makes of a document's headings.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles = text.lines().filter_map(|line| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len() && title.starts_with(' ')).then(|| title.trim().to_lowercase())
    });
    titles.map(|title| {
        let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(text: &str) -> Vec<String> {
        let tree = Tree::of(&[
            ("docs/guide.md", text),
            ("docs/problems.md", "# Problems\n## not-found\n## Who may, and why"),
            ("functions/lib.rs", ""),
            ("README.md", ""),
        ]);
        check(&tree).into_iter().map(|finding| finding.detail).collect()
    }

    #[test]
    fn links_that_lead_somewhere_are_no_finding() {
        let text = "[a](problems.md) [b](../README.md#) [c](problems.md#not-found) \
                    [d](https://example.org/x) [e](../functions) [`f`](problems.md) \
                    [g](problems.md#who-may-and-why)";
        assert_eq!(targets(text), [""; 0]);
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        for target in ["gone.md", "problems.md#gone", "../../outside.md", "#here"] {
            assert_eq!(
                targets(&format!("see [it]({target})")),
                [format!("`{target}` does not exist")]
            );
        }
    }

    #[test]
    fn paths_of_ours_in_code_marks_must_exist() {
        assert_eq!(targets("`functions/lib.rs` `functions/` `docs/problems.md`"), [""; 0]);
        assert_eq!(targets("see `functions/old.rs`"), ["`functions/old.rs` does not exist"]);
        assert_eq!(targets("`a/b` `GET /x` `functions/<name>/mod.rs` `functions`"), [""; 0]);
        assert_eq!(targets("```\nfunctions/old.rs `functions/old.rs`\n```"), [""; 0]);
    }
}
