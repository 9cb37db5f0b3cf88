package lv.enkurs.conformance;

import eu.europa.esig.dss.enumerations.CertificationPermission;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.SignatureImageParameters;
import eu.europa.esig.dss.pades.SignatureImageTextParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.KeyStore.PasswordProtection;
import java.util.function.Consumer;

/**
 * PDFs signed by EU DSS at every level, visibly, certified and twice, with the throwaway PKI of conformance/pades/foreign.py.
 *
 * usage: CreatePdf PKI_DIR PASSWORD OUT_DIR IN.pdf...
 */
public final class CreatePdf {
    private final PAdESService service;
    private final Path pki;
    private final char[] password;

    private CreatePdf(Path pki, char[] password) throws Exception {
        this.pki = pki;
        this.password = password;
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        trusted.addCertificate(DSSUtils.loadCertificate(pki.resolve("root.pem").toFile()));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        verifier.setCrlSource(new ExternalResourcesCRLSource(new FileDocument(pki.resolve("sakne.crl").toFile())));
        service = new PAdESService(verifier);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(Files.newInputStream(pki.resolve("tsa.p12")), password);
        KeyEntityTSPSource unit = new KeyEntityTSPSource(store, store.aliases().nextElement(), password);
        unit.setTsaPolicy("0.4.0.2023.1.1");
        service.setTspSource(unit);
    }

    private DSSDocument sign(String keys, DSSDocument in, SignatureLevel level, Consumer<PAdESSignatureParameters> change)
            throws Exception {
        try (Pkcs12SignatureToken token =
                new Pkcs12SignatureToken(pki.resolve(keys + ".p12").toFile(), new PasswordProtection(password))) {
            DSSPrivateKeyEntry key = token.getKeys().get(0);
            PAdESSignatureParameters p = new PAdESSignatureParameters();
            p.setSignatureLevel(level);
            p.setDigestAlgorithm(DigestAlgorithm.SHA256);
            p.setSigningCertificate(key.getCertificate());
            p.setCertificateChain(key.getCertificateChain());
            change.accept(p);
            SignatureValue value = token.sign(service.getDataToSign(in, p), p.getDigestAlgorithm(), key);
            return service.signDocument(in, p, value);
        }
    }

    private static void visible(PAdESSignatureParameters p) {
        SignatureImageTextParameters text = new SignatureImageTextParameters();
        text.setText("Paraksts: Anna Paraugs");
        SignatureImageParameters image = new SignatureImageParameters();
        image.setTextParameters(text);
        image.getFieldParameters().setOriginX(60);
        image.getFieldParameters().setOriginY(200);
        image.getFieldParameters().setWidth(200);
        image.getFieldParameters().setHeight(60);
        p.setImageParameters(image);
    }

    private void all(File file, Path out) throws Exception {
        DSSDocument in = new FileDocument(file);
        String stem = file.getName().replaceAll("\\.pdf$", "");
        SignatureLevel[] levels = {
            SignatureLevel.PAdES_BASELINE_B,
            SignatureLevel.PAdES_BASELINE_T,
            SignatureLevel.PAdES_BASELINE_LT,
            SignatureLevel.PAdES_BASELINE_LTA
        };
        for (SignatureLevel level : levels) {
            String shown = level.name().replace("PAdES_BASELINE_", "");
            for (String keys : new String[] {"p256", "p384", "rsa"}) {
                sign(keys, in, level, p -> {}).save(out.resolve(stem + "-" + keys + "-" + shown + ".pdf").toString());
            }
            sign("p256", in, level, CreatePdf::visible).save(out.resolve(stem + "-visible-" + shown + ".pdf").toString());
        }
        SignatureLevel lt = SignatureLevel.PAdES_BASELINE_LT;
        for (CertificationPermission permission : CertificationPermission.values()) {
            sign("p256", in, lt, p -> p.setPermission(permission))
                    .save(out.resolve(stem + "-certified" + permission.getCode() + "-LT.pdf").toString());
        }
        DSSDocument one = sign("p256", in, lt, p -> {});
        sign("rsa", one, lt, p -> {}).save(out.resolve(stem + "-two-LT.pdf").toString());
        PAdESSignatureParameters archive = new PAdESSignatureParameters();
        archive.setSignatureLevel(SignatureLevel.PAdES_BASELINE_LTA);
        DSSDocument archived = sign("p256", in, SignatureLevel.PAdES_BASELINE_LTA, p -> {});
        service.extendDocument(archived, archive).save(out.resolve(stem + "-renewed-LTA.pdf").toString());
    }

    public static void main(String[] args) throws Exception {
        CreatePdf maker = new CreatePdf(Path.of(args[0]), args[1].toCharArray());
        Path out = Path.of(args[2]);
        Files.createDirectories(out);
        for (int i = 3; i < args.length; i++) {
            maker.all(new File(args[i]), out);
        }
    }
}
