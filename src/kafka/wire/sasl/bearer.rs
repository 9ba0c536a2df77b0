//! OAUTHBEARER (RFC 7628): a token that somebody else gave out, and where klever gets it.

use super::provider::Provider;
use super::token::token;
use super::{Exchange, SaslError};
use crate::kafka::wire::secret::Secret;
use std::path::{Path, PathBuf};

/// Tokens are some kilobytes.
const LONGEST_TOKEN: u64 = 256 << 10;
/// What separates the parts of a message.
const SEPARATOR: char = '\u{1}';

/// Where tokens come from.
#[derive(Clone, Debug)]
pub(in crate::kafka::wire) enum TokenSource {
    /// Read anew for each connection.
    File(PathBuf),
    Provider(Provider),
}

/// Tokens and what is said beside them (`extension_NAME` of a JAAS line; RFC 7628, 3.1).
#[derive(Clone, Debug)]
pub(in crate::kafka::wire) struct Bearer {
    pub source: TokenSource,
    pub extensions: Vec<(String, String)>,
}

impl Bearer {
    pub(super) fn begin(&self) -> Result<BearerExchange, SaslError> {
        for (name, value) in &self.extensions {
            let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphabetic());
            let is_value = !value.is_empty() && value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
            if name == "auth" || !is_name || !is_value {
                let why = "an extension of OAUTHBEARER has a name of letters and a value of plain ASCII";
                return Err(SaslError::Unusable(why.into()));
            }
        }
        let token = match &self.source {
            TokenSource::File(path) => read(path)?,
            TokenSource::Provider(provider) => provider.token()?,
        };
        Ok(BearerExchange { token, extensions: self.extensions.clone(), refusal: None })
    }
}

fn read(path: &Path) -> Result<Secret, SaslError> {
    let unusable = |why: String| SaslError::Unusable(format!("the file of the OAUTHBEARER token: {why}"));
    let length = std::fs::metadata(path).map_err(|error| unusable(error.kind().to_string()))?.len();
    if length > LONGEST_TOKEN {
        return Err(unusable("the file is too long for a token".into()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.kind().to_string()))?;
    token(&text).ok_or_else(|| unusable("there is no token in it".into()))
}

/// One exchange. A broker that refuses says why in a challenge first, and wants an answer to it.
pub(in crate::kafka::wire) struct BearerExchange {
    token: Secret,
    extensions: Vec<(String, String)>,
    refusal: Option<String>,
}

impl Exchange for BearerExchange {
    fn first(&mut self) -> Result<Vec<u8>, SaslError> {
        let mut message = format!("n,,{SEPARATOR}auth=Bearer {}{SEPARATOR}", self.token.reveal());
        for (name, value) in &self.extensions {
            message.push_str(&format!("{name}={value}{SEPARATOR}"));
        }
        message.push(SEPARATOR);
        Ok(message.into_bytes())
    }

    fn next(&mut self, challenge: &[u8]) -> Result<Option<Vec<u8>>, SaslError> {
        if let Some(refusal) = self.refusal.take() {
            return Err(SaslError::Refused(refusal));
        }
        if challenge.is_empty() {
            return Ok(None);
        }
        let said: serde_json::Value = serde_json::from_slice(challenge).unwrap_or_default();
        self.refusal = Some(said["status"].as_str().unwrap_or("no reason given").into());
        Ok(Some(SEPARATOR.to_string().into_bytes()))
    }

    fn secret(&self) -> &Secret {
        &self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(text: &str, extensions: &[(&str, &str)]) -> Result<BearerExchange, SaslError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, text).unwrap();
        let extensions = extensions.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Bearer { source: TokenSource::File(path), extensions: extensions.collect() }.begin()
    }

    #[test]
    fn the_message_is_that_of_the_rfc() {
        let mut plain = bearer("abc.def-_\n", &[]).unwrap();
        assert_eq!(plain.first().unwrap(), b"n,,\x01auth=Bearer abc.def-_\x01\x01");
        assert_eq!(plain.next(b""), Ok(None));
        let mut extended = bearer("t", &[("logicalCluster", "lkc-1")]).unwrap();
        assert_eq!(extended.first().unwrap(), b"n,,\x01auth=Bearer t\x01logicalCluster=lkc-1\x01\x01");
    }

    #[test]
    fn a_refusal_is_answered_and_then_told() {
        let mut refused = bearer("t", &[]).unwrap();
        assert_eq!(refused.next(br#"{"status":"invalid_token"}"#), Ok(Some(vec![1])));
        assert_eq!(refused.next(b""), Err(SaslError::Refused("invalid_token".into())));
        let mut nonsense = bearer("t", &[]).unwrap();
        assert_eq!(nonsense.next(b"[1,"), Ok(Some(vec![1])));
    }

    #[test]
    fn what_is_no_token_is_named_and_never_shown() {
        for wrong in ["", " \n", "two words", "hunter2\u{1}x"] {
            let error = bearer(wrong, &[]).err().unwrap().to_string();
            assert!(error.contains("no token") && !error.contains("hunter2"), "{error}");
        }
        assert!(bearer("t", &[("auth", "x")]).is_err() && bearer("t", &[("a", "x\u{1}")]).is_err());
        let missing = Bearer { source: TokenSource::File("/nowhere/token".into()), extensions: vec![] };
        assert!(missing.begin().err().unwrap().to_string().contains("not found"));
    }
}
