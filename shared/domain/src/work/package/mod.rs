//! Packages: process maps with the forms and code lists they use, as one thing that forces can
//! read, compare, approve and pass to each other.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::form::{CodeList, CodeLists, Form};
use super::map::{ProcessMap, parse_version};
use super::map_check::{MapFault, check, check_code_list, check_form};

mod builtin;
pub use builtin::builtin;

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;

/// Largest file of a package, in bytes.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;

/// What a package says about itself: the file `package.json`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PackageDescription {
    /// Name, unique among the packages of a force.
    pub name: String,
    /// Version as `major.minor.patch`.
    pub version: String,
    /// Who made it.
    pub publisher: String,
    /// Plain-English name.
    pub title: String,
    /// Licence as an SPDX identifier.
    pub licence: String,
    /// What changed, newest first.
    pub changes: Vec<ChangeNote>,
    /// Packages that must be installed with it.
    pub requires: Vec<Requirement>,
}

/// What one version of a package changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeNote {
    /// The version.
    pub version: String,
    /// Date of issue as `YYYY-MM-DD`.
    pub date: String,
    /// What changed and why, for the person who decides whether to install it.
    pub note: String,
}

/// A package that another needs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its name.
    pub name: String,
    /// The least version that will do. A later one with the same major number will do as well.
    pub version: String,
}

/// A whole package, the form in which packages are hashed, signed and exchanged.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModulePackage {
    /// What the package says about itself.
    pub about: PackageDescription,
    /// Its process maps.
    pub maps: Vec<ProcessMap>,
    /// Its forms.
    pub forms: Vec<Form>,
    /// Its code lists, or its share of lists that other packages also add to.
    pub code_lists: Vec<CodeList>,
}

/// The texts of a package's files, as they lie in its folder.
#[derive(Clone, Debug)]
pub struct PackageText<'a> {
    /// `package.json`.
    pub about: &'a str,
    /// `maps/*.json`.
    pub maps: Vec<&'a str>,
    /// `forms/*.json`.
    pub forms: Vec<&'a str>,
    /// `code_lists/*.json`.
    pub code_lists: Vec<&'a str>,
}

impl ModulePackage {
    /// Assembles a package from its files. The error says in words which kind of file is wrong,
    /// and where. Nothing is checked beyond the shape: see [`Library::new`].
    pub fn from_texts(texts: &PackageText<'_>) -> Result<ModulePackage, String> {
        Ok(ModulePackage {
            about: read("package.json", texts.about)?,
            maps: read_all("a process map", &texts.maps)?,
            forms: read_all("a form", &texts.forms)?,
            code_lists: read_all("a code list", &texts.code_lists)?,
        })
    }

    /// SHA-256 over the package's canonical JSON (sorted members, no space), as 64 lower-case
    /// hexadecimal digits: what is signed and compared. The layout of the files plays no part.
    pub fn content_hash(&self) -> String {
        content_hash(self)
    }
}

/// SHA-256 over the canonical JSON of a map, form, code list or package, in hexadecimal. Pins the
/// exact content that an approval or a publication was about.
pub fn content_hash(content: &impl Serialize) -> String {
    let value = serde_json::to_value(content)
        .expect("the types of this module have string keys and no fallible serialisers");
    hex::encode(Sha256::digest(ledger::canonical::to_bytes(&value)))
}

fn read<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, String> {
    if text.len() > FILE_BYTES_MAX {
        return Err(format!("{what} is larger than {FILE_BYTES_MAX} bytes"));
    }
    serde_json::from_str(text).map_err(|error| format!("{what} cannot be read: {error}"))
}

fn read_all<T: DeserializeOwned>(what: &str, texts: &[&str]) -> Result<Vec<T>, String> {
    texts.iter().map(|text| read(what, text)).collect()
}

/// Packages that are installed together and have been checked together.
#[derive(Clone, Debug)]
pub struct Library {
    packages: Vec<ModulePackage>,
    code_lists: CodeLists,
}

impl Library {
    /// Checks packages together and makes a library of them. Code lists with the same key become
    /// one list, in the order of the packages, so that a discipline can bring its own services.
    /// Every fault is reported at once.
    pub fn new(packages: Vec<ModulePackage>) -> Result<Library, Vec<MapFault>> {
        let mut faults = Vec::new();
        let code_lists = merge_lists(&packages, &mut faults);
        let library = Library { packages, code_lists };
        library.check(&mut faults);
        if faults.is_empty() { Ok(library) } else { Err(faults) }
    }

    /// The packages.
    pub fn packages(&self) -> &[ModulePackage] {
        &self.packages
    }

    /// Every version of every map.
    pub fn maps(&self) -> impl Iterator<Item = &ProcessMap> {
        self.packages.iter().flat_map(|package| &package.maps)
    }

    /// One version of a map.
    pub fn map(&self, key: &str, version: &str) -> Option<&ProcessMap> {
        self.maps().find(|map| map.key == key && map.version == version)
    }

    /// The highest version of a map: what new work begins on.
    pub fn latest(&self, key: &str) -> Option<&ProcessMap> {
        self.maps().filter(|map| map.key == key).max_by_key(|map| parse_version(&map.version))
    }

