use super::super::keys::StaticKeys;
use super::*;
use crate::http::testing::{NOW, app};
use crate::issuer::{AUDIENCE, ISSUER};
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::EncodePrivateKey as _;
use serde_json::json;

struct Signer {
    key: EncodingKey,
    validator: TokenValidator,
}

fn secret(byte: u8) -> p256::SecretKey {
    p256::SecretKey::from_slice(&[byte; 32]).unwrap()
}

fn encoding(byte: u8) -> EncodingKey {
    EncodingKey::from_ec_der(secret(byte).to_pkcs8_der().unwrap().as_bytes())
}

fn signer() -> Signer {
    let point = secret(3).public_key().to_encoded_point(false);
    let part = |bytes: Option<&p256::FieldBytes>| URL_SAFE_NO_PAD.encode(bytes.unwrap());
    let public = DecodingKey::from_ec_components(&part(point.x()), &part(point.y())).unwrap();
    let rules = IssuerRules {
        issuer: ISSUER.into(),
        audience: AUDIENCE.into(),
        tenant: "SMP".into(),
        force: "SMP".into(),
        algorithm: Algorithm::ES256,
        keys: Arc::new(StaticKeys::new([("k1".to_owned(), public)])),
    };
    Signer { key: encoding(3), validator: TokenValidator::new(vec![rules]) }
}

fn good() -> Value {
    let now = NOW / 1000;
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "p1", "oid": "p1", "tid": "SMP", "force": "SMP",
        "name": "Olive Sample", "pin": "PC 1001", "unit": "North CID",
        "roles": ["officer", "unknown_elsewhere"], "disciplines": ["fingerprints"],
        "iat": now, "nbf": now, "exp": now + 3600, "jti": "t1", "acr": "mfa",
    })
}

fn head() -> Value {
    json!({ "alg": "ES256", "typ": "JWT", "kid": "k1" })
}

fn now() -> Timestamp {
    Timestamp::from_millis(NOW)
}

/// Signs any text as head and body, as an attacker who holds the key could.
fn sign_text(key: &EncodingKey, head: &str, body: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(body));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, Algorithm::ES256).unwrap();
    format!("{message}.{signature}")
}

fn sign(signer: &Signer, head: &Value, body: &Value) -> String {
    sign_text(&signer.key, &head.to_string(), &body.to_string())
}

fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

#[tokio::test]
async fn a_good_token_says_who_asks() {
    let signer = signer();
    let caller = signer.validator.validate(&sign(&signer, &head(), &good()), now()).await.unwrap();
    assert_eq!(caller.id.as_str(), "p1");
    assert_eq!((caller.number.as_str(), caller.unit.as_str()), ("PC 1001", "North CID"));
    assert_eq!(caller.roles.iter().map(|r| r.code()).collect::<Vec<_>>(), ["officer"]);
    assert_eq!((caller.token_id.as_str(), caller.strength.as_str()), ("t1", "mfa"));
}

/// Tokens that are signed with the right key and still wrong in their claims or head.
fn wrong_but_signed(signer: &Signer) -> Vec<(String, String)> {
    let seconds = NOW / 1000;
    let mut bad: Vec<(String, String)> = Vec::new();
    let mut body = |why: &str, body: Value| bad.push((why.into(), sign(signer, &head(), &body)));
    for claim in ["iss", "aud", "exp", "nbf", "tid", "sub", "name", "roles", "jti"] {
        body(&format!("without {claim}"), without(good(), claim));
        body(&format!("{claim} is null"), with(good(), claim, Value::Null));
        body(&format!("{claim} is an object"), with(good(), claim, json!({})));
    }
    for claim in ["exp", "nbf", "iat"] {
        body(&format!("{claim} is text"), with(good(), claim, json!(seconds.to_string())));
        body(&format!("{claim} is a fraction"), with(good(), claim, json!(0.5)));
    }
    for (why, claim, value) in [
        ("expired", "exp", json!(seconds - LEEWAY_SECONDS)),
        ("from the future", "nbf", json!(seconds + LEEWAY_SECONDS + 1)),
        ("issued in the future", "iat", json!(seconds + LEEWAY_SECONDS + 1)),
        ("lives too long", "exp", json!(seconds + LIFETIME_SECONDS_MAX + 1)),
        ("ends before it begins", "exp", json!(seconds - 1)),
        ("exp overflows", "exp", json!(u64::MAX)),
        ("nbf is negative", "nbf", json!(-1)),
        ("another issuer", "iss", json!("https://login.example")),
        ("issuers as a list", "iss", json!([ISSUER])),
        ("another audience", "aud", json!("other")),
        ("audiences as a list", "aud", json!([AUDIENCE, "other"])),
        ("another tenant", "tid", json!("OTH")),
        ("another force", "force", json!("OTH")),
        ("an ID token", "nonce", json!("n")),
        ("an ID token's hash", "at_hash", json!("h")),
        ("an application", "idtyp", json!("app")),
        ("the service itself", "oid", json!("service:upload")),
        ("an erased person", "oid", json!("erased")),
        ("an id with blanks", "oid", json!("a b")),
        ("an id too long", "oid", json!("a".repeat(65))),
        ("roles as text", "roles", json!("officer")),
    ] {
        body(why, with(good(), claim, value));
    }
    let mut header = |why: &str, head: Value| bad.push((why.into(), sign(signer, &head, &good())));
    header("none", with(head(), "alg", json!("none")));
    header("HS256", with(head(), "alg", json!("HS256")));
    header("RS256 from an ES256 issuer", with(head(), "alg", json!("RS256")));
    header("ES384", with(head(), "alg", json!("ES384")));
    header("no algorithm", without(head(), "alg"));
    header("no key id", without(head(), "kid"));
    header("another key id", with(head(), "kid", json!("k2")));
    for member in ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"] {
        header(member, with(head(), member, json!("https://evil.example")));
    }
    header("an encrypted token's type", with(head(), "typ", json!("JWE")));
    bad
}

