//! Identifiers in a body, read so that all bad ones are named at once.

use crate::http::Problem;
use domain::refusal::{FieldError, Refusal};
use std::str::FromStr;

/// Reads identifiers and remembers which were none.
#[derive(Debug, Default)]
pub struct Ids {
    errors: Vec<FieldError>,
}

impl Ids {
    /// An identifier; `None`, and a fault, when the text cannot be one we gave.
    pub fn read<T: FromStr>(&mut self, pointer: &str, text: &str) -> Option<T> {
        let read = text.parse().ok();
        if read.is_none() {
            self.errors.push(FieldError {
                pointer: pointer.to_owned(),
                code: "unknownIdentifier".into(),
                detail: "This is not an identifier we gave.".to_owned(),
            });
        }
        read
    }

    /// Those of a list that are identifiers; each other is a fault.
    pub fn read_all<T: FromStr>(&mut self, pointer: &str, texts: &[String]) -> Vec<T> {
        let read = |(n, text): (usize, &String)| self.read(&format!("{pointer}/{n}"), text);
        texts.iter().enumerate().filter_map(read).collect()
    }

    /// What was read, if all of it was identifiers.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, Problem> {
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(Refusal::Invalid(self.errors).into()),
        }
    }
}
