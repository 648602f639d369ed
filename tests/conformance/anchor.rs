//! `Anchor` and `Signer`.

use super::Backend;
use super::samples::ORIGIN;
use ledger::note::{self, Note, VerifyingKey};
use store::error::StoreError;

/// "Creates an object"; "An object's bytes."
pub async fn an_object_is_created_once_and_read_back<B: Backend>(backend: B) {
    let anchor = &backend.store().anchor;
    assert_eq!(anchor.read("tile/0/000").await.unwrap(), None);
    anchor.create("tile/0/000", b"\0bytes").await.unwrap();
    anchor.create("tile/0/000.p/5", b"").await.unwrap();
    assert_eq!(anchor.read("tile/0/000").await.unwrap().unwrap(), b"\0bytes");
    assert_eq!(anchor.read("tile/0/000.p/5").await.unwrap().unwrap(), b"");
}

/// "The same bytes again are the same success."
pub async fn the_same_bytes_again_are_the_same_success<B: Backend>(backend: B) {
    let anchor = &backend.store().anchor;
    for _ in 0..3 {
        anchor.create("checkpoint/1", b"one").await.unwrap();
    }
}

/// "Other bytes are `Exists` and change nothing."
pub async fn other_bytes_are_refused_and_change_nothing<B: Backend>(backend: B) {
    let anchor = &backend.store().anchor;
    anchor.create("checkpoint/1", b"one").await.unwrap();
    for other in [&b"two"[..], b"", b"one "] {
        let answer = anchor.create("checkpoint/1", other).await;
        assert!(matches!(answer, Err(StoreError::Exists { .. })), "{answer:?}");
    }
    assert_eq!(anchor.read("checkpoint/1").await.unwrap().unwrap(), b"one");
}

/// "The path of the greatest object, bytewise, whose path starts with `prefix`."
pub async fn the_last_path_is_the_greatest_bytewise_with_the_prefix<B: Backend>(backend: B) {
    let anchor = &backend.store().anchor;
    assert_eq!(anchor.last("checkpoint/").await.unwrap(), None);
    for path in ["checkpoint/05", "checkpoint/10", "checkpoint/9/1", "checkpoint/9-a", "zoo"] {
        anchor.create(path, b"x").await.unwrap();
    }
    let last = async |prefix: &str| anchor.last(prefix).await.unwrap().unwrap_or_default();
    assert_eq!(last("checkpoint/").await, "checkpoint/9/1");
    assert_eq!(last("checkpoint/9-").await, "checkpoint/9-a");
    assert_eq!(last("checkpoint/0").await, "checkpoint/05");
    assert_eq!(last("").await, "zoo");
    assert_eq!(last("none").await, "");
    anchor.create("checkpoint/99", b"x").await.unwrap();
    assert_eq!(last("checkpoint/").await, "checkpoint/99");
}

/// "Paths are `[a-z0-9._/-]`."
pub async fn paths_outside_the_grammar_are_refused<B: Backend>(backend: B) {
    let anchor = &backend.store().anchor;
    for path in ["", "/a", "a/", "a//b", "../a", "a/../b", "a/.b", "A", "a b", "é", "a\0"] {
        assert!(anchor.create(path, b"x").await.is_err(), "{path:?} was taken");
        assert!(anchor.read(path).await.is_err(), "{path:?} was read");
    }
}

/// "One checkpoint per size for ever" is a lock against two sequencers.
pub async fn of_two_who_create_at_once_one_wins<B: Backend>(backend: B) {
    for round in 0..20 {
        let path = format!("race/{round}");
        let racers: Vec<_> = (0..4_u8)
            .map(|number| {
                let (store, path) = (backend.store().clone(), path.clone());
                tokio::spawn(async move { store.anchor.create(&path, &[number]).await.is_ok() })
            })
            .collect();
        let mut winners = Vec::new();
        for (number, racer) in (0..4_u8).zip(racers) {
            if racer.await.unwrap() {
                winners.push(number);
            }
        }
        let stored = backend.store().anchor.read(&path).await.unwrap().unwrap();
        assert_eq!(stored, winners, "round {round}");
    }
}

/// "… durably before it answers."
pub async fn objects_are_there_after_opening_again<B: Backend>(backend: B) {
    backend.store().anchor.create("checkpoint/1", b"one").await.unwrap();
    let backend = backend.reopen().await;
    let anchor = &backend.store().anchor;
    assert_eq!(anchor.read("checkpoint/1").await.unwrap().unwrap(), b"one");
    assert_eq!(anchor.last("checkpoint/").await.unwrap().unwrap(), "checkpoint/1");
}

/// "An ES256 signature over the bytes, in DER"; "The public key, as PEM."
pub async fn the_signature_is_the_one_of_the_public_key_and_stays_so<B: Backend>(backend: B) {
    let text = "some text\n";
    let signer = &backend.store().signer;
    let pem = signer.public_key_pem().to_owned();
    let key = VerifyingKey::from_pem(&pem).unwrap();
    let signature = signer.sign(note::signing_bytes(text).unwrap()).await.unwrap();
    let signed = note::assemble(text, ORIGIN, key.key_id(), &signature).unwrap();
    key.verify(&Note::parse(&signed).unwrap(), ORIGIN).unwrap();
    let other = signer.sign(b"another text\n").await.unwrap();
    let forged = note::assemble(text, ORIGIN, key.key_id(), &other).unwrap();
    assert!(key.verify(&Note::parse(&forged).unwrap(), ORIGIN).is_err());
    let backend = backend.reopen().await;
    assert_eq!(backend.store().signer.public_key_pem(), pem);
}
