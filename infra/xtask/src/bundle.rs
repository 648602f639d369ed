//! Checking an exported bundle with tools that are not ours, following the bundle's own
//! instructions to the letter.

use crate::quickstart;
use crate::shell::{self, Workspace};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The independent implementation of BagIt (RFC 8493): that of the Library of Congress.
const BAGIT: &str = "bagit==1.9.0";
/// The instructions, from the bundle's root.
const INSTRUCTIONS: &str = "data/HOW-TO-CHECK.txt";
/// The numbers of the checks that are run. Check 4 needs a time-stamping authority's certificate,
/// which comes from outside.
const CHECKS: &[u32] = &[1, 2, 3, 5, 6];

/// Checks the bundle that the quickstart left.
///
/// # Errors
/// There is none, or a checker refuses it.
pub fn run(workspace: &Workspace) -> Result<(), String> {
    let bundle = quickstart::bundle(workspace);
    if !bundle.join("bagit.txt").is_file() {
        return Err("there is no bundle: run `cargo xtask stage quickstart` first".into());
    }
    let cli = workspace.program("continuity");
    let data = quickstart::data(workspace);
    let said = shell::output(workspace.command(cli).args(["fingerprint", "--data"]).arg(data))?;
    let fingerprint = said
        .split_whitespace()
        .find(|word| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit()))
        .ok_or("`continuity fingerprint` printed no fingerprint")?;
    check(workspace, &bundle, fingerprint)
}

/// Runs every independent check on a bundle.
fn check(workspace: &Workspace, bundle: &Path, fingerprint: &str) -> Result<(), String> {
    let bagit = bagit(workspace)?;
    shell::output(workspace.command(bagit).args(["--validate", "--quiet"]).arg(bundle))?;
    println!("bagit.py: valid");
    let mut verify = workspace.command("python3");
    // Its own compiled form must not appear among the files it checks.
    verify.current_dir(bundle).env("PYTHONDONTWRITEBYTECODE", "1");
    let said = shell::output(verify.args(["data/verify.py", ".", fingerprint]))?;
    if !said.contains("VERIFIED") {
        return Err(format!("data/verify.py did not say VERIFIED:\n{said}"));
    }
    println!("data/verify.py: verified");
    let instructions = fs::read_to_string(bundle.join(INSTRUCTIONS))
        .map_err(|error| format!("{INSTRUCTIONS}: {error}"))?;
    let said = follow(&instructions, bundle, &workspace.fresh("checks")?)?;
    judge(&said, bundle, fingerprint)?;
    println!("sha256sum and openssl, following {INSTRUCTIONS}: every check holds");
    Ok(())
}

