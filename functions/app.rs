//! The application: everything a request may use.

use crate::config::Config;
use crate::http::caller::TokenValidator;
use crate::http::paging::Sealer;
use crate::http::{Clock, Edge, State};
use crate::issuer::Issuer;
use crate::secrets::Secrets;
use domain::ids::IdSupply;
use domain::work::package::Library;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::ports::Store;
use tokio::sync::Notify;

/// Fills bytes from a secure source. The only randomness of the service; tests give their own.
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What every request shares. Nothing in it remembers casework: that is the store's.
pub struct App {
    /// The HTTP edge's part.
    pub edge: Edge,
    /// The backend.
    pub store: Store,
    /// The process maps, forms and code lists in force.
    pub library: &'static Library,
    /// Randomness.
    pub entropy: Entropy,
    /// Makes identifiers out of idempotency keys: secret, so that nobody can make a name for a
    /// case, and lasting, so that a retry finds what the first try made.
    pub derivation_key: [u8; 32],
    /// Rung when there is work for the upload worker. In Azure nobody listens: events say so there.
    pub upload_bell: Arc<Notify>,
    /// Rung when there is work for the sequencer. In Azure its timer does not need it.
    pub log_bell: Arc<Notify>,
    /// Rung when a checkpoint has been anchored.
    pub anchored: Arc<Notify>,
    read_only: AtomicBool,
}

/// What an application is put together from.
pub struct Parts {
    /// Every setting, checked.
    pub config: Config,
    /// The backend.
    pub store: Store,
    /// The embedded issuer, on one machine only.
    pub issuer: Option<Issuer>,
    /// Who else's tokens are taken.
    pub tokens: TokenValidator,
    /// Secrets of this instance.
    pub secrets: Secrets,
    /// The clock.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Entropy,
}

impl State for App {
    fn edge(&self) -> &Edge {
        &self.edge
    }
}

impl App {
    /// Puts an application together.
    #[must_use]
    pub fn new(parts: Parts) -> App {
        App {
            edge: Edge {
                config: Arc::new(parts.config),
                tokens: Arc::new(parts.tokens),
                issuer: parts.issuer.map(Arc::new),
                clock: parts.clock,
                sealer: Arc::new(Sealer::new(&parts.secrets.sealing_key)),
            },
            store: parts.store,
            library: domain::work::package::builtin(),
            entropy: parts.entropy,
            derivation_key: parts.secrets.derivation_key,
            upload_bell: Arc::new(Notify::new()),
            log_bell: Arc::new(Notify::new()),
            anchored: Arc::new(Notify::new()),
            read_only: AtomicBool::new(false),
        }
    }

    /// Stops this process from writing, until it is started anew: what is stored contradicts what
    /// was signed.
    pub fn stop_writing(&self) {
        self.read_only.store(true, Ordering::Relaxed);
    }

    /// Whether writing has stopped.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only.load(Ordering::Relaxed)
    }

    /// Fresh identifiers and salts for one command.
    #[must_use]
    pub fn ids(&self) -> IdSupply {
        let mut seed = [0; 32];
        (self.entropy)(&mut seed);
        IdSupply::new(seed)
    }

    /// 128 bits that belong to these words and to no others, and that nobody without the key can
    /// foretell.
    #[must_use]
    pub fn derive(&self, words: &[&str]) -> [u8; 16] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.derivation_key)
            .expect("HMAC takes a key of any length");
        for word in words {
            mac.update(&(word.len() as u64).to_be_bytes());
            mac.update(word.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        bytes
    }
}
