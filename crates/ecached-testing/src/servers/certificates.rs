//! Certificates for servers that speak TLS: an authority of the moment, and what it signs.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use std::fs;
use std::path::Path;

pub(super) const CA_FILE: &str = "ca.pem";
const CERTIFICATE_FILE: &str = "server.pem";
const KEY_FILE: &str = "server-key.pem";

/// The names by which clients may call a server.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

/// Writes the files that [`redis_configuration`] names into a server's folder.
///
/// # Panics
///
/// When they cannot be written.
pub(super) fn write(folder: &Path) {
    let (authority, certificate, key) = generate().unwrap_or_else(|error| {
        panic!("cannot make certificates for a server with TLS: {error}");
    });
    for (file, text) in [(CA_FILE, authority), (CERTIFICATE_FILE, certificate), (KEY_FILE, key)] {
        fs::write(folder.join(file), text)
            .unwrap_or_else(|error| panic!("cannot write {file} for a server: {error}"));
    }
}

/// The lines of a Redis server that uses them, and asks clients for no certificate.
pub(super) fn redis_configuration() -> String {
    format!(
        "tls-cert-file {CERTIFICATE_FILE}\ntls-key-file {KEY_FILE}\n\
         tls-ca-cert-file {CA_FILE}\ntls-auth-clients no\n"
    )
}

/// The authority's certificate, the server's, and the server's key, as PEM.
fn generate() -> Result<(String, String, String), rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(DnType::CommonName, "ecached test authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    // What is an IP address becomes one in the certificate.
    let mut server = CertificateParams::new(NAMES.map(String::from))?;
    server.distinguished_name.push(DnType::CommonName, NAMES[0]);
    server.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    let server = server.signed_by(&key, &authority)?;
    Ok((authority.pem(), server.pem(), key.serialize_pem()))
}
