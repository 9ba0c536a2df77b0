//! SCRAM (RFC 5802, RFC 7677) as Kafka speaks it: no channel binding, names and passwords as they are in UTF-8.

use super::{Exchange, Login, SaslError};
use crate::kafka::wire::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac, pbkdf2};
use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;

/// Kafka's own least number, and far more than its greatest (16,384): a broker cannot keep klever busy for long.
pub(super) const ITERATIONS: RangeInclusive<u32> = 4096..=200_000;
/// A server's message longer than this is not read: nonce and salt are some dozens of bytes.
const LONGEST_MESSAGE: usize = 4096;
/// No channel binding and no other identity (`n,,`), in Base64.
const CHANNEL: &str = "c=biws";

/// What the mechanisms differ in.
#[derive(Clone, Copy)]
pub(in crate::kafka::wire) struct Hash {
    pub mechanism: &'static str,
    derivation: pbkdf2::Algorithm,
    mac: hmac::Algorithm,
    digest: &'static digest::Algorithm,
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mechanism)
    }
}

pub(in crate::kafka::wire) const SHA_256: Hash = Hash {
    mechanism: "SCRAM-SHA-256",
    derivation: pbkdf2::PBKDF2_HMAC_SHA256,
    mac: hmac::HMAC_SHA256,
    digest: &digest::SHA256,
};

pub(in crate::kafka::wire) const SHA_512: Hash = Hash {
    mechanism: "SCRAM-SHA-512",
    derivation: pbkdf2::PBKDF2_HMAC_SHA512,
    mac: hmac::HMAC_SHA512,
    digest: &digest::SHA512,
};

/// One exchange; a broker that says more than the mechanism has is refused.
pub(super) struct Scram {
    hash: Hash,
    login: Login,
    /// `n=USER,r=NONCE` and Kafka's extension for delegation tokens.
    first_bare: String,
    nonce: String,
    expected: Expected,
}

/// What must come from the broker next.
enum Expected {
    First,
    /// The proof that it knows the password, over this text.
    Final {
        server_key: hmac::Key,
        agreed: String,
    },
    Nothing,
}

impl Scram {
    pub(super) fn new(hash: Hash, login: Login, is_token: bool) -> Result<Self, SaslError> {
        let mut random = [0; 24];
        let filled = SystemRandom::new().fill(&mut random);
        filled.map_err(|_| SaslError::Unusable("this machine gives no random numbers".into()))?;
        Ok(Scram::with_nonce(hash, login, is_token, BASE64.encode(random)))
    }

    fn with_nonce(hash: Hash, login: Login, is_token: bool, nonce: String) -> Self {
        let user = login.user.replace('=', "=3D").replace(',', "=2C");
        let token = if is_token { ",tokenauth=true" } else { "" };
        let first_bare = format!("n={user},r={nonce}{token}");
        Scram { hash, login, first_bare, nonce, expected: Expected::First }
    }

    fn answer(&mut self, message: &str) -> Result<String, SaslError> {
        let server = ServerFirst::of(message)?;
        // A nonce that does not continue ours answers another exchange.
        if server.nonce.len() <= self.nonce.len() || !server.nonce.starts_with(&self.nonce) {
            return Err(SaslError::Malformed("the nonce is not a continuation of klever's"));
        }
        let salted = self.salted(&server);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored = digest::digest(self.hash.digest, client_key.as_ref());
        let without_proof = format!("{CHANNEL},r={}", server.nonce);
        let agreed = format!("{},{message},{without_proof}", self.first_bare);
        let signature = hmac::sign(&hmac::Key::new(self.hash.mac, stored.as_ref()), agreed.as_bytes());
        let bits = client_key.as_ref().iter().zip(signature.as_ref());
        let proof: Vec<u8> = bits.map(|(key, signature)| key ^ signature).collect();
        let server_key = hmac::sign(&salted, b"Server Key");
        let server_key = hmac::Key::new(self.hash.mac, server_key.as_ref());
        self.expected = Expected::Final { server_key, agreed };
        Ok(format!("{without_proof},p={}", BASE64.encode(proof)))
    }

    fn salted(&self, server: &ServerFirst<'_>) -> hmac::Key {
        let mut salted = vec![0; self.hash.digest.output_len()];
        let password = self.login.password.reveal().as_bytes();
        pbkdf2::derive(self.hash.derivation, server.iterations, &server.salt, password, &mut salted);
        hmac::Key::new(self.hash.mac, &salted)
    }
}

impl Exchange for Scram {
    fn first(&mut self) -> Result<Vec<u8>, SaslError> {
        Ok(format!("n,,{}", self.first_bare).into_bytes())
    }

    fn next(&mut self, challenge: &[u8]) -> Result<Option<Vec<u8>>, SaslError> {
        if challenge.len() > LONGEST_MESSAGE {
            return Err(SaslError::Malformed("it is too long"));
        }
        let message = std::str::from_utf8(challenge).map_err(|_| SaslError::Malformed("it is no text"))?;
        match std::mem::replace(&mut self.expected, Expected::Nothing) {
            Expected::First => Ok(Some(self.answer(message)?.into_bytes())),
            Expected::Final { server_key, agreed } => {
                verify(message, &server_key, &agreed)?;
                Ok(None)
            }
            Expected::Nothing => Err(SaslError::Malformed("it comes after the end")),
        }
    }

    fn secret(&self) -> &Secret {
        &self.login.password
    }
}

/// That the broker knows the password, too.
fn verify(message: &str, key: &hmac::Key, agreed: &str) -> Result<(), SaslError> {
    let first = message.split(',').next().unwrap_or_default();
    if let Some(error) = first.strip_prefix("e=") {
        return Err(SaslError::Refused(error.into()));
    }
    let signature = first.strip_prefix("v=").and_then(|text| BASE64.decode(text).ok());
    let signature = signature.ok_or(SaslError::Malformed("it has no signature"))?;
    hmac::verify(key, agreed.as_bytes(), &signature).map_err(|_| SaslError::Impostor)
}

/// `r=NONCE,s=SALT,i=ITERATIONS`, with extensions behind.
struct ServerFirst<'a> {
    nonce: &'a str,
    salt: Vec<u8>,
    iterations: NonZeroU32,
}

impl ServerFirst<'_> {
    fn of(message: &str) -> Result<ServerFirst<'_>, SaslError> {
        if let Some(error) = message.strip_prefix("e=") {
            return Err(SaslError::Refused(error.into()));
        }
        if message.starts_with("m=") {
            return Err(SaslError::Malformed("it demands an extension"));
        }
        let mut parts = message.split(',');
        let mut part = |name: &str| parts.next().and_then(|part| part.strip_prefix(name));
        let nonce = part("r=").ok_or(SaslError::Malformed("it has no nonce"))?;
        let salt = part("s=").and_then(|text| BASE64.decode(text).ok()).filter(|salt| !salt.is_empty());
        let salt = salt.ok_or(SaslError::Malformed("it has no salt"))?;
        let count = part("i=").and_then(|text| text.parse::<u32>().ok());
        let count = count.ok_or(SaslError::Malformed("it has no number of iterations"))?;
        let iterations = NonZeroU32::new(count).filter(|_| ITERATIONS.contains(&count));
        Ok(ServerFirst { nonce, salt, iterations: iterations.ok_or(SaslError::Iterations(count))? })
    }
}

#[cfg(test)]
mod tests;
