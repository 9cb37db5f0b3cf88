//! HTTPS: the certificate must be for the host, and of a trusted root.

use std::{net::SocketAddr, sync::Arc};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use net::{Client, Config, Guard, NetError};
use pki::{
    CertificateTemplate, GeneralName, KeyKind, KeyUsage, PublicKey, oid,
    testing::{TestEntity, TestKey, day, epoch, leaf_extensions, name},
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// A server certificate of `root` for 127.0.0.1, with its key.
fn server_config(root: &TestEntity) -> ServerConfig {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let key = PublicKey::from_ec_point(KeyKind::P256, pair.public_key().as_ref()).unwrap();
    let mut extensions = leaf_extensions(&TestKey::p256(), KeyUsage::DIGITAL_SIGNATURE, &[oid::SERVER_AUTH]);
    extensions.alt_names = vec![GeneralName::ip("127.0.0.1".parse().unwrap())];
    let template = CertificateTemplate {
        serial: vec![9],
        signature: root.key.algorithm(),
        issuer: root.certificate.subject().clone(),
        not_before: epoch(),
        not_after: day(1825),
        subject: name("serveris"),
        spki: key.spki().to_vec(),
        extensions,
    };
    let tbs = template.tbs().unwrap();
    let certificate = CertificateTemplate::assemble(&tbs, root.key.algorithm(), &root.key.sign(&tbs)).unwrap();
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.to_pkcs8v1().unwrap().as_ref().to_vec()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_no_client_auth().with_single_cert(chain, key).unwrap()
}

async fn server(root: &TestEntity) -> SocketAddr {
    let acceptor = TlsAcceptor::from(Arc::new(server_config(root)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut tls) = acceptor.accept(stream).await else { continue };
            let mut buf = [0; 4096];
            let _read = tls.read(&mut buf).await;
            let _sent = tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
            let _closed = tls.shutdown().await;
        }
    });
    address
}

async fn get(url: &str, root: &TestEntity) -> Result<Vec<u8>, NetError> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root.certificate.der().to_vec())).unwrap();
    let guard = Guard { loopback: true, ..Guard::public() };
    Client::new(Config { guard, roots: Some(roots), ..Config::default() }).get(url, 100).await
}

#[tokio::test]
async fn the_right_host_of_a_trusted_root() {
    let (root, other) = (TestEntity::root("Sakne", TestKey::p256()), TestEntity::root("Cita", TestKey::p256()));
    let at = server(&root).await;
    assert_eq!(get(&format!("https://{at}/"), &root).await.unwrap(), b"ok");
    assert_eq!(get(&format!("https://{at}/"), &other).await.unwrap_err().code(), "net.connection");
    let named = format!("https://localhost:{}/", at.port());
    assert_eq!(get(&named, &root).await.unwrap_err().code(), "net.connection");
}