/// Tokens that are broken in their form or signature.
fn broken(signer: &Signer) -> Vec<(String, String)> {
    let right = sign(signer, &head(), &good());
    let parts: Vec<&str> = right.split('.').collect();
    let (h, b, s) = (parts[0], parts[1], parts[2]);
    let twice = good().to_string().replacen('{', r#"{"oid":"p2","#, 1);
    let twice_escaped = good().to_string().replacen('{', r#"{"\u006fid":"p2","#, 1);
    let head_twice = r#"{"alg":"ES256","alg":"ES256","kid":"k1"}"#;
    let text = |why: &str, token: String| (why.to_owned(), token);
    let other = encoding(4);
    let public = secret(3).public_key().to_encoded_point(false);
    let hmac = EncodingKey::from_secret(public.as_bytes());
    let mut hs = Header::new(Algorithm::HS256);
    hs.kid = Some("k1".into());
    vec![
        text("nothing", String::new()),
        text("one part", h.to_owned()),
        text("two parts", format!("{h}.{b}")),
        text("four parts", format!("{right}.{s}")),
        text("no signature", format!("{h}.{b}.")),
        text("another signature", format!("{h}.{b}.{}", "A".repeat(86))),
        text("a short signature", format!("{h}.{b}.AAAA")),
        text("padding", format!("{h}.{b}.{s}==")),
        text("blanks", format!("{h}.{b}. {s}")),
        text("standard base64", format!("{h}.{b}.+/+/")),
        text("a changed body", format!("{h}.{}.{s}", URL_SAFE_NO_PAD.encode(twice.clone()))),
        text("another key", sign_text(&other, &head().to_string(), &good().to_string())),
        text("a claim twice", sign_text(&signer.key, &head().to_string(), &twice)),
        text("a claim twice, escaped", sign_text(&signer.key, &head().to_string(), &twice_escaped)),
        text("the algorithm twice", sign_text(&signer.key, head_twice, &good().to_string())),
        text("a body that is a list", sign_text(&signer.key, &head().to_string(), "[]")),
        text("a body that is no JSON", sign_text(&signer.key, &head().to_string(), "x")),
        text(
            "a body with a tail",
            sign_text(&signer.key, &head().to_string(), &format!("{} {{}}", good())),
        ),
        text("the public key as a password", jsonwebtoken::encode(&hs, &good(), &hmac).unwrap()),
    ]
}

#[tokio::test]
async fn every_bad_token_is_refused() {
    let signer = signer();
    let mut bad = wrong_but_signed(&signer);
    bad.extend(broken(&signer));
    assert!(bad.len() >= 40);
    for (why, token) in bad {
        let outcome = signer.validator.validate(&token, now()).await;
        assert!(outcome.is_err(), "{why} was taken");
        assert_eq!(Problem::from(outcome.unwrap_err()).status(), 401, "{why}");
    }
}

#[tokio::test]
async fn the_edges_of_time_are_inclusive() {
    let signer = signer();
    let seconds = NOW / 1000;
    for (claim, value) in [
        ("exp", seconds - LEEWAY_SECONDS + 1),
        ("nbf", seconds + LEEWAY_SECONDS),
        ("exp", seconds + LIFETIME_SECONDS_MAX),
    ] {
        let mut claims = with(good(), claim, json!(value));
        if value < seconds {
            claims["nbf"] = json!(seconds - 3600);
        }
        let outcome = signer.validator.validate(&sign(&signer, &head(), &claims), now()).await;
        assert!(outcome.is_ok(), "{claim} {value}");
    }
}

#[tokio::test]
async fn a_token_longer_than_the_limit_is_not_read() {
    let signer = signer();
    let padded = |length: usize| with(good(), "unit", json!("u".repeat(length)));
    let token = sign(&signer, &head(), &padded(5000));
    assert!(token.len() < TOKEN_BYTES_MAX);
    assert!(signer.validator.validate(&token, now()).await.is_ok());
    let token = sign(&signer, &head(), &padded(6500));
    assert!(token.len() > TOKEN_BYTES_MAX);
    assert_eq!(
        signer.validator.validate(&token, now()).await,
        Err(TokenRefused::Invalid("too long"))
    );
}

#[tokio::test]
async fn a_remembered_token_is_forgotten_after_a_minute_and_at_its_end() {
    let signer = signer();
    let short = with(good(), "exp", json!(NOW / 1000 + 10));
    let token = sign(&signer, &head(), &short);
    signer.validator.validate(&token, now()).await.unwrap();
    let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    assert!(signer.validator.remembered(&digest, now().plus_millis(9_999)).is_some());
    assert!(signer.validator.remembered(&digest, now().plus_millis(10_000)).is_none());
    let token = sign(&signer, &head(), &good());
    signer.validator.validate(&token, now()).await.unwrap();
    let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    assert!(signer.validator.remembered(&digest, now().plus_millis(CACHE_MS - 1)).is_some());
    assert!(signer.validator.remembered(&digest, now().plus_millis(CACHE_MS)).is_none());
    let later = now().plus_millis(3_600_000 + 1000 * LEEWAY_SECONDS);
    assert_eq!(signer.validator.validate(&token, later).await, Err(TokenRefused::Expired));
}

#[tokio::test]
async fn what_is_remembered_is_bounded() {
    let signer = signer();
    let caller = signer.validator.validate(&sign(&signer, &head(), &good()), now()).await.unwrap();
    for number in 0..=CACHE_TOKENS_MAX {
        let digest: [u8; 32] = Sha256::digest(number.to_be_bytes()).into();
        signer.validator.remember(digest, &caller, NOW + 60_000, now());
    }
    assert!(signer.validator.cache.lock().unwrap().len() <= CACHE_TOKENS_MAX);
}

#[tokio::test]
async fn a_key_source_that_is_away_is_503_and_not_401() {
    struct Away;
    impl Keys for Away {
        fn find<'a>(
            &'a self,
            _: &'a str,
        ) -> futures::future::BoxFuture<'a, Result<Option<Arc<DecodingKey>>, KeysAway>> {
            Box::pin(std::future::ready(Err(KeysAway)))
        }
    }
    let mut signer = signer();
    signer.validator.issuers[0].keys = Arc::new(Away);
    let refused = signer.validator.validate(&sign(&signer, &head(), &good()), now()).await;
    assert_eq!(Problem::from(refused.unwrap_err()).status(), 503);
}

#[test]
fn authorization_takes_one_bearer_token() {
    let read = |values: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, http::HeaderValue::from_static(value));
        }
        bearer(&headers).map(str::to_owned).map_err(|problem| problem.code())
    };
    assert_eq!(read(&["Bearer abc"]), Ok("abc".to_owned()));
    assert_eq!(read(&["bearer abc"]), Ok("abc".to_owned()));
    assert_eq!(read(&[]), Err("tokenMissing"));
    for values in
        [&["Bearer a", "Bearer b"][..], &["Basic abc"], &["Bearer"], &["Bearer "], &["abc"]]
    {
        assert_eq!(read(values), Err("tokenInvalid"), "{values:?}");
    }
}

#[tokio::test]
async fn the_embedded_issuers_own_tokens_are_taken() {
    let app = app(&[]);
    let issuer = app.edge.issuer.as_ref().unwrap();
    for person in issuer.people() {
        let token = issuer.token(person, now(), issuer.life());
        let caller = app.edge.tokens.validate(&token, now()).await.unwrap();
        assert_eq!((&caller.id, &caller.roles), (&person.id, &person.roles));
    }
}
