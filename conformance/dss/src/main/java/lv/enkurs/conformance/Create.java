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
 * Signs with EU DSS, as a maker of files for our validation.
 *
 * usage: Create KEYS.p12 PASSWORD asice|pdf IN OUT              one file at level B
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
        PasswordProtection password = new PasswordProtection(args[1].toCharArray());
        try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(new File(args[0]), password)) {
            DSSPrivateKeyEntry key = token.getKeys().get(0);
            sign(token, key, args[2], new FileDocument(new File(args[3]))).save(args[4]);
        }
    }
}
