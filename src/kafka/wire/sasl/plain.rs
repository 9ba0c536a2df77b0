//! PLAIN (RFC 4616): user and password in one message, hence for TLS only.

use super::{Exchange, Login, SaslError};
use crate::kafka::wire::secret::Secret;

pub(super) struct Plain {
    login: Login,
}

impl Plain {
    pub(super) fn new(login: Login) -> Self {
        Plain { login }
    }
}

impl Exchange for Plain {
    fn first(&mut self) -> Result<Vec<u8>, SaslError> {
        let (user, password) = (&self.login.user, self.login.password.reveal());
        if user.contains('\0') || password.contains('\0') {
            return Err(SaslError::Unusable("a user or password with a NUL cannot be sent by PLAIN".into()));
        }
        Ok(format!("\0{user}\0{password}").into_bytes())
    }

    fn next(&mut self, _challenge: &[u8]) -> Result<Option<Vec<u8>>, SaslError> {
        Ok(None)
    }

    fn secret(&self) -> &Secret {
        &self.login.password
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_that_of_the_rfc() {
        let plain = |user: &str, password: &str| {
            Plain::new(Login { user: user.into(), password: Secret::new(password) }).first()
        };
        assert_eq!(plain("tim", "tanstaaftanstaaf").unwrap(), b"\0tim\0tanstaaftanstaaf");
        assert!(plain("a\0b", "c").is_err());
    }
}
