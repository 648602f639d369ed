//! What text may be. Names, references and notes are data: kept exactly as given, or refused.

use crate::refusal::{FieldError, Refusal};

/// A reference or a code, in characters.
pub const REFERENCE_CHARS_MAX: usize = 40;
/// A name, a title or a place, in characters.
pub const LINE_CHARS_MAX: usize = 200;
/// A description or a reason, in characters.
pub const PARAGRAPH_CHARS_MAX: usize = 4_000;
/// A contemporaneous note, in characters: one page of close writing is about 4,000.
pub const NOTE_CHARS_MAX: usize = 20_000;

/// Collects everything that is wrong with a command, so that all of it is reported at once.
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Check {
        Check::default()
    }

    /// One line of text: 1 to `max` characters, no line breaks, no invisible characters, not blank.
    pub fn line(&mut self, pointer: &str, text: &str, max: usize) {
        self.text(pointer, text, max, false);
    }

    /// Paragraphs: 1 to `max` characters; line feeds and tabs are allowed.
    pub fn paragraphs(&mut self, pointer: &str, text: &str, max: usize) {
        self.text(pointer, text, max, true);
    }

    /// One line of text, if there is any.
    pub fn optional_line(&mut self, pointer: &str, text: Option<&str>, max: usize) {
        if let Some(text) = text {
            self.line(pointer, text, max);
        }
    }

    /// Paragraphs, if there are any.
    pub fn optional_paragraphs(&mut self, pointer: &str, text: Option<&str>, max: usize) {
        if let Some(text) = text {
            self.paragraphs(pointer, text, max);
        }
    }

    /// A rule of any other kind.
    pub fn require(&mut self, holds: bool, pointer: &str, code: &'static str, detail: &str) {
        if !holds {
            self.errors.push(FieldError {
                pointer: pointer.to_owned(),
                code: code.into(),
                detail: detail.to_owned(),
            });
        }
    }

    /// Takes over what another check found.
    pub fn absorb(&mut self, refusal: Refusal) {
        match refusal {
            Refusal::Invalid(errors) => self.errors.extend(errors),
            other => self.errors.push(FieldError {
                pointer: String::new(),
                code: "refused".into(),
                detail: other.to_string(),
            }),
        }
    }

    /// All is well, or everything that is not.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.errors)) }
    }

    fn text(&mut self, pointer: &str, text: &str, max: usize, many_lines: bool) {
        let length = text.chars().count();
        if text.trim().is_empty() {
            self.require(false, pointer, "required", "Say something here: it is blank.");
        } else if length > max {
            let detail = format!("At most {max} characters; there are {length}.");
            self.require(false, pointer, "tooLong", &detail);
        }
        if let Some(bad) = text.chars().find(|c| is_forbidden(*c, many_lines)) {
            let detail = format!("Remove the invisible character U+{:04X}.", u32::from(bad));
            self.require(false, pointer, "forbiddenCharacter", &detail);
        }
    }
}

/// Text as people compare labels: without blanks, in capitals.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// Control characters and those that reorder or hide text: a record must read the same to all.
#[must_use]
pub fn is_forbidden(c: char, many_lines: bool) -> bool {
    match c {
        '\n' | '\t' => !many_lines,
        '\u{061C}'
        | '\u{200B}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{2028}'
        | '\u{2029}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(check: Check) -> Vec<String> {
        match check.finish() {
            Err(Refusal::Invalid(errors)) => {
                errors.into_iter().map(|e| e.code.into_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn text_may_be_as_long_as_the_limit_and_no_longer() {
        let mut check = Check::new();
        check.line("/a", &"é".repeat(40), 40);
        check.line("/b", &"é".repeat(41), 40);
        assert_eq!(codes(check), ["tooLong"]);
    }

    #[test]
    fn reordering_and_control_characters_are_refused() {
        let mut check = Check::new();
        check.line("/a", "AP\u{202E}1", 40);
        check.line("/b", "AP\u{0}1", 40);
        check.line("/c", "two\nlines", 40);
        check.paragraphs("/d", "two\nlines", 40);
        check.line("/e", " \u{3000}", 40);
        assert_eq!(
            codes(check),
            ["forbiddenCharacter", "forbiddenCharacter", "forbiddenCharacter", "required"]
        );
    }
}
