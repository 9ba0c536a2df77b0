//! Chapter 6: who may connect, what travels in the clear, and who may do what.

pub(super) mod allow_if_no_acl;
pub(super) mod client_hostname_check_off;
pub(super) mod client_password_in_clear;
pub(super) mod client_tls_legacy;
pub(super) mod controller_listener_plaintext;
pub(super) mod group_sprawl;
pub(super) mod hostname_check_off;
pub(super) mod inter_broker_plaintext;
pub(super) mod listeners;
pub(super) mod no_authorizer;
pub(super) mod no_reauthentication;
pub(super) mod plaintext_client_listener;
pub(super) mod sasl_plain_no_tls;
pub(super) mod ssl_without_client_auth;
pub(super) mod tls_legacy;
