//! Why the rules say no. A guard always says why, and what to do.

use serde::{Deserialize, Serialize};

/// One field of a command that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Where: an RFC 6901 JSON pointer into the request's body, such as `/exhibits/0/reference`.
    pub pointer: String,
    /// Which rule, as a stable camelCase word that clients may branch on.
    pub code: std::borrow::Cow<'static, str>,
    /// What is wrong and what to do, in plain words, without repeating the value.
    pub detail: String,
}

/// A command the rules do not allow. Nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Fields that break a rule, all of them at once.
    #[error("{} field(s) break a rule", .0.len())]
    Invalid(Vec<FieldError>),
    /// The thing is not in a state that allows this.
    #[error("{code}: {detail}")]
    WrongState {
        /// Stable camelCase word.
        code: &'static str,
        /// What state it is in and what would be needed.
        detail: String,
    },
    /// The caller may know of the thing but may not do this to it.
    #[error("{code}: {detail}")]
    NotAllowed {
        /// Stable camelCase word.
        code: &'static str,
        /// Who may.
        detail: String,
    },
    /// Somebody else has to do this: nobody checks their own work.
    #[error("a second person is needed: {detail}")]
    SecondPersonNeeded {
        /// Who is ruled out, and why.
        detail: String,
    },
    /// There is no such thing, or the caller may not know that there is.
    #[error("not found")]
    NotFound,
}

impl Refusal {
    /// One field breaks one rule.
    #[must_use]
    pub fn invalid(
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Refusal {
        Refusal::Invalid(vec![FieldError {
            pointer: pointer.into(),
            code: code.into(),
            detail: detail.into(),
        }])
    }

    /// The state does not allow it.
    #[must_use]
    pub fn wrong_state(code: &'static str, detail: impl Into<String>) -> Refusal {
        Refusal::WrongState { code, detail: detail.into() }
    }

    /// The caller's role does not allow it.
    #[must_use]
    pub fn not_allowed(code: &'static str, detail: impl Into<String>) -> Refusal {
        Refusal::NotAllowed { code, detail: detail.into() }
    }
}
