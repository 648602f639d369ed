//! Who asks: bearer tokens, validated here on every request.
//!
//! One path for every issuer. Nothing in a token is believed before its signature holds, nothing
//! in it names a key or an address that we follow, and headers that a platform may inject
//! (`X-MS-CLIENT-PRINCIPAL` and its kin) are never read: only the token counts.

use super::keys::{Keys, KeysAway};
use super::{Problem, strict};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::people::Role;
use domain::time::Timestamp;
use http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

pub use domain::people::Caller;

/// The longest token, in bytes. Longer ones are refused unread.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// How far our clock and an issuer's may differ, in seconds, when `exp`, `nbf` and `iat` are read.
pub const LEEWAY_SECONDS: i64 = 30;
/// The longest life a token may have, from `nbf` to `exp`, in seconds.
pub const LIFETIME_SECONDS_MAX: i64 = 24 * 60 * 60;
/// How long a validated token is remembered, in milliseconds, and never past its `exp`.
pub const CACHE_MS: i64 = 60_000;
/// How many validated tokens are remembered.
pub const CACHE_TOKENS_MAX: usize = 4096;

/// The header members a token may have. Anything else, such as `jku`, `jwk`, `x5u`, `x5c` or
/// `crit`, would ask us to trust the token about itself.
const HEADER_MEMBERS: &[&str] = &["alg", "typ", "kid", "x5t"];
/// Claims that only an ID token has: it says who signed in, not what they may call.
const ID_TOKEN_CLAIMS: &[&str] = &["nonce", "at_hash", "c_hash"];

/// One issuer whose tokens are taken.
pub struct IssuerRules {
    /// `iss`, exactly.
    pub issuer: String,
    /// `aud`, exactly, and the only one.
    pub audience: String,
    /// `tid`, exactly: the directory's tenant; for the embedded issuer the force's code.
    pub tenant: String,
    /// The force whose people these are. A `force` claim must agree.
    pub force: String,
    /// The one algorithm this issuer signs with.
    pub algorithm: Algorithm,
    /// Its keys.
    pub keys: Arc<dyn Keys>,
}

/// Why a token does not count. For the log; the client hears less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefused {
    /// The token is not acceptable; the word says why.
    Invalid(&'static str),
    /// It was acceptable until its `exp`.
    Expired,
    /// The issuer's keys cannot be had just now.
    KeysAway,
}

impl From<TokenRefused> for Problem {
    fn from(refused: TokenRefused) -> Problem {
        match refused {
            TokenRefused::Invalid(reason) => {
                Problem::unauthenticated("invalid_token", "The token is not valid here.")
                    .with_cause(reason)
            }
            TokenRefused::Expired => {
                Problem::unauthenticated("invalid_token", "The token has expired.")
                    .with_cause("expired")
            }
            TokenRefused::KeysAway => Problem::unavailable("the issuer's keys cannot be had"),
        }
    }
}

/// Validates tokens and remembers the good ones for a moment.
pub struct TokenValidator {
    issuers: Vec<IssuerRules>,
    cache: Mutex<HashMap<[u8; 32], Remembered>>,
}

struct Remembered {
    caller: Arc<Caller>,
    until_ms: i64,
}

/// What we read from a token. Types are strict: a number as text is no number.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: i64,
    nbf: i64,
    #[serde(default)]
    iat: Option<i64>,
    tid: String,
    sub: String,
    #[serde(default)]
    oid: Option<String>,
    name: String,
    roles: Vec<String>,
    #[serde(default)]
    jti: Option<String>,
    #[serde(default)]
    uti: Option<String>,
    #[serde(default)]
    pin: Option<String>,
    #[serde(default)]
    force: Option<String>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    disciplines: Vec<String>,
    #[serde(default)]
    competences: Vec<String>,
    #[serde(default)]
    acr: Option<String>,
    #[serde(default)]
    idtyp: Option<String>,
}

impl TokenValidator {
    /// A validator that takes tokens of these issuers only. None means nobody can sign in.
    #[must_use]
    pub fn new(issuers: Vec<IssuerRules>) -> TokenValidator {
        TokenValidator { issuers, cache: Mutex::default() }
    }