    /// Every version of every form.
    pub fn forms(&self) -> impl Iterator<Item = &Form> {
        self.packages.iter().flat_map(|package| &package.forms)
    }

    /// The form that a step names as `key@version`.
    pub fn form(&self, reference: &str) -> Option<&Form> {
        self.forms().find(|form| form.reference() == reference)
    }

    /// One code list, with what every package adds to it.
    pub fn code_list(&self, key: &str) -> Option<&CodeList> {
        self.code_lists.get(key)
    }

    /// Every code list.
    pub fn code_lists(&self) -> &CodeLists {
        &self.code_lists
    }

    /// SHA-256 over the canonical JSON of all packages, in hexadecimal.
    pub fn content_hash(&self) -> String {
        content_hash(&self.packages)
    }

    fn check(&self, faults: &mut Vec<MapFault>) {
        let about = || self.packages.iter().map(|package| &package.about);
        once(faults, "packages are called", about().map(|about| about.name.clone()));
        once(faults, "maps are", self.maps().map(ProcessMap::reference));
        once(faults, "forms are", self.forms().map(Form::reference));
        for about in about() {
            self.check_description(faults, about);
        }
        let forms: Vec<Form> = self.forms().cloned().collect();
        for map in self.maps() {
            faults.extend(check(map, &forms, &self.code_lists).err().unwrap_or_default());
        }
        let named: BTreeSet<&str> = self
            .maps()
            .flat_map(|map| &map.steps)
            .filter_map(|step| step.form.as_deref())
            .collect();
        for form in self.forms().filter(|form| !named.contains(form.reference().as_str())) {
            faults.extend(check_form(form, &self.code_lists));
        }
        for list in self.code_lists.values() {
            faults.extend(check_code_list(list));
            self.check_links(faults, list);
        }
    }

    fn check_description(&self, faults: &mut Vec<MapFault>, about: &PackageDescription) {
        let texts = [&about.name, &about.publisher, &about.title, &about.licence];
        if texts.iter().any(|text| text.trim().is_empty()) {
            let detail = format!("The package {} leaves out a name, title or licence.", about.name);
            faults.push(fault("packageDescription", detail));
        }
        let newest = about.changes.first();
        if parse_version(&about.version).is_none()
            || newest.is_none_or(|change| change.version != about.version)
        {
            let detail =
                format!("The package {} must begin its changes with its own version.", about.name);
            faults.push(fault("packageVersion", detail));
        }
        for needed in &about.requires {
            let found = self.packages.iter().find(|package| package.about.name == needed.name);
            if !found.is_some_and(|package| satisfies(&package.about.version, &needed.version)) {
                let detail = format!(
                    "The package {} needs {} {} or a later one with the same first number.",
                    about.name, needed.name, needed.version
                );
                faults.push(fault("requirementMissing", detail));
            }
        }
    }

    /// What the codes of a list point to must exist.
    fn check_links(&self, faults: &mut Vec<MapFault>, list: &CodeList) {
        let groups = list.grouped_by.as_ref().and_then(|key| self.code_list(key));
        let disciplines = self.code_list("disciplines");
        for code in &list.codes {
            let group_fits = match (&list.grouped_by, &code.group) {
                (None, None) => true,
                (Some(_), Some(group)) => groups.is_some_and(|found| found.code(group).is_some()),
                (None, Some(_)) | (Some(_), None) => false,
            };
            let discipline_fits = code.discipline.as_ref().is_none_or(|discipline| {
                disciplines.is_some_and(|found| found.code(discipline).is_some())
            });
            let map_fits = code.map.as_ref().is_none_or(|map| self.latest(map).is_some());
            if !(group_fits && discipline_fits && map_fits) {
                let detail = format!(
                    "The code {} of {} names a group, discipline or map that does not exist.",
                    code.key, list.key
                );
                faults.push(fault("unknownLink", detail));
            }
        }
    }
}

fn merge_lists(packages: &[ModulePackage], faults: &mut Vec<MapFault>) -> CodeLists {
    let mut merged = CodeLists::new();
    for list in packages.iter().flat_map(|package| &package.code_lists) {
        let Some(known) = merged.get_mut(&list.key) else {
            merged.insert(list.key.clone(), list.clone());
            continue;
        };
        if known.title != list.title || known.grouped_by != list.grouped_by {
            let detail = format!("Two packages describe the code list {} differently.", list.key);
            faults.push(fault("codeListDiffers", detail));
        }
        known.codes.extend(list.codes.iter().cloned());
    }
    merged
}

fn satisfies(installed: &str, needed: &str) -> bool {
    match (parse_version(installed), parse_version(needed)) {
        (Some(installed), Some(needed)) => installed.0 == needed.0 && installed >= needed,
        (None, _) | (_, None) => false,
    }
}

fn once(faults: &mut Vec<MapFault>, what: &str, names: impl Iterator<Item = String>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            faults.push(fault("duplicateKey", format!("Two {what} {name}.")));
        }
        seen.insert(name);
    }
}

fn fault(code: &'static str, detail: String) -> MapFault {
    MapFault { code, step: None, detail }
}
