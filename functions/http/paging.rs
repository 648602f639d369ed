//! Pages of lists: sizes, sealed continuation tokens, and the link to the next page.
//!
//! A token says where a list goes on. It is sealed, so a client can neither read nor make one, and
//! bound to the caller, the route and the filter, so it is worth nothing anywhere else.

use super::{Problem, Request, State, urlencoded};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use domain::time::Timestamp;
use http::header;
use sha2::{Digest, Sha256};

/// The page size when none is asked for.
pub const PAGE_SIZE: u16 = 50;
/// The largest page.
pub const PAGE_SIZE_MAX: u16 = 200;
/// How long a continuation token is valid, in milliseconds.
pub const CONTINUATION_MS: i64 = 24 * 60 * 60 * 1000;
/// The longest continuation token, in characters. Longer ones are not even decoded.
pub const CONTINUATION_MAX: usize = 4096;

/// Which page of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many entries at most.
    pub size: u16,
    /// The position after which the page begins; none for the first page.
    pub after: Option<String>,
}

/// Where a token is valid.
#[derive(Clone, Copy, Debug)]
pub struct Place<'r> {
    /// The caller's id.
    pub caller: &'r str,
    /// The endpoint's route.
    pub route: &'r str,
    /// The path parameters.
    pub params: &'r [(&'static str, String)],
    /// The query; page size and token itself do not count.
    pub query: &'r [(String, String)],
}

impl Place<'_> {
    /// A hash over every part, each with its length before it.
    fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        add(self.caller);
        add(self.route);
        self.params.iter().for_each(|(name, value)| {
            add(name);
            add(value);
        });
        let mut filter: Vec<_> = self.query.iter().filter(|(name, _)| counts(name)).collect();
        filter.sort();
        filter.into_iter().for_each(|(name, value)| {
            add(name);
            add(value);
        });
        hash.finalize().into()
    }
}

fn counts(name: &str) -> bool {
    !matches!(name, "maxpagesize" | "continuation" | "api-version")
}

/// Seals and opens continuation tokens with one key, which all processes of a service share.
pub struct Sealer {
    cipher: ChaCha20Poly1305,
    nonce_key: [u8; 32],
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// A sealer with a secret key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Sealer {
        let nonce_key = Sha256::new().chain_update(b"continuation nonce").chain_update(key);
        Sealer {
            cipher: ChaCha20Poly1305::new(Key::from_slice(key)),
            nonce_key: nonce_key.finalize().into(),
        }
    }

    /// Seals a position. The nonce is a keyed hash of everything sealed, so equal input gives an
    /// equal token, different input a different nonce, and nobody else can test a guess.
    #[must_use]
    pub fn seal(&self, position: &str, place: &Place<'_>, now: Timestamp) -> String {
        let mut plain = now.millis().to_be_bytes().to_vec();
        plain.extend_from_slice(position.as_bytes());
        let bound = place.hash();
        let digest = Sha256::new()
            .chain_update(self.nonce_key)
            .chain_update(bound)
            .chain_update(&plain)
            .finalize();
        let nonce = Nonce::from_slice(&digest[..12]);
        let sealed = self
            .cipher
            .encrypt(nonce, Payload { msg: &plain, aad: &bound })
            .expect("a position is far below the cipher's limit of 256 GiB");
        let mut token = nonce.to_vec();
        token.extend_from_slice(&sealed);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Opens a token.
    ///
    /// # Errors
    /// 400 `continuationExpired` after [`CONTINUATION_MS`], 400 `continuationInvalid` when it was
    /// not sealed here for this place.
    pub fn open(&self, token: &str, place: &Place<'_>, now: Timestamp) -> Result<String, Problem> {
        let (sealed_at, position) = self.unseal(token, place).ok_or_else(|| {
            Problem::bad_request("continuationInvalid", "This continuation is not for this list.")
        })?;
        let age = now.millis().saturating_sub(sealed_at);
        if age > CONTINUATION_MS {
            return Err(Problem::bad_request(
                "continuationExpired",
                "This continuation is older than 24 hours. Begin at the first page.",
            ));
        }
        Ok(position)
    }

    fn unseal(&self, token: &str, place: &Place<'_>) -> Option<(i64, String)> {
        if token.len() > CONTINUATION_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(12)?;
        let bound = place.hash();
        let payload = Payload { msg: sealed, aad: &bound };
        let plain = self.cipher.decrypt(Nonce::from_slice(nonce), payload).ok()?;
        let (sealed_at, position) = plain.split_at_checked(8)?;
        let sealed_at = i64::from_be_bytes(sealed_at.try_into().ok()?);
        Some((sealed_at, String::from_utf8(position.to_vec()).ok()?))
    }
}

/// Reads `maxpagesize`.
///
/// # Errors
/// 400 unless it is 1 to [`PAGE_SIZE_MAX`].
pub fn size(text: Option<&str>) -> Result<u16, Problem> {
    let Some(text) = text else { return Ok(PAGE_SIZE) };
    match text.parse() {
        Ok(size) if (1..=PAGE_SIZE_MAX).contains(&size) => Ok(size),
        _ => Err(Problem::bad_request(
            "badPageSize",
            format!("maxpagesize is a number from 1 to {PAGE_SIZE_MAX}."),
        )),
    }
}

/// The link to the page that a token opens.
pub(super) fn next_link<A: State>(request: &Request<A>, token: &str) -> String {
    let mut link = base(&request.headers, request.proxied).unwrap_or_default();
    link.push('/');
    link.push_str(&path(request.endpoint.route, &request.params));
    let mut separator = '?';
    for (name, value) in request.query.iter().filter(|(name, _)| name != "continuation") {
        let pair = format!("{}={}", urlencoded::encode(name), urlencoded::encode(value));
        link.push(separator);
        link.push_str(&pair);
        separator = '&';
    }
    link.push(separator);
    link.push_str("continuation=");
    link.push_str(token);
    link
}

fn path(route: &str, params: &[(&'static str, String)]) -> String {
    let segment = |segment: &str| {
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let Some(name) = name else { return segment.to_owned() };
        let plain = name.trim_start_matches('*');
        let value = params.iter().find(|(known, _)| *known == plain);
        let value = value.map_or("", |(_, value)| value.as_str());
        if name.starts_with('*') { value.to_owned() } else { urlencoded::encode(value) }
    };
    route.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Scheme and host as the client used them, or nothing when that is not certain.
fn base(headers: &http::HeaderMap, proxied: bool) -> Option<String> {
    let one = |name: header::HeaderName| {
        let mut values = headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    };
    let (scheme, host) = if proxied {
        let scheme = one(header::HeaderName::from_static("x-forwarded-proto"))?;
        (scheme, one(header::HeaderName::from_static("x-forwarded-host"))?)
    } else {
        ("http", one(header::HOST)?)
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let safe = matches!(scheme, "http" | "https")
        && (1..=255).contains(&host.len())
        && host.chars().all(plain);
    safe.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
#[path = "paging_tests.rs"]
mod tests;
