//! The embedded issuer: sign-in without a directory service, for one machine and the sample force.
//!
//! Its tokens go through exactly the validation that Entra's go through. It cannot exist in Azure.

mod key;
mod pages;

pub use key::KeyError;
pub use pages::{get_keys, get_sign_in, post_sign_in};

use crate::config::Config;
use crate::http::caller::IssuerRules;
use crate::http::keys::StaticKeys;
use crate::http::trace::random_uuid;
use domain::ids::PersonId;
use domain::people::Role;
use domain::time::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// `iss` of embedded tokens.
pub const ISSUER: &str = "urn:continuity:embedded";
/// `aud` of embedded tokens.
pub const AUDIENCE: &str = "continuity";
/// The file in the data directory that replaces the sample force's people.
pub const PEOPLE_FILE: &str = "people.json";
/// The sample force's people: visibly invented, one or more for each role that has work to do.
const SAMPLE_PEOPLE: &str = include_str!("people.json");

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The person's id.
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Rank and collar number, or staff number.
    pub number: String,
    /// Organisational unit.
    pub unit: String,
    /// What they are.
    pub roles: BTreeSet<Role>,
    /// The disciplines they practise, by key.
    pub disciplines: BTreeSet<String>,
    /// The competences the directory vouches for, by key.
    #[serde(default)]
    pub competences: BTreeSet<String>,
}

/// Why there is no embedded issuer.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// Anybody could sign in as anybody.
    #[error("the embedded issuer must not run in Azure: use the directory's tokens")]
    InAzure,
    /// The key cannot be read or made.
    #[error("the issuer's key: {0}")]
    Key(#[from] KeyError),
    /// The people's file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The people's file is not a list of people with different ids.
    #[error("{path} is not a list of people: {detail}")]
    People {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
}

/// Signs tokens for the people it knows.
pub struct Issuer {
    people: Vec<Person>,
    force: String,
    life: Duration,
    signing: EncodingKey,
    public: key::Public,
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("kid", &self.public.kid).finish_non_exhaustive()
    }
}

impl Issuer {
    /// Opens the issuer: its people from `<data>/people.json` or the sample force, its key from
    /// the keys' directory, where it is made once.
    ///
    /// # Errors
    /// In Azure, always. Otherwise when the key or the people cannot be read.
    pub fn open(config: &Config) -> Result<Issuer, IssuerError> {
        if config.in_azure {
            return Err(IssuerError::InAzure);
        }
        let path = config.data.join(PEOPLE_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => SAMPLE_PEOPLE.to_owned(),
            Err(source) => return Err(IssuerError::Unreadable { path, source }),
        };
        let people = read_people(&text).map_err(|detail| IssuerError::People { path, detail })?;
        let (signing, public) = key::open(&config.keys)?;
        Ok(Issuer { people, force: config.force.clone(), life: config.token_life, signing, public })
    }

    /// Everybody who can sign in, in the file's order.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// The person of this id.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id.as_str() == id)
    }

    /// How long a token of the sign-in page lives.
    #[must_use]
    pub fn life(&self) -> Duration {
        self.life
    }

    /// A token that speaks for a person from `now` on, in whole seconds.
    #[must_use]
    pub fn token(&self, person: &Person, now: Timestamp, life: Duration) -> String {
        let issued = now.millis() / 1000;
        let expires = issued.saturating_add(i64::try_from(life.as_secs()).unwrap_or(i64::MAX));
        let claims = json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": person.id,
            "oid": person.id,
            "tid": self.force,
            "force": self.force,
            "name": person.name,
            "pin": person.number,
            "unit": person.unit,
            "roles": person.roles,
            "disciplines": person.disciplines,
            "competences": person.competences,
            "iat": issued,
            "nbf": issued,
            "exp": expires,
            "jti": random_uuid().to_string(),
            "acr": "embedded",
        });
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.public.kid.clone());
        jsonwebtoken::encode(&header, &claims, &self.signing)
            .expect("the key was read as a P-256 key and signs any claims")
    }

    /// The public key as a JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let key::Public { kid, x, y } = &self.public;
        json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y,
        }] })
    }

    /// What makes the validator take this issuer's tokens.
    ///
    /// # Errors
    /// The public key cannot be used, which a key that signs never is.
    pub fn rules(&self) -> Result<IssuerRules, KeyError> {
        let key = DecodingKey::from_ec_components(&self.public.x, &self.public.y)
            .map_err(|_| KeyError::NotAKey)?;
        Ok(IssuerRules {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            tenant: self.force.clone(),
            force: self.force.clone(),
            algorithm: Algorithm::ES256,
            keys: Arc::new(StaticKeys::new([(self.public.kid.clone(), key)])),
        })
    }
}

fn read_people(text: &str) -> Result<Vec<Person>, String> {
    let people: Vec<Person> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut ids = BTreeSet::new();
    match people.iter().find(|person| !ids.insert(person.id.clone())) {
        Some(twice) => Err(format!("{} is there twice", twice.id)),
        None => Ok(people),
    }
}

#[cfg(test)]
#[path = "issuer_tests.rs"]
mod tests;
