use super::*;

const NAME: &str = "log.example.org";
const TEXT: &str = "log.example.org\n\nTwo paragraphs are allowed.\n";

fn key(number: u8) -> ecdsa::SigningKey {
    ecdsa::SigningKey::from_slice(&[number; 32]).unwrap()
}

fn signed() -> (VerifyingKey, Note) {
    let note = sign_with(&key(1), NAME, TEXT).unwrap();
    (VerifyingKey::from(&key(1)), Note::parse(&note).unwrap())
}

#[test]
fn a_signed_text_verifies_and_reads_back() {
    let (public, note) = signed();
    assert_eq!(note.text, TEXT);
    assert_eq!(public.verify(&note, NAME), Ok(()));
    assert_eq!(note.to_string(), sign_with(&key(1), NAME, TEXT).unwrap());
}

#[test]
fn a_changed_text_or_another_key_does_not_verify() {
    let (public, mut note) = signed();
    assert_eq!(public.verify(&note, "other.example.org"), Err(NoteError::NotSigned));
    let stranger = VerifyingKey::from(&key(2));
    assert_eq!(stranger.verify(&note, NAME), Err(NoteError::NotSigned));
    note.signatures[0].key_id = stranger.key_id();
    assert_eq!(stranger.verify(&note, NAME), Err(NoteError::Forged));
    let (_, mut note) = signed();
    note.text.push('\n');
    assert_eq!(public.verify(&note, NAME), Err(NoteError::Forged));
}

#[test]
fn every_signature_of_the_known_key_must_verify_and_others_are_ignored() {
    let (public, mut note) = signed();
    let ours = note.signatures[0].clone();
    let witness = NoteSignature { name: "witness".to_owned(), ..ours.clone() };
    note.signatures.insert(0, witness);
    assert_eq!(public.verify(&note, NAME), Ok(()));
    note.signatures.push(NoteSignature { signature: vec![1], ..ours });
    assert_eq!(public.verify(&note, NAME), Err(NoteError::Forged));
}

#[test]
fn a_key_has_one_fingerprint_in_every_form() {
    let public = VerifyingKey::from(&key(1));
    assert_eq!(VerifyingKey::from_pem(&public.to_pem()), Ok(public.clone()));
    assert_eq!(VerifyingKey::from_spki_der(&public.spki_der()), Ok(public.clone()));
    assert_eq!(public.fingerprint(), sha256(&public.spki_der()));
    assert_eq!(public.key_id(), public.fingerprint().0[..4]);
    assert_eq!(public.spki_der().len(), 91);
    let mut off_curve = public.spki_der();
    off_curve[90] ^= 1;
    assert_eq!(VerifyingKey::from_spki_der(&off_curve), Err(NoteError::Key));
    assert_eq!(VerifyingKey::from_pem("-----BEGIN NOTHING-----"), Err(NoteError::Key));
}

#[test]
fn raw_signatures_become_der() {
    let signature: Signature = key(1).sign(TEXT.as_bytes());
    let raw: [u8; 64] = signature.to_bytes().into();
    let der = raw_to_der(&raw).unwrap();
    let note = assemble(TEXT, NAME, VerifyingKey::from(&key(1)).key_id(), &der).unwrap();
    assert_eq!(note, sign_with(&key(1), NAME, TEXT).unwrap());
    assert_eq!(raw_to_der(&[0; 64]), Err(NoteError::Signature));
    assert_eq!(raw_to_der(&[0xff; 64]), Err(NoteError::Signature));
    assert_eq!(assemble(TEXT, NAME, [0; 4], &raw), Err(NoteError::Signature));
}

#[test]
fn notes_have_one_grammar() {
    let (_, note) = signed();
    let good = note.to_string();
    let line = good.rsplit_once("\n\n").unwrap().1;
    let parse = |text: &str| Note::parse(text).map(|_| ());
    assert_eq!(parse(&good), Ok(()));
    assert_eq!(parse(""), Err(NoteError::Shape));
    assert_eq!(parse("text\n\n"), Err(NoteError::Shape));
    assert_eq!(parse(good.trim_end()), Err(NoteError::Shape));
    assert_eq!(parse(&good.replace("\n\n\u{2014}", "\n\u{2014}")), Err(NoteError::Shape));
    assert_eq!(parse(&good.replace('\u{2014}', "-")), Err(NoteError::Shape));
    assert_eq!(parse(&format!("{good}\n")), Err(NoteError::Shape));
    assert_eq!(parse(&good.replace("Two", "\tTwo")), Err(NoteError::Text));
    assert_eq!(parse(&format!("a\r\n\n{line}")), Err(NoteError::Text));
    assert_eq!(parse("a\n\n\u{2014} a+b AAAAAAA=\n"), Err(NoteError::Name));
    assert_eq!(parse("a\n\n\u{2014} a\u{a0}b AAAAAAA=\n"), Err(NoteError::Name));
    assert_eq!(parse("a\n\n\u{2014} b AAAAAAA=\n"), Ok(()));
    for encoded in ["AAAAAA==", "AAAAAAA", "AAAAAAB=", "", " AAAAAAA="] {
        let refused = parse(&format!("a\n\n\u{2014} b {encoded}\n"));
        assert_eq!(refused, Err(NoteError::Shape), "{encoded}");
    }
}

#[test]
fn limits_hold_on_both_sides() {
    let line = "\u{2014} b AAAAAAA=\n";
    let with = |count: usize| Note::parse(&format!("a\n\n{}", line.repeat(count))).map(|_| ());
    assert_eq!(with(MAX_SIGNATURES), Ok(()));
    assert_eq!(with(MAX_SIGNATURES + 1), Err(NoteError::TooManySignatures));
    let sized = |bytes: usize| {
        let text = "x".repeat(bytes - line.len() - 2);
        Note::parse(&format!("{text}\n\n{line}")).map(|_| ())
    };
    assert_eq!(sized(MAX_NOTE_BYTES), Ok(()));
    assert_eq!(sized(MAX_NOTE_BYTES + 1), Err(NoteError::TooLong));
    assert_eq!(signing_bytes("no newline"), Err(NoteError::Text));
    assert_eq!(assemble(TEXT, "", [0; 4], &[]), Err(NoteError::Name));
}
