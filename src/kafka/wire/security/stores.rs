//! Certificates and keys from where Java and librdkafka keep them: PEM, in files or inline, and PKCS#12.

use super::pem::{self, Block};
use crate::kafka::wire::tls::Identity;
use crate::kafka::{ConnectError, ConnectionSpec};
use p12_keystore::error::Error;
use p12_keystore::{KeyStore, Pkcs12Archive, Pkcs12ImportPolicy};
use pkcs8::EncryptedPrivateKeyInfoRef;
use std::path::Path;
use tokio_rustls::rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};

type Certificates = Vec<CertificateDer<'static>>;

/// A store longer than this is none.
const LONGEST_STORE: u64 = 16 << 20;
/// The first bytes of Java's own formats, JKS and JCEKS.
const JAVAS_OWN: [[u8; 4]; 2] = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]];

/// A property that names a store, and what stands in it.
struct Store<'a> {
    property: &'a str,
    bytes: Vec<u8>,
}

impl Store<'_> {
    fn wrong(&self, why: &str) -> ConnectError {
        ConnectError::new(format!("{}: {why}", self.property))
    }
}

/// The authorities that the user trusts; `None` when none are given.
pub(super) fn authorities(spec: &ConnectionSpec) -> Result<Option<Certificates>, ConnectError> {
    let mut all = None;
    if let Some(text) = spec.property("ssl.ca.pem") {
        let store = inline("ssl.truststore.certificates", text);
        all.get_or_insert_with(Vec::new).extend(certificates(&store, None)?);
    }
    // `probe` is librdkafka's word for the machine's own.
    let location = spec.property("ssl.ca.location").filter(|location| *location != "probe");
    if let Some(location) = location {
        all.get_or_insert_with(Vec::new).extend(from_location(location)?);
    }
    if let Some(location) = spec.property("ssl.truststore.location") {
        let store = file("ssl.truststore.location", location)?;
        let password = spec.property("ssl.truststore.password");
        all.get_or_insert_with(Vec::new).extend(certificates(&store, password)?);
    }
    Ok(all)
}

/// Whom an identity provider's certificate may be from: this machine's authorities, and those of librdkafka's
/// `https.ca.location`.
pub(super) fn providers_authorities(spec: &ConnectionSpec) -> Result<Certificates, ConnectError> {
    let mut all = rustls_native_certs::load_native_certs().certs;
    if let Some(location) = spec.property("https.ca.location") {
        all.extend(certificates(&file("https.ca.location", location)?, None)?);
    }
    Ok(all)
}

/// A file, or a folder of files as OpenSSL keeps them.
fn from_location(location: &str) -> Result<Certificates, ConnectError> {
    if !Path::new(location).is_dir() {
        return certificates(&file("ssl.ca.location", location)?, None);
    }
    let found = rustls_native_certs::load_certs_from_paths(None, Some(Path::new(location)));
    if found.certs.is_empty() {
        return Err(ConnectError::new("ssl.ca.location: no file of that folder holds a certificate"));
    }
    Ok(found.certs)
}

/// That a key store is one of a format that clients other than Java's read, too.
#[cfg(feature = "librdkafka")]
pub(super) fn check_key_store(spec: &ConnectionSpec) -> Result<(), ConnectError> {
    match spec.property("ssl.keystore.location") {
        Some(location) => kind(&file("ssl.keystore.location", location)?).map(drop),
        None => Ok(()),
    }
}

/// The client's certificate and key; `None` when none are given.
pub(super) fn identity(spec: &ConnectionSpec) -> Result<Option<Identity>, ConnectError> {
    let password = spec.property("ssl.key.password");
    if let Some(location) = spec.property("ssl.keystore.location") {
        let store = file("ssl.keystore.location", location)?;
        return match kind(&store)? {
            Kind::Pem => identity_of_pem(&store, &store, password).map(Some),
            Kind::Pkcs12 => identity_of_pkcs12(&store, spec.property("ssl.keystore.password")).map(Some),
            Kind::Certificate => Err(store.wrong("it is a certificate without its key")),
        };
    }
    let chain =
        either(spec, ("ssl.certificate.pem", "ssl.keystore.certificate.chain"), "ssl.certificate.location")?;
    let key = either(spec, ("ssl.key.pem", "ssl.keystore.key"), "ssl.key.location")?;
    match (chain, key) {
        (None, None) => Ok(None),
        (Some(chain), Some(key)) => identity_of_pem(&chain, &key, password).map(Some),
        (Some(_), None) => Err(ConnectError::new("a client's certificate is given without its key")
            .with_hint("set ssl.keystore.key or ssl.key.location, too")),
        (None, Some(_)) => Err(ConnectError::new("a client's key is given without its certificate")
            .with_hint("set ssl.keystore.certificate.chain or ssl.certificate.location, too")),
    }
}