    /// Who sent a request with these headers.
    ///
    /// # Errors
    /// 401 with `WWW-Authenticate` when there is not exactly one acceptable bearer token, 503 when
    /// the issuer's keys cannot be had.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Arc<Caller>, Problem> {
        let token = bearer(headers)?;
        Ok(self.validate(token, now).await?)
    }

    /// Who a token speaks for at an instant.
    ///
    /// # Errors
    /// [`TokenRefused`] with the first reason found.
    pub async fn validate(&self, token: &str, now: Timestamp) -> Result<Arc<Caller>, TokenRefused> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenRefused::Invalid("too long"));
        }
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(caller) = self.remembered(&digest, now) {
            return Ok(caller);
        }
        let (caller, expires_ms) = self.check(token, now).await?;
        let caller = Arc::new(caller);
        self.remember(digest, &caller, expires_ms, now);
        Ok(caller)
    }

    async fn check(&self, token: &str, now: Timestamp) -> Result<(Caller, i64), TokenRefused> {
        let parts: Vec<&str> = token.split('.').collect();
        let [head, body, signature] = parts.as_slice() else {
            return Err(TokenRefused::Invalid("not three parts"));
        };
        if URL_SAFE_NO_PAD.decode(signature).map_or(true, |bytes| bytes.is_empty()) {
            return Err(TokenRefused::Invalid("no signature"));
        }
        let (algorithm, kid) = read_head(&object(head)?)?;
        let body = object(body)?;
        let named = body.get("iss").and_then(Value::as_str);
        let rules = self.issuers.iter().find(|rules| Some(rules.issuer.as_str()) == named);
        let Some(rules) = rules else { return Err(TokenRefused::Invalid("unknown issuer")) };
        if algorithm != rules.algorithm {
            return Err(TokenRefused::Invalid("algorithm not allowed"));
        }
        let key = match rules.keys.find(&kid).await {
            Ok(Some(key)) => key,
            Ok(None) => return Err(TokenRefused::Invalid("unknown key")),
            Err(KeysAway) => return Err(TokenRefused::KeysAway),
        };
        jsonwebtoken::decode::<Value>(token, &key, &validation(rules))
            .map_err(|_| TokenRefused::Invalid("signature, issuer or audience"))?;
        read_claims(body, rules, now)
    }

    fn remembered(&self, digest: &[u8; 32], now: Timestamp) -> Option<Arc<Caller>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cache.get(digest)?;
        (now.millis() < known.until_ms).then(|| Arc::clone(&known.caller))
    }

    fn remember(&self, digest: [u8; 32], caller: &Arc<Caller>, expires_ms: i64, now: Timestamp) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHE_TOKENS_MAX {
            cache.retain(|_, known| known.until_ms > now.millis());
        }
        if cache.len() >= CACHE_TOKENS_MAX {
            cache.clear();
        }
        let until_ms = expires_ms.min(now.millis().saturating_add(CACHE_MS));
        cache.insert(digest, Remembered { caller: Arc::clone(caller), until_ms });
    }
}

/// The one bearer token of a request.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(Problem::unauthenticated("", "Send a bearer token in Authorization."));
    };
    let wrong = || {
        Problem::unauthenticated("invalid_request", "Authorization takes exactly one bearer token.")
    };
    if values.next().is_some() {
        return Err(wrong());
    }
    let text = value.to_str().map_err(|_| wrong())?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
            Ok(token)
        }
        _ => Err(wrong()),
    }
}

/// One part of a token as an object without duplicate members.
fn object(part: &str) -> Result<Value, TokenRefused> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenRefused::Invalid("not base64url"))?;
    match strict::tree(&bytes) {
        Ok(value) if value.is_object() => Ok(value),
        _ => Err(TokenRefused::Invalid("not a plain JSON object")),
    }
}

