//! The test vectors of RFC 5802 and RFC 7677, and brokers that lie.

use super::*;
use proptest::prelude::*;

/// The mechanism of RFC 5802, which Kafka does not offer.
const SHA_1: Hash = Hash {
    mechanism: "SCRAM-SHA-1",
    derivation: pbkdf2::PBKDF2_HMAC_SHA1,
    mac: hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
    digest: &digest::SHA1_FOR_LEGACY_USE_ONLY,
};

const FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const PROOF: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const FINAL: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

fn exchange(hash: Hash, user: &str, nonce: &str) -> Scram {
    let login = Login { user: user.into(), password: Secret::new("pencil") };
    Scram::with_nonce(hash, login, false, nonce.into())
}

fn pencil() -> Scram {
    exchange(SHA_256, "user", "rOprNGfwEbeRWgbNEkqO")
}

fn next(scram: &mut Scram, message: &str) -> Result<Option<String>, SaslError> {
    scram.next(message.as_bytes()).map(|answer| answer.map(|bytes| String::from_utf8(bytes).unwrap()))
}

#[test]
fn rfc_7677() {
    let mut scram = pencil();
    assert_eq!(scram.first().unwrap(), b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assert_eq!(next(&mut scram, FIRST).unwrap().as_deref(), Some(PROOF));
    assert_eq!(next(&mut scram, FINAL).unwrap(), None);
    assert!(matches!(next(&mut scram, FINAL), Err(SaslError::Malformed(_))), "twice");
}

#[test]
fn rfc_5802() {
    let mut scram = exchange(SHA_1, "user", "fyko+d2lbbFgONRv9qkxdawL");
    assert_eq!(scram.first().unwrap(), b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    let first = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
    let proof = "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
    assert_eq!(next(&mut scram, first).unwrap().as_deref(), Some(proof));
    assert_eq!(next(&mut scram, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=").unwrap(), None);
}

#[test]
fn a_broker_that_cannot_know_the_password_is_refused() {
    let mut scram = pencil();
    next(&mut scram, FIRST).unwrap();
    let forged = "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
    assert_eq!(next(&mut scram, forged), Err(SaslError::Impostor));
    for missing in ["", "v=", "v=%", "x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="] {
        let mut scram = pencil();
        next(&mut scram, FIRST).unwrap();
        assert!(next(&mut scram, missing).is_err(), "{missing:?} passed for a signature");
    }
}

#[test]
fn lies_in_the_first_message_are_refused() {
    let salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
    let ours = "rOprNGfwEbeRWgbNEkqO";
    let answer = |message: &str| next(&mut pencil(), message);
    for (iterations, taken) in [(1, false), (4095, false), (4096, true), (200_001, false), (u32::MAX, false)]
    {
        let answer = answer(&format!("r={ours}x,s={salt},i={iterations}"));
        assert_eq!(answer.is_ok(), taken, "{iterations}");
        assert!(taken || answer == Err(SaslError::Iterations(iterations)));
    }
    for wrong in [
        format!("r={ours},s={salt},i=4096"),
        format!("r=another,s={salt},i=4096"),
        format!("m=ext,r={ours}x,s={salt},i=4096"),
        format!("r={ours}x,s=,i=4096"),
        format!("r={ours}x,s={salt},i=-4096"),
        format!("s={salt},r={ours}x,i=4096"),
        "x".repeat(LONGEST_MESSAGE + 1),
        String::new(),
    ] {
        assert!(matches!(answer(&wrong), Err(SaslError::Malformed(_))), "{wrong}");
    }
    assert_eq!(answer("e=unknown-user"), Err(SaslError::Refused("unknown-user".into())));
}

#[test]
fn a_user_may_have_commas_and_a_token_says_so() {
    let mut scram = exchange(SHA_512, "a,b=c", "N");
    assert_eq!(scram.first().unwrap(), b"n,,n=a=2Cb=3Dc,r=N");
    let login = Login { user: "id".into(), password: Secret::new("hmac") };
    let mut token = Scram::with_nonce(SHA_256, login, true, "N".into());
    assert_eq!(token.first().unwrap(), b"n,,n=id,r=N,tokenauth=true");
}

#[test]
fn nonces_differ() {
    let login = Login { user: "u".into(), password: Secret::new("p") };
    let nonce = || Scram::new(SHA_256, login.clone(), false).unwrap().nonce;
    assert_ne!(nonce(), nonce());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_a_broker_says_no_panic_and_no_belief(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut scram = pencil();
        prop_assert!(scram.next(&bytes).is_err());
        let mut scram = pencil();
        next(&mut scram, FIRST).unwrap();
        prop_assert!(scram.next(&bytes).is_err());
    }
}