/// What stands in a property itself (with Java's name for messages), or in the file that another one names.
fn either<'a>(
    spec: &ConnectionSpec,
    (pem, shown): (&str, &'a str),
    location: &'a str,
) -> Result<Option<Store<'a>>, ConnectError> {
    if let Some(text) = spec.property(pem) {
        return Ok(Some(inline(shown, text)));
    }
    spec.property(location).map(|path| file(location, path)).transpose()
}

fn inline<'a>(property: &'a str, text: &str) -> Store<'a> {
    Store { property, bytes: text.as_bytes().to_vec() }
}

fn file<'a>(property: &'a str, location: &str) -> Result<Store<'a>, ConnectError> {
    let unreadable = |why: String| {
        ConnectError::new(format!("cannot read the file of {property}: {why}"))
            .with_hint("check the path; it is taken relative to where klever runs")
    };
    let about = std::fs::metadata(location).map_err(|error| unreadable(error.kind().to_string()))?;
    if about.len() > LONGEST_STORE || !about.is_file() {
        return Err(unreadable("it is no file of certificates".into()));
    }
    let bytes = std::fs::read(location).map_err(|error| unreadable(error.kind().to_string()))?;
    Ok(Store { property, bytes })
}

/// The formats that can be read.
enum Kind {
    Pem,
    Pkcs12,
    /// One certificate, not in Base64.
    Certificate,
}

