package lv.enkurs.conformance;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import eu.europa.esig.dss.xml.common.definition.DSSNamespace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lv.enkurs.conformance.Authority.Signer;

/**
 * XAdES as it was before the baseline profiles, made by EU DSS: the levels C, X, XL and A, the editions 1.1.1 and 1.2.2, digests of SHA-3 and SHA-224.
 *
 * usage: Old DIR OUT        DIR as for {@link Authority}; one line for each file that EU DSS does not make
 */
public final class Old {
    private static final Map<String, SignatureLevel> LEVELS = Map.of(
            "BES", SignatureLevel.XAdES_BASELINE_B, "T", SignatureLevel.XAdES_BASELINE_T, "C", SignatureLevel.XAdES_C,
            "X", SignatureLevel.XAdES_X, "XL", SignatureLevel.XAdES_XL, "A", SignatureLevel.XAdES_A,
            "LT", SignatureLevel.XAdES_BASELINE_LT, "LTA", SignatureLevel.XAdES_BASELINE_LTA);

    public static void main(String[] args) throws Exception {
        Authority authority = new Authority(Path.of(args[0]));
        Signer signer = authority.signer("rsa");
        KeyEntityTSPSource tsp = authority.stamper();
        tsp.setAcceptedDigestAlgorithms(List.of(DigestAlgorithm.values()));
        XAdESService service = new XAdESService(authority.verifier());
        service.setTspSource(tsp);
        DSSDocument xml = new InMemoryDocument("<order><from>Anna</from></order>".getBytes(StandardCharsets.UTF_8), "order.xml");
        DSSDocument data = authority.data().get(0);
        for (String edition : List.of("1.1.1", "1.2.2", "1.3.2")) {
            // The later namespace of archive time stamps came with 1.4.1; the older editions know none that anybody still makes.
            for (String level : edition.equals("1.3.2") ? List.of("C", "X", "XL", "A") : List.of("BES", "T", "C", "X", "XL")) {
                for (SignaturePackaging packaging : List.of(SignaturePackaging.ENVELOPED, SignaturePackaging.ENVELOPING, SignaturePackaging.DETACHED)) {
                    for (boolean current : edition.equals("1.3.2") ? List.of(false, true) : List.of(false)) {
                        XAdESSignatureParameters p = with(signer, LEVELS.get(level), packaging);
                        p.setXadesNamespace(new DSSNamespace("http://uri.etsi.org/01903/v" + edition + "#", "xades"));
                        p.setEn319132(current);
                        DSSDocument in = packaging == SignaturePackaging.ENVELOPED ? xml : data;
                        String name = String.join("-", "xades", edition, packaging.name().toLowerCase(), current ? "v2" : "v1", level) + ".xml";
                        make(service, signer, p, in, Path.of(args[1], name));
                    }
                }
            }
        }
        XAdESSignatureParameters unknown = with(signer, SignatureLevel.XAdES_BASELINE_B, SignaturePackaging.ENVELOPED);
        unknown.setReferenceDigestAlgorithm(DigestAlgorithm.SHA224);
        make(service, signer, unknown, xml, Path.of(args[1], "xades-sha224-B.xml"));
        for (DigestAlgorithm digest : List.of(DigestAlgorithm.SHA3_256, DigestAlgorithm.SHA3_384, DigestAlgorithm.SHA3_512)) {
            XAdESSignatureParameters p = with(signer, SignatureLevel.XAdES_BASELINE_LTA, SignaturePackaging.ENVELOPED);
            p.getContentTimestampParameters().setDigestAlgorithm(digest);
            p.getSignatureTimestampParameters().setDigestAlgorithm(digest);
            p.getArchiveTimestampParameters().setDigestAlgorithm(digest);
            p.setReferenceDigestAlgorithm(digest);
            make(service, signer, p, xml, Path.of(args[1], "xades-" + digest.getName().toLowerCase() + "-LTA.xml"));
        }
    }

    private static XAdESSignatureParameters with(Signer signer, SignatureLevel level, SignaturePackaging packaging) {
        XAdESSignatureParameters p = new XAdESSignatureParameters();
        p.setSignatureLevel(level);
        p.setSignaturePackaging(packaging);
        p.setDigestAlgorithm(signer.algorithm.getDigestAlgorithm());
        p.setSigningCertificate(signer.key.getCertificate());
        p.setCertificateChain(signer.key.getCertificateChain());
        p.setEncryptionAlgorithm(signer.algorithm.getEncryptionAlgorithm());
        return p;
    }

    private static void make(XAdESService service, Signer signer, XAdESSignatureParameters p, DSSDocument in, Path out) throws Exception {
        try {
            service.signDocument(in, p, signer.sign(service.getDataToSign(in, p))).save(out.toString());
        } catch (RuntimeException e) {
            System.out.printf("not made\t%s\t%s%n", out.getFileName(), String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        }
    }
}
