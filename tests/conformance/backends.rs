//! The backends the suite runs on.

use super::Backend;
use super::samples::ORIGIN;
use store::fault::{FailNth, Fault};
use store::ports::Store;
use store::{Embedded, EmbeddedOptions};
use tempfile::TempDir;

/// The embedded store, in a directory of its own.
pub struct EmbeddedBackend {
    store: Store,
    home: TempDir,
}

/// Opens the embedded store that lives under `home`.
#[must_use]
pub fn open(home: &TempDir) -> Store {
    let options = EmbeddedOptions {
        data: home.path().join("data"),
        anchor: home.path().join("anchor"),
        keys: home.path().join("keys"),
        origin: ORIGIN.to_owned(),
    };
    Embedded::open(&options).unwrap().0
}

impl Backend for EmbeddedBackend {
    async fn fresh() -> EmbeddedBackend {
        let home = tempfile::tempdir().unwrap();
        EmbeddedBackend { store: open(&home), home }
    }

    async fn reopen(self) -> EmbeddedBackend {
        let EmbeddedBackend { store, home } = self;
        drop(store);
        EmbeddedBackend { store: open(&home), home }
    }

    fn store(&self) -> &Store {
        &self.store
    }
}

/// The embedded store behind the fault-injecting wrapper with no fault planned: the wrapper itself
/// must keep every promise.
pub struct WrappedBackend {
    inner: EmbeddedBackend,
    store: Store,
}

impl WrappedBackend {
    fn around(inner: EmbeddedBackend) -> WrappedBackend {
        let (store, _) = FailNth::wrap(inner.store().clone(), 0, Fault::Before);
        WrappedBackend { inner, store }
    }
}

impl Backend for WrappedBackend {
    async fn fresh() -> WrappedBackend {
        WrappedBackend::around(EmbeddedBackend::fresh().await)
    }

    async fn reopen(self) -> WrappedBackend {
        let WrappedBackend { inner, store } = self;
        drop(store);
        WrappedBackend::around(inner.reopen().await)
    }

    fn store(&self) -> &Store {
        &self.store
    }
}
