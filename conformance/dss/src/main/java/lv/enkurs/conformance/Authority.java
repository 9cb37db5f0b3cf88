package lv.enkurs.conformance;

import eu.europa.esig.dss.enumerations.CommitmentTypeEnum;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.SignerLocation;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.revocation.crl.CRL;
import eu.europa.esig.dss.model.x509.revocation.ocsp.OCSP;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.RevocationToken;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLToken;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPToken;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.KSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PasswordProtection;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * A small authority in a folder: root.pem, ca.pem, *.crl, *.ocsp, data/ with the files that detached signatures are over; to sign also
 * tsa.p12 and one KIND.p12 for each signer, password "secret". Its CRLs and OCSP responses are in the place of the network; time.txt is the time at
 * which files are judged (RFC 3339), without it now.
 */
final class Authority {
    /** Signers, by what they sign with. */
    static final List<String> KINDS = List.of("p256", "p384", "rsa", "pss", "ed25519");
    static final List<String> LEVELS = List.of("B", "T", "LT", "LTA");
    private static final PasswordProtection PASSWORD = new PasswordProtection("secret".toCharArray());
    private final Path dir;

    Authority(Path dir) {
        this.dir = dir;
    }

    private File[] files(String extension) {
        return dir.toFile().listFiles((d, name) -> name.endsWith(extension));
    }

    private DSSDocument[] documents(String extension) {
        return Arrays.stream(files(extension)).map(FileDocument::new).toArray(DSSDocument[]::new);
    }

    /** What detached signatures are over, in the order of their names. */
    List<DSSDocument> data() {
        File[] found = dir.resolve("data").toFile().listFiles();
        return Arrays.stream(found).sorted().<DSSDocument>map(FileDocument::new).toList();
    }

    /** When files are judged, unless now. */
    Optional<Date> time() throws IOException {
        Path told = dir.resolve("time.txt");
        return Files.exists(told) ? Optional.of(Date.from(Instant.parse(Files.readString(told)))) : Optional.empty();
    }

    CommonCertificateVerifier verifier() {
        CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
        anchors.addCertificate(DSSUtils.loadCertificate(dir.resolve("root.pem").toFile()));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(anchors);
        CommonCertificateSource known = new CommonCertificateSource();
        known.addCertificate(DSSUtils.loadCertificate(dir.resolve("ca.pem").toFile()));
        verifier.setAdjunctCertSources(known);
        verifier.setAIASource(null);
        ExternalResourcesCRLSource crls = new ExternalResourcesCRLSource(documents(".crl"));
        verifier.setCrlSource((certificate, issuer) -> {
            List<RevocationToken<CRL>> all = crls.getRevocationTokens(certificate, issuer);
            return all.isEmpty() ? null : (CRLToken) all.get(0);
        });
        ExternalResourcesOCSPSource ocsps = new ExternalResourcesOCSPSource(documents(".ocsp"));
        verifier.setOcspSource((certificate, issuer) -> {
            List<RevocationToken<OCSP>> all = ocsps.getRevocationTokens(certificate, issuer);
            return all.isEmpty() ? null : (OCSPToken) all.get(0);
        });
        return verifier;
    }

    KeyEntityTSPSource stamper() throws IOException {
        Pkcs12SignatureToken token = new Pkcs12SignatureToken(dir.resolve("tsa.p12").toFile(), PASSWORD);
        KSPrivateKeyEntry unit = (KSPrivateKeyEntry) token.getKeys().get(0);
        KeyEntityTSPSource tsp = new KeyEntityTSPSource(unit.getPrivateKey(), unit.getCertificate(), List.of(unit.getCertificateChain()));
        tsp.setTsaPolicy("0.4.0.2023.1.1");
        return tsp;
    }

    /** One who signs, with one algorithm. */
    static final class Signer {
        final DSSPrivateKeyEntry key;
        final SignatureAlgorithm algorithm;
        private final Pkcs12SignatureToken token;

        private Signer(Pkcs12SignatureToken token, SignatureAlgorithm algorithm) {
            this.token = token;
            this.key = token.getKeys().get(0);
            this.algorithm = algorithm;
        }

        SignatureValue sign(ToBeSigned data) {
            return token.sign(data, algorithm, key);
        }

        /** Level (FORMAT-BASELINE-LEVEL), keys and what the signer says: role, place, commitment. */
        <P extends AbstractSignatureParameters<?>> P describe(P p, String level) {
            p.setSignatureLevel(SignatureLevel.valueByName(level));
            p.setDigestAlgorithm(algorithm.getDigestAlgorithm());
            p.setSigningCertificate(key.getCertificate());
            p.setCertificateChain(key.getCertificateChain());
            p.setEncryptionAlgorithm(algorithm.getEncryptionAlgorithm());
            p.bLevel().setClaimedSignerRoles(List.of("Valdes loceklis"));
            p.bLevel().setCommitmentTypeIndications(List.of(CommitmentTypeEnum.ProofOfApproval));
            SignerLocation place = new SignerLocation();
            place.setLocality("Rīga");
            place.setCountry("LV");
            p.bLevel().setSignerLocation(place);
            return p;
        }
    }

    /** One of {@link #KINDS}, or "second", who signs beside others. */
    Signer signer(String kind) throws IOException {
        SignatureAlgorithm algorithm = switch (kind) {
            case "p384" -> SignatureAlgorithm.ECDSA_SHA384;
            case "rsa" -> SignatureAlgorithm.RSA_SHA256;
            case "pss" -> SignatureAlgorithm.RSA_SSA_PSS_SHA256_MGF1;
            case "ed25519" -> SignatureAlgorithm.ED25519;
            default -> SignatureAlgorithm.ECDSA_SHA256;
        };
        String file = kind.equals("pss") ? "rsa" : kind;
        return new Signer(new Pkcs12SignatureToken(dir.resolve(file + ".p12").toFile(), PASSWORD), algorithm);
    }
}
