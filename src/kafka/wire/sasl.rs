//! SASL without I/O: what a client says first, and what it answers to each challenge of the broker.

use super::secret::Secret;
use std::fmt;

mod bearer;
mod plain;
mod provider;
mod scram;
mod token;

pub(super) use bearer::{Bearer, TokenSource};
pub(super) use provider::{Client, Provider};
pub(super) use scram::{Hash, SHA_256, SHA_512};

/// One authentication, from the first message to the last.
pub(super) trait Exchange: Send {
    /// What the client begins with.
    fn first(&mut self) -> Result<Vec<u8>, SaslError>;

    /// The answer to a challenge; `None` when the client has nothing more to say and believes the broker.
    fn next(&mut self, challenge: &[u8]) -> Result<Option<Vec<u8>>, SaslError>;

    /// What must not be repeated, whatever the broker says.
    fn secret(&self) -> &Secret;
}

/// A user and a password.
#[derive(Clone, Debug)]
pub(super) struct Login {
    pub user: String,
    pub password: Secret,
}

/// How klever says who it is (`sasl.mechanism`).
#[derive(Clone, Debug)]
pub(super) enum Mechanism {
    Plain(Login),
    /// With `is_token`, user and password are the id and the HMAC of a delegation token (KIP-48).
    Scram {
        hash: Hash,
        login: Login,
        is_token: bool,
    },
    OAuthBearer(Bearer),
}

impl Mechanism {
    /// Its name in SaslHandshake.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Mechanism::Plain(_) => "PLAIN",
            Mechanism::Scram { hash, .. } => hash.mechanism,
            Mechanism::OAuthBearer(_) => "OAUTHBEARER",
        }
    }

    /// Whom a broker refuses when it refuses, and what is then probably wrong.
    pub(super) fn refused(&self) -> String {
        match self {
            Mechanism::Plain(login) | Mechanism::Scram { login, .. } => {
                format!("the broker refused user {}: wrong user or password", login.user)
            }
            Mechanism::OAuthBearer(_) => "the broker refused the token".into(),
        }
    }

    /// Whom a broker let in.
    pub(super) fn accepted(&self) -> String {
        match self {
            Mechanism::Plain(login) | Mechanism::Scram { login, .. } => format!("user {}", login.user),
            Mechanism::OAuthBearer(_) => "the bearer of the token".into(),
        }
    }

    /// The name by which Kafka's own principal builder knows who gets in so; `None` where the broker makes one, of what
    /// a token says or of who owns it.
    pub(super) fn user(&self) -> Option<&str> {
        match self {
            Mechanism::Plain(login) | Mechanism::Scram { login, is_token: false, .. } => Some(&login.user),
            Mechanism::Scram { .. } | Mechanism::OAuthBearer(_) => None,
        }
    }

    /// A new exchange; a token is read or fetched now, as it may have been renewed since the last time. May wait for
    /// an identity provider.
    pub(super) fn begin(&self) -> Result<Box<dyn Exchange>, SaslError> {
        Ok(match self {
            Mechanism::Plain(login) => Box::new(plain::Plain::new(login.clone())),
            Mechanism::Scram { hash, login, is_token } => {
                Box::new(scram::Scram::new(*hash, login.clone(), *is_token)?)
            }
            Mechanism::OAuthBearer(bearer) => Box::new(bearer.begin()?),
        })
    }
}

/// Why an exchange cannot go on: the client's own part, a message that makes no sense, or a broker that is not what
/// it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum SaslError {
    /// What the user gave cannot be used.
    Unusable(String),
    /// The broker's message breaks the rules of the mechanism.
    Malformed(&'static str),
    /// A number of iterations outside of what klever computes.
    Iterations(u32),
    /// SCRAM: the broker does not know the password, so it is somebody else.
    Impostor,
    /// The mechanism's own word of refusal.
    Refused(String),
}

impl fmt::Display for SaslError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaslError::Unusable(why) => f.write_str(why),
            SaslError::Malformed(what) => write!(f, "the broker's SASL message makes no sense: {what}"),
            SaslError::Iterations(count) => write!(
                f,
                "the broker asks for {count} iterations of SCRAM; klever does {} to {}",
                scram::ITERATIONS.start(),
                scram::ITERATIONS.end()
            ),
            SaslError::Impostor => f.write_str(
                "the broker does not know this user's password, so it is not the broker it should be",
            ),
            SaslError::Refused(why) => write!(f, "the broker ended the SASL exchange: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_debug_shows_a_password() {
        let login = Login { user: "ann".into(), password: Secret::new("hunter2") };
        let plain = Mechanism::Plain(login.clone());
        let scram = Mechanism::Scram { hash: SHA_256, login, is_token: false };
        for mechanism in [plain, scram] {
            assert!(!format!("{mechanism:?}").contains("hunter2"));
        }
    }
}
