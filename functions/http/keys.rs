//! Where the keys that check tokens come from.

use futures::future::BoxFuture;
use jsonwebtoken::DecodingKey;
use std::collections::HashMap;
use std::sync::Arc;

/// The keys cannot be had at the moment: neither yes nor no can be said about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysAway;

/// A source of an issuer's public keys. A source that fetches keeps them for at most 24 hours,
/// asks again for an unknown key at most once in 5 minutes, keeps serving what it has while the
/// issuer cannot be reached, and never follows an address from a token.
pub trait Keys: Send + Sync {
    /// The key of this id, or nothing when the issuer has no such key.
    fn find<'a>(
        &'a self,
        kid: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<DecodingKey>>, KeysAway>>;
}

/// Keys that do not change while the process lives.
#[derive(Default)]
pub struct StaticKeys(HashMap<String, Arc<DecodingKey>>);

impl StaticKeys {
    /// Keys by their ids.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = (String, DecodingKey)>) -> StaticKeys {
        StaticKeys(keys.into_iter().map(|(kid, key)| (kid, Arc::new(key))).collect())
    }
}

impl Keys for StaticKeys {
    fn find<'a>(
        &'a self,
        kid: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<DecodingKey>>, KeysAway>> {
        Box::pin(std::future::ready(Ok(self.0.get(kid).cloned())))
    }
}
