//! Services: what an officer can ask for, and which process map answers.

use super::package::Library;

/// A service on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service<'a> {
    /// Its title, for people.
    pub title: &'a str,
    /// The discipline that does the work.
    pub discipline: &'a str,
    /// The process map, by key: new work begins on its newest version.
    pub map: &'a str,
}

impl Library {
    /// Whether a code list offers this code for a new record: it has it, and has not withdrawn it.
    #[must_use]
    pub fn has_code(&self, list: &str, code: &str) -> bool {
        self.code_list(list).is_some_and(|list| list.offers(code))
    }

    /// The service of this key in the list `services`.
    #[must_use]
    pub fn service(&self, key: &str) -> Option<Service<'_>> {
        let code = self.code_list("services")?.code(key)?;
        Some(Service {
            title: &code.title,
            discipline: code.discipline.as_deref()?,
            map: code.map.as_deref()?,
        })
    }
}
