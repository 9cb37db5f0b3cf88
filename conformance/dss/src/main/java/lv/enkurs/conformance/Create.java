package lv.enkurs.conformance;

import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import java.io.File;
import java.security.KeyStore.PasswordProtection;

/**
 * Signs with EU DSS: as a maker of files for our validation, and as the peer of the benchmark.
 *
 * usage: Create KEYS.p12 PASSWORD asice|pdf IN OUT              one file at level B
 *        Create --bench SECONDS KEYS.p12 PASSWORD asice|pdf IN  signatures per second at level B, one thread, warm
 */
public final class Create {
    private static DSSDocument sign(Pkcs12SignatureToken token, DSSPrivateKeyEntry key, String format, DSSDocument in) {
        if (format.equals("pdf")) {
            PAdESSignatureParameters p = new PAdESSignatureParameters();
            p.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
            p.setDigestAlgorithm(DigestAlgorithm.SHA256);
            p.setSigningCertificate(key.getCertificate());
            p.setCertificateChain(key.getCertificateChain());
            PAdESService service = new PAdESService(new CommonCertificateVerifier());
            ToBeSigned data = service.getDataToSign(in, p);
            SignatureValue value = token.sign(data, DigestAlgorithm.SHA256, key);
            return service.signDocument(in, p, value);
        }
        ASiCWithXAdESSignatureParameters p = new ASiCWithXAdESSignatureParameters();
        p.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
        p.aSiC().setContainerType(ASiCContainerType.ASiC_E);
        p.setDigestAlgorithm(DigestAlgorithm.SHA256);
        p.setSigningCertificate(key.getCertificate());
        p.setCertificateChain(key.getCertificateChain());
        ASiCWithXAdESService service = new ASiCWithXAdESService(new CommonCertificateVerifier());
        ToBeSigned data = service.getDataToSign(in, p);
        SignatureValue value = token.sign(data, DigestAlgorithm.SHA256, key);
        return service.signDocument(in, p, value);
    }

    public static void main(String[] args) throws Exception {
        boolean bench = args[0].equals("--bench");
        int at = bench ? 2 : 0;
        PasswordProtection password = new PasswordProtection(args[at + 1].toCharArray());
        try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(new File(args[at]), password)) {
            DSSPrivateKeyEntry key = token.getKeys().get(0);
            String format = args[at + 2];
            DSSDocument in = new FileDocument(new File(args[at + 3]));
            if (!bench) {
                sign(token, key, format, in).save(args[at + 4]);
                return;
            }
            long warm = System.nanoTime() + 10_000_000_000L;
            while (System.nanoTime() < warm) {
                sign(token, key, format, in);
            }
            long start = System.nanoTime();
            long end = start + (long) (Double.parseDouble(args[1]) * 1e9);
            int n = 0;
            while (System.nanoTime() < end) {
                sign(token, key, format, in);
                n++;
            }
            System.out.printf(java.util.Locale.ROOT, "%.2f%n", n / ((System.nanoTime() - start) / 1e9));
        }
    }
}
