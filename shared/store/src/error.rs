//! What can go wrong in a store, in the store's own words. No HTTP here.

/// Why a store did not do as asked. Unless a variant says otherwise, nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such stream, document, file or object.
    #[error("not found")]
    NotFound,
    /// Somebody else committed first. Reload, decide again, try again.
    #[error("stale: expected version {expected}, found {found}")]
    Stale {
        /// The version the caller built on.
        expected: u64,
        /// The version that is there.
        found: u64,
    },
    /// Something else already stands under this name, with other content.
    #[error("exists: {what}")]
    Exists {
        /// Which kind of thing, without personal data.
        what: &'static str,
    },
    /// What was offered does not fit what was announced: wrong length, block out of range, blocks missing.
    #[error("mismatch: {code}: {detail}")]
    Mismatch {
        /// Stable camelCase word.
        code: &'static str,
        /// What was expected and what came, in numbers.
        detail: String,
    },
    /// The disk or the account is full. Everything acknowledged before is safe.
    #[error("the store is full")]
    Full,
    /// What is stored does not match its own checks. Stop and look: see the fsck run-book.
    #[error("corrupt: {what}")]
    Corrupt {
        /// Which check failed on which object, without personal data.
        what: String,
    },
    /// The store cannot be reached or is shutting down. It may or may not have done the work:
    /// ask again under the same command id.
    #[error("unavailable")]
    Unavailable {
        /// For the log only.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// Wraps a cause as [`StoreError::Unavailable`].
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
        StoreError::Unavailable { source: source.into() }
    }

    /// A stored thing failed its own check.
    pub fn corrupt(what: impl Into<String>) -> StoreError {
        StoreError::Corrupt { what: what.into() }
    }

    /// Whether trying the same thing again may help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            StoreError::Stale { .. } | StoreError::Unavailable { .. } => true,
            StoreError::NotFound
            | StoreError::Exists { .. }
            | StoreError::Mismatch { .. }
            | StoreError::Full
            | StoreError::Corrupt { .. } => false,
        }
    }
}
