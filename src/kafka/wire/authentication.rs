//! SASL on a connection: the frames are made here, what stands in them comes from a state machine without I/O.

use super::api::Api;
use super::connection::Connection;
use super::failure::Failure;
use super::messages::{SaslAuthenticate, SaslHandshake};
use tokio::time::Instant;

/// Messages of one authentication; SCRAM, the longest, has three.
const MOST_ROUNDS: usize = 10;

/// How klever says who it is.
pub(super) trait SaslLogin: Send + Sync {
    /// Kafka's name of the mechanism.
    fn mechanism(&self) -> &str;

    /// A new exchange, for one connection.
    ///
    /// # Errors
    /// In one plain line, without secrets.
    fn begin(&self) -> Result<Box<dyn SaslExchange>, String>;
}

/// One authentication from the client's side.
pub(super) trait SaslExchange: Send {
    /// What the client says first.
    fn first(&mut self) -> Result<Vec<u8>, String>;

    /// What it answers to a challenge; `None` when it believes the broker and has nothing more to say.
    fn next(&mut self, challenge: &[u8]) -> Result<Option<Vec<u8>>, String>;
}

/// Proves who klever is.
pub(super) async fn authenticate(
    connection: &Connection,
    login: &dyn SaslLogin,
    deadline: Instant,
) -> Result<(), Failure> {
    let (code, offered) = connection.call(&SaslHandshake(login.mechanism()), deadline).await?;
    if code != 0 {
        let offered = offered.join(", ");
        let why = format!("the broker has no SASL mechanism {}, but {offered}", login.mechanism());
        return Err(Failure::Authentication(why));
    }
    let mut exchange = login.begin().map_err(Failure::Authentication)?;
    let mut message = exchange.first().map_err(Failure::Authentication)?;
    for _ in 0..MOST_ROUNDS {
        let challenge = connection.call(&SaslAuthenticate(&message), deadline).await?;
        let challenge = challenge.map_err(|(code, words)| match words {
            Some(words) => Failure::Authentication(words),
            None => Failure::Kafka(Api::SaslAuthenticate, code),
        })?;
        match exchange.next(&challenge).map_err(Failure::Authentication)? {
            Some(next) => message = next,
            None => return Ok(()),
        }
    }
    Err(Failure::Authentication("the broker never ends the exchange".into()))
}