/// The checker of the Library of Congress, installed for us alone.
fn bagit(workspace: &Workspace) -> Result<PathBuf, String> {
    let home = workspace.scratch("venv");
    let program = home.join("bin").join("bagit.py");
    if !program.is_file() {
        shell::output(workspace.command("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        let pip = home.join("bin").join("pip");
        let arguments = ["install", "--quiet", "--disable-pip-version-check", "--no-input", BAGIT];
        shell::output(workspace.command(pip).args(arguments))?;
    }
    Ok(program)
}

/// Pastes the checks into a shell, as a reader does. Their temporary files go to `scratch`, since
/// somebody else's checks may be running.
fn follow(instructions: &str, bundle: &Path, scratch: &Path) -> Result<String, String> {
    let script = script(instructions)?.replace("/tmp/", "\"$SCRATCH\"/");
    let mut shell = Command::new("bash");
    // What a check finds, it says; the last command's exit code means nothing.
    shell.args(["-c", &format!("{script}true")]).current_dir(bundle).env("SCRATCH", scratch);
    shell::output(&mut shell)
}

/// The blocks of the instructions that a reader is told to paste, as one script that says which
/// check comes.
fn script(instructions: &str) -> Result<String, String> {
    let mut blocks: BTreeMap<u32, String> = BTreeMap::new();
    let mut number = 0;
    for line in instructions.lines() {
        if line.starts_with("What the files are") {
            break;
        }
        let heading = line.split_once(". ").and_then(|(head, _)| head.parse().ok());
        number = heading.unwrap_or(number);
        if let Some(command) = line.strip_prefix("    ").filter(|_| CHECKS.contains(&number)) {
            let block = blocks.entry(number).or_default();
            block.push_str(command);
            block.push('\n');
        }
    }
    if !blocks.keys().copied().eq(CHECKS.iter().copied()) {
        return Err(format!("{INSTRUCTIONS} does not hold the checks {CHECKS:?}"));
    }
    let told = |(number, block): (&u32, &String)| format!("echo '== {number}'\n{block}");
    Ok(blocks.iter().map(told).collect())
}

/// Judges what the checks said, as the instructions tell a reader to.
fn judge(said: &str, bundle: &Path, fingerprint: &str) -> Result<(), String> {
    let mut parts: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    let mut number = 0;
    for line in said.lines().filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix("== ").and_then(|rest| rest.parse().ok()) {
            Some(next) => number = next,
            None => parts.entry(number).or_default().push(line),
        }
    }
    let part = |number: u32| parts.get(&number).map(Vec::as_slice).unwrap_or_default();
    let all = |number: u32, holds: &dyn Fn(&str) -> bool| {
        let lines = part(number);
        let wrong = lines.iter().find(|line| !holds(line)).copied();
        match wrong.or_else(|| lines.is_empty().then_some("it said nothing")) {
            None => Ok(()),
            Some(line) => Err(format!("check {number} of {INSTRUCTIONS}: {line}")),
        }
    };
    all(1, &|line| line.ends_with(": OK"))?;
    all(2, &|line| line.starts_with(&fingerprint.to_lowercase()))?;
    all(5, &|line| line.ends_with(" OK"))?;
    all(6, &|line| line.ends_with(" OK") || line.starts_with("data/proofs/"))?;
    judge_signatures(part(3), bundle)?;
    let (events, proven) = (part(5).len(), part(6));
    let found = |mark: &str| proven.iter().filter(|line| line.starts_with(mark)).count();
    if found("event ") != events || found("data/proofs/") != events {
        return Err("not every event is proven by one of the checkpoints".into());
    }
    Ok(())
}

/// Check 3: the seal, then each checkpoint, verifies with the key (other keys' signatures may stand
/// beside its own), and the seal is over the manifest of manifests.
fn judge_signatures(said: &[&str], bundle: &Path) -> Result<(), String> {
    let folder = bundle.join("data/checkpoints");
    let entries = fs::read_dir(&folder).map_err(|error| format!("data/checkpoints: {error}"))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let notes = paths.filter(|path| path.extension().is_some_and(|e| e == "note")).count();
    let is_note = |line: &str| line.starts_with("data/checkpoints/") && line.ends_with(".note");
    let mut signed: Vec<(&str, bool)> = vec![("seal.note", false)];
    for line in said {
        if is_note(line) {
            signed.push((line, false));
        } else if let (true, Some(last)) = (*line == "Verified OK", signed.last_mut()) {
            last.1 = true;
        }
    }
    if let Some((name, _)) = signed.iter().find(|(_, verified)| !verified) {
        return Err(format!("check 3 of {INSTRUCTIONS}: the key did not sign {name}"));
    }
    if notes == 0 || signed.len() != notes + 1 {
        return Err(format!(
            "check 3 of {INSTRUCTIONS}: not all of {notes} checkpoints were checked"
        ));
    }
    let sealed = fs::read_to_string(bundle.join("seal.note"))
        .map_err(|error| format!("seal.note: {error}"))?;
    let hash = said.iter().find(|line| line.ends_with("  tagmanifest-sha256.txt"));
    let hash = hash.and_then(|line| line.split(' ').next()).unwrap_or("no hash");
    if !sealed.lines().nth(1).is_some_and(|line| line.contains(hash)) {
        return Err("the seal is not over this tagmanifest-sha256.txt".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/ledger/vectors/golden-v1")
    }

    fn fingerprint() -> String {
        let command = "openssl pkey -pubin -in data/keys/log.pub.pem -outform DER | sha256sum";
        let mut shell = Command::new("bash");
        let said = shell::output(shell.args(["-c", command]).current_dir(golden())).unwrap();
        said.split(' ').next().unwrap().to_owned()
    }

    fn said() -> String {
        let text = fs::read_to_string(golden().join(INSTRUCTIONS)).unwrap();
        let scratch = Scratch::new();
        follow(&text, &golden(), &scratch.0).unwrap()
    }

    /// A folder of one test's own.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new() -> Scratch {
            let mut shell = Command::new("mktemp");
            Scratch(shell::output(shell.arg("-d")).unwrap().trim().into())
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn the_instructions_of_the_golden_bundle_hold_when_followed_to_the_letter() {
        judge(&said(), &golden(), &fingerprint()).unwrap();
    }

    #[test]
    fn every_kind_of_bad_news_is_understood() {
        let (said, fingerprint) = (said(), fingerprint());
        for (good, bad) in [
            ("data/verify.py: OK", "data/verify.py: FAILED"),
            (fingerprint.as_str(), "00"),
            ("Verified OK", "Verification failure"),
            ("000001.json OK", "000001.json DOES NOT FOLLOW"),
            ("event 000002 OK", "event 000002 NOT IN THE LOG"),
            ("data/proofs/000003.tlog-proof: ", "x"),
            ("event 000004 OK\n", ""),
        ] {
            assert!(said.contains(good), "{good}\n{said}");
            let changed = said.replacen(good, bad, 1);
            assert!(judge(&changed, &golden(), &fingerprint).is_err(), "{bad}");
        }
    }

    #[test]
    fn instructions_without_a_check_are_refused() {
        assert!(script("1. No file.\n\n    true\n").is_err());
    }
}
