package lv.enkurs.conformance;

import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SigDMechanism;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SerializableSignatureParameters;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.signature.DocumentSignatureService;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PasswordProtection;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The peer of the benchmark: every cell in one warm virtual machine, one thread.
 *
 * usage: Rate SECONDS ANCHORS.pem KEYS.p12 PASSWORD PLAN
 *
 * Each line of PLAN is `validate TAB FILE [TAB DETACHED]` or `create TAB asice|pdf|cades|jades TAB FILE` (level B; jades over 64 MiB is
 * detached). The first thirty seconds warm up on the first lines of each kind, each cell then for a third of its time. Prints for each
 * line its number, how often a second, and what the last validation said or why there is no figure.
 */
public final class Rate {
    private static final long INSIDE = 64L << 20;

    private record Cell(int number, Supplier<String> work, long size) {
    }

    private static <P extends AbstractSignatureParameters<?> & SerializableSignatureParameters> String sign(
            DocumentSignatureService<P, ?> service, P p, SignatureLevel level, Pkcs12SignatureToken token, DSSDocument in) {
        DSSPrivateKeyEntry key = token.getKeys().get(0);
        p.setSignatureLevel(level);
        p.setDigestAlgorithm(DigestAlgorithm.SHA256);
        p.setSigningCertificate(key.getCertificate());
        p.setCertificateChain(key.getCertificateChain());
        var data = service.getDataToSign(in, p);
        service.signDocument(in, p, token.sign(data, DigestAlgorithm.SHA256, key));
        return "signed";
    }

    private static String create(String format, Pkcs12SignatureToken token, File file) {
        DSSDocument in = new FileDocument(file);
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        switch (format) {
            case "pdf":
                return sign(new PAdESService(verifier), new PAdESSignatureParameters(), SignatureLevel.PAdES_BASELINE_B, token, in);
            case "cades":
                CAdESSignatureParameters c = new CAdESSignatureParameters();
                c.setSignaturePackaging(SignaturePackaging.ENVELOPING);
                return sign(new CAdESService(verifier), c, SignatureLevel.CAdES_BASELINE_B, token, in);
            case "jades":
                JAdESSignatureParameters j = new JAdESSignatureParameters();
                j.setJwsSerializationType(JWSSerializationType.FLATTENED_JSON_SERIALIZATION);
                boolean inside = file.length() <= INSIDE;
                j.setSignaturePackaging(inside ? SignaturePackaging.ENVELOPING : SignaturePackaging.DETACHED);
                if (!inside) {
                    j.setSigDMechanism(SigDMechanism.OBJECT_ID_BY_URI_HASH);
                }
                return sign(new JAdESService(verifier), j, SignatureLevel.JAdES_BASELINE_B, token, in);
            default:
                ASiCWithXAdESSignatureParameters x = new ASiCWithXAdESSignatureParameters();
                x.aSiC().setContainerType(ASiCContainerType.ASiC_E);
                return sign(new ASiCWithXAdESService(verifier), x, SignatureLevel.XAdES_BASELINE_B, token, in);
        }
    }

    private static String validate(String file, List<DSSDocument> detached, CommonTrustedCertificateSource trusted) {
        SimpleReport r = Judge.judge(file, detached, trusted).getSimpleReport();
        String id = r.getFirstSignatureId();
        return id == null ? "no signature" : String.valueOf(r.getIndication(id)) + (r.getSubIndication(id) == null ? "" : " " + r.getSubIndication(id));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    public static void main(String[] args) throws Exception {
        double most = Double.parseDouble(args[0]);
        CommonTrustedCertificateSource trusted = Judge.anchors(args[1]);
        try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(new File(args[2]), new PasswordProtection(args[3].toCharArray()))) {
            List<Cell> cells = new java.util.ArrayList<>();
            for (String line : Files.readAllLines(Path.of(args[4]))) {
                String[] part = line.split("\t");
                List<DSSDocument> detached = part[0].equals("validate") && part.length > 2 ? List.of(new FileDocument(new File(part[2]))) : List.of();
                File file = new File(part[0].equals("create") ? part[2] : part[1]);
                Supplier<String> work = part[0].equals("create") ? () -> create(part[1], token, file) : () -> validate(part[1], detached, trusted);
                cells.add(new Cell(cells.size(), work, file.length()));
            }
            long warm = System.nanoTime();
            while (seconds(warm) < 15 * Math.min(most, 2)) {
                for (Cell cell : cells) {
                    if (cell.size < 100_000 && seconds(warm) < 15 * Math.min(most, 2)) {
                        cell.work.get();
                    }
                }
            }
            for (Cell cell : cells) {
                try {
                    long start = System.nanoTime();
                    do {
                        cell.work.get();
                    } while (seconds(start) < most / 3);
                    start = System.nanoTime();
                    int n = 0;
                    String last;
                    do {
                        last = cell.work.get();
                        n++;
                    } while (seconds(start) < most);
                    System.out.printf(Locale.ROOT, "%d\t%.4f\t%s%n", cell.number, n / seconds(start), last);
                } catch (Exception | OutOfMemoryError e) {
                    System.out.printf("%d\t\t%s%n", cell.number, String.valueOf(e).lines().findFirst().orElse(""));
                }
                System.out.flush();
            }
        }
    }
}