fn read_head(head: &Value) -> Result<(Algorithm, String), TokenRefused> {
    let members = head.as_object().map(|members| members.keys());
    if members.into_iter().flatten().any(|name| !HEADER_MEMBERS.contains(&name.as_str())) {
        return Err(TokenRefused::Invalid("header member not allowed"));
    }
    if let Some(kind) = head.get("typ") {
        let kind = kind.as_str().unwrap_or_default().to_ascii_lowercase();
        if kind != "jwt" && kind != "at+jwt" {
            return Err(TokenRefused::Invalid("not an access token"));
        }
    }
    let algorithm = match head.get("alg").and_then(Value::as_str) {
        Some("ES256") => Algorithm::ES256,
        Some("RS256") => Algorithm::RS256,
        _ => return Err(TokenRefused::Invalid("algorithm not allowed")),
    };
    match head.get("kid").and_then(Value::as_str) {
        Some(kid) => Ok((algorithm, kid.to_owned())),
        None => Err(TokenRefused::Invalid("no key named")),
    }
}

/// The checks that the library makes: signature, issuer, audience, and that all four registered
/// claims are there. The times are checked by [`read_claims`] against the service's one clock.
fn validation(rules: &IssuerRules) -> Validation {
    let mut validation = Validation::new(rules.algorithm);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud"]);
    validation.set_issuer(&[&rules.issuer]);
    validation.set_audience(&[&rules.audience]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

fn read_claims(
    body: Value,
    rules: &IssuerRules,
    now: Timestamp,
) -> Result<(Caller, i64), TokenRefused> {
    if ID_TOKEN_CLAIMS.iter().any(|claim| body.get(claim).is_some()) {
        return Err(TokenRefused::Invalid("an ID token"));
    }
    let claims: Claims =
        serde_json::from_value(body).map_err(|_| TokenRefused::Invalid("a claim is missing"))?;
    if claims.iss != rules.issuer || claims.aud != rules.audience {
        return Err(TokenRefused::Invalid("issuer or audience"));
    }
    check_times(&claims, now)?;
    if claims.tid != rules.tenant || claims.force.as_ref().is_some_and(|f| *f != rules.force) {
        return Err(TokenRefused::Invalid("another force"));
    }
    if claims.idtyp.as_deref() == Some("app") {
        return Err(TokenRefused::Invalid("an application, not a person"));
    }
    let expires_ms = claims.exp.saturating_mul(1000);
    Ok((caller(claims, rules)?, expires_ms))
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(), TokenRefused> {
    let now = now.millis() / 1000;
    let lifetime = claims.exp.saturating_sub(claims.nbf);
    if claims.nbf < 0 || lifetime <= 0 || lifetime > LIFETIME_SECONDS_MAX {
        return Err(TokenRefused::Invalid("lifetime"));
    }
    if claims.exp <= now - LEEWAY_SECONDS {
        return Err(TokenRefused::Expired);
    }
    let latest = now + LEEWAY_SECONDS;
    if claims.nbf > latest || claims.iat.is_some_and(|issued| issued > latest) {
        return Err(TokenRefused::Invalid("not valid yet"));
    }
    Ok(())
}

fn caller(claims: Claims, rules: &IssuerRules) -> Result<Caller, TokenRefused> {
    let id = claims.oid.unwrap_or(claims.sub);
    // The record uses such ids for what no person did, and for people who were erased.
    if id.starts_with("service:") || id == "erased" {
        return Err(TokenRefused::Invalid("a reserved person id"));
    }
    // A directory may give roles of other services too; those mean nothing here.
    let roles: BTreeSet<Role> = claims.roles.iter().filter_map(|role| role.parse().ok()).collect();
    let token_id = claims.jti.or(claims.uti);
    Ok(Caller {
        id: id.parse().map_err(|_| TokenRefused::Invalid("no usable person id"))?,
        name: claims.name,
        number: claims.pin.unwrap_or_default(),
        force: rules.force.clone(),
        unit: claims.unit.unwrap_or_default(),
        roles,
        disciplines: claims.disciplines.into_iter().collect(),
        competences: claims.competences.into_iter().collect(),
        token_id: token_id.ok_or(TokenRefused::Invalid("no token id"))?,
        strength: claims.acr.unwrap_or_default(),
    })
}

#[cfg(test)]
#[path = "caller_tests.rs"]
mod tests;