/// By content, as Java does: a file named `.jks` is PKCS#12 since Java 9.
fn kind(store: &Store<'_>) -> Result<Kind, ConnectError> {
    if JAVAS_OWN.iter().any(|magic| store.bytes.starts_with(magic)) {
        return Err(store.wrong("it is a JKS store, which klever does not read").with_hint(
            "convert it: keytool -importkeystore -srckeystore STORE -destkeystore STORE.p12 -deststoretype pkcs12",
        ));
    }
    match (store.bytes.first(), first_inside(&store.bytes)) {
        // Of PKCS#12 the first thing inside is its version, of a certificate another sequence.
        (Some(0x30), Some(0x02)) => Ok(Kind::Pkcs12),
        (Some(0x30), Some(0x30)) => Ok(Kind::Certificate),
        _ if contains(&store.bytes, b"-----BEGIN ") => Ok(Kind::Pem),
        _ => Err(store.wrong("it holds neither PEM nor PKCS#12").with_hint(
            "PEM has lines like -----BEGIN CERTIFICATE-----; keytool -list shows what is in a store",
        )),
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The tag of what comes first in a DER sequence.
fn first_inside(der: &[u8]) -> Option<u8> {
    let length = *der.get(1)?;
    let of_length = if length & 0x80 == 0 { 0 } else { usize::from(length & 0x7f) };
    der.get(2 + of_length).copied()
}

fn certificates(store: &Store<'_>, password: Option<&str>) -> Result<Certificates, ConnectError> {
    let found = match kind(store)? {
        Kind::Certificate => vec![CertificateDer::from(store.bytes.clone())],
        Kind::Pem => certificates_of(&blocks(store)?),
        Kind::Pkcs12 => {
            let opened = Pkcs12Archive::from_pkcs12(&store.bytes, password.unwrap_or_default());
            let archive = opened.map_err(|error| closed(store, &error, "ssl.truststore.password"))?;
            // Java trusts what is marked as trusted; a store of OpenSSL marks nothing.
            let marked = archive.certs.iter().any(|bag| bag.trusted);
            let bags = archive.certs.iter().filter(|bag| bag.trusted || !marked);
            bags.map(|bag| CertificateDer::from(bag.cert.as_der().to_vec())).collect()
        }
    };
    if found.is_empty() { Err(store.wrong("there is no certificate in it")) } else { Ok(found) }
}

fn blocks(store: &Store<'_>) -> Result<Vec<Block>, ConnectError> {
    pem::blocks(&String::from_utf8_lossy(&store.bytes)).map_err(|why| store.wrong(why))
}

fn certificates_of(blocks: &[Block]) -> Certificates {
    let labels = ["CERTIFICATE", "X509 CERTIFICATE"];
    let certificates = blocks.iter().filter(|block| labels.contains(&block.label.as_str()));
    certificates.map(|block| CertificateDer::from(block.content.clone())).collect()
}

fn identity_of_pem(
    chain: &Store<'_>,
    key: &Store<'_>,
    password: Option<&str>,
) -> Result<Identity, ConnectError> {
    let certificates = certificates_of(&blocks(chain)?);
    if certificates.is_empty() {
        return Err(chain.wrong("there is no certificate in it"));
    }
    let blocks = blocks(key)?;
    let block = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY"));
    let block = block.ok_or_else(|| key.wrong("there is no private key in it"))?;
    Ok(Identity { chain: certificates, key: private_key(key, block, password)? })
}

fn private_key(
    store: &Store<'_>,
    block: &Block,
    password: Option<&str>,
) -> Result<PrivateKeyDer<'static>, ConnectError> {
    let content = block.content.clone();
    match block.label.as_str() {
        _ if block.has_headers => Err(store
            .wrong("its key is encrypted in OpenSSL's old way")
            .with_hint("convert it: openssl pkcs8 -topk8 -v2 aes256 -in KEY -out KEY.p8")),
        "PRIVATE KEY" => Ok(PrivatePkcs8KeyDer::from(content).into()),
        "RSA PRIVATE KEY" => Ok(PrivatePkcs1KeyDer::from(content).into()),
        "EC PRIVATE KEY" => Ok(PrivateSec1KeyDer::from(content).into()),
        "ENCRYPTED PRIVATE KEY" => decrypted(store, &content, password),
        _ => Err(store
            .wrong("its key is of a kind that klever does not read")
            .with_hint("convert it: openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.p8")),
    }
}

fn decrypted(
    store: &Store<'_>,
    content: &[u8],
    password: Option<&str>,
) -> Result<PrivateKeyDer<'static>, ConnectError> {
    let Some(password) = password else {
        return Err(store.wrong("its key is encrypted").with_hint("set ssl.key.password in the file of -F"));
    };
    let info = EncryptedPrivateKeyInfoRef::try_from(content).map_err(|_| {
        store
            .wrong("its key is encrypted in a way that klever does not know")
            .with_hint("convert it: openssl pkcs8 -topk8 -v2 aes256 -in KEY -out KEY.p8")
    })?;
    let key = info.decrypt(password).map_err(|_| {
        store.wrong("its key cannot be decrypted").with_hint("check ssl.key.password in the file of -F")
    })?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}

fn identity_of_pkcs12(store: &Store<'_>, password: Option<&str>) -> Result<Identity, ConnectError> {
    let opened =
        KeyStore::from_pkcs12(&store.bytes, password.unwrap_or_default(), Pkcs12ImportPolicy::Strict);
    let keys = opened.map_err(|error| closed(store, &error, "ssl.keystore.password"))?;
    let (_, entry) = keys
        .private_key_chain()
        .ok_or_else(|| store.wrong("there is no private key with a certificate in it"))?;
    let chain = entry.certs().iter().map(|certificate| CertificateDer::from(certificate.as_der().to_vec()));
    let key = PrivatePkcs8KeyDer::from(entry.key().as_der().to_vec());
    Ok(Identity { chain: chain.collect(), key: key.into() })
}

fn closed(store: &Store<'_>, error: &Error, password: &str) -> ConnectError {
    match error {
        Error::MacError(_) => store
            .wrong("the store does not open with this password")
            .with_hint(format!("check {password} in the file of -F")),
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => store
            .wrong("the store is encrypted in a way that klever does not know")
            .with_hint("write it anew: keytool -importkeystore -srckeystore STORE -destkeystore NEW.p12"),
        _ => store.wrong("the store is damaged, or none of PKCS#12"),
    }
}
