package lv.enkurs.conformance;

import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.jaxb.XmlTimestamp;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Validates files with EU DSS, offline, against given trust anchors, and prints one line a signature:
 * FILE TAB ID TAB INDICATION TAB SUBINDICATION TAB LEVEL TAB SIGNER.
 *
 * usage: Judge ANCHORS.pem FILE...           exit 0 only if every file has a signature and each is TOTAL_PASSED
 *        Judge --detached FILE... ANCHORS.pem FILE...   files that detached signatures are about, the option once for each
 *        Judge --evidence ANCHORS.pem FOLDER...   evidence records, each in a folder with the files that it is about
 *        Judge --details ANCHORS.pem FILE    the simple report as XML
 *        Judge --time RFC3339 ANCHORS.pem FILE...   as of that time
 *        Judge --authority DIR FILE... [--authority DIR FILE...]...
 *                                            with the status information of an {@link Authority}; its data/ for .p7s and "detached" in a name. Lines:
 *                                            FILE TAB signature|counter|stamp TAB INDICATION TAB SUBINDICATION TAB LEVEL, then "  REMARK"; a time stamp
 *                                            that belongs to no signature is told as well
 *        Judge --stamps --authority …        those of signatures too: FILE TAB inside TAB INDICATION TAB SUBINDICATION TAB KIND
 */
public final class Judge {
    static CommonTrustedCertificateSource anchors(String pem) throws Exception {
        CommonTrustedCertificateSource source = new CommonTrustedCertificateSource();
        String text = Files.readString(Path.of(pem));
        for (String part : text.split("(?=-----BEGIN CERTIFICATE-----)")) {
            if (part.contains("-----BEGIN CERTIFICATE-----")) {
                source.addCertificate(DSSUtils.loadCertificate(part.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            }
        }
        return source;
    }

    private static final List<DSSDocument> DETACHED = new ArrayList<>();
    private static Date time;
    private static boolean stamps;

    private static Reports judge(String file, CommonTrustedCertificateSource trusted) {
        return judge(file, DETACHED, trusted);
    }

    static Reports judge(String file, List<DSSDocument> detached, CommonTrustedCertificateSource trusted) {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(new File(file)));
        validator.setCertificateVerifier(verifier);
        if (!detached.isEmpty()) {
            validator.setDetachedContents(detached);
        }
        if (time != null) {
            validator.setValidationTime(time);
        }
        return validator.validateDocument();
    }

    /** Each folder holds record.* and the files that the record is about. Prints FOLDER TAB INDICATION TAB SUBINDICATION TAB TIME STAMPS PASSED. */
    private static boolean evidence(CommonTrustedCertificateSource trusted, List<String> folders) {
        boolean good = !folders.isEmpty();
        for (String folder : folders) {
            File record = null;
            DETACHED.clear();
            for (File file : new File(folder).listFiles()) {
                if (file.getName().startsWith("record.")) {
                    record = file;
                } else {
                    DETACHED.add(new FileDocument(file));
                }
            }
            SimpleReport simple = judge(record.getPath(), trusted).getSimpleReport();
            List<String> ids = simple.getEvidenceRecordIdList();
            if (ids.isEmpty()) {
                System.out.println(folder + "\tNO_RECORD\t\t0");
                good = false;
            }
            for (String id : ids) {
                long passed = simple.getTimestampIdList().stream().filter(t -> simple.getIndication(t) == Indication.PASSED).count();
                System.out.printf("%s\t%s\t%s\t%d%n", folder, simple.getIndication(id), simple.getSubIndication(id) == null ? "" : simple.getSubIndication(id), passed);
                simple.getAdESValidationErrors(id).forEach(m -> System.out.println("  error: " + m.getValue()));
                good &= simple.getIndication(id) == Indication.PASSED;
            }
        }
        return good;
    }

    private static void withAuthority(Path dir, List<String> files) throws IOException {
        Authority authority = new Authority(dir);
        for (String file : files) {
            try {
                SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(new File(file)));
                validator.setCertificateVerifier(authority.verifier());
                if (file.endsWith(".p7s") || new File(file).getName().contains("detached")) {
                    validator.setDetachedContents(authority.data());
                }
                authority.time().ifPresent(validator::setValidationTime);
                tell(file, validator.validateDocument());
            } catch (RuntimeException e) {
                System.out.printf("%s\t-\tEXCEPTION\t%s\t%n", file, String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            }
        }
    }

    private static void tell(String file, Reports reports) {
        SimpleReport simple = reports.getSimpleReport();
        for (String id : simple.getSignatureIdList()) {
            String kind = reports.getDiagnosticData().getSignatureById(id).isCounterSignature() ? "counter" : "signature";
            row(simple, file, kind, id, String.valueOf(simple.getSignatureFormat(id)));
            for (var stamp : stamps ? simple.getSignatureTimestamps(id) : List.<XmlTimestamp>of()) {
                row(simple, file, "inside", stamp.getId(), reports.getDiagnosticData().getTimestampById(stamp.getId()).getType().name());
            }
        }
        Stream<String> inside = simple.getSignatureIdList().stream().flatMap(id -> simple.getSignatureTimestamps(id).stream()).map(t -> t.getId());
        Set<String> known = inside.collect(Collectors.toSet());
        simple.getTimestampIdList().stream().filter(id -> !known.contains(id)).forEach(id -> row(simple, file, "stamp", id, "TIMESTAMP"));
    }

    private static void row(SimpleReport simple, String file, String kind, String id, String level) {
        String sub = simple.getSubIndication(id) == null ? "" : simple.getSubIndication(id).toString();
        System.out.printf("%s\t%s\t%s\t%s\t%s%n", file, kind, simple.getIndication(id), sub, level);
        simple.getAdESValidationErrors(id).forEach(m -> System.out.println("  error: " + m.getValue()));
        simple.getAdESValidationWarnings(id).forEach(m -> System.out.println("  warning: " + m.getValue()));
    }

    public static void main(String[] args) throws Exception {
        List<String> rest = new ArrayList<>(List.of(args));
        if (rest.get(0).equals("--time")) {
            time = Date.from(Instant.parse(rest.get(1)));
            rest.subList(0, 2).clear();
        }
        stamps = rest.remove("--stamps");
        if (rest.get(0).equals("--authority")) {
            while (!rest.isEmpty()) {
                Path dir = Path.of(rest.get(1));
                rest.subList(0, 2).clear();
                int next = rest.indexOf("--authority");
                List<String> files = rest.subList(0, next < 0 ? rest.size() : next);
                withAuthority(dir, files);
                files.clear();
            }
            return;
        }
        if (rest.get(0).equals("--evidence")) {
            System.exit(evidence(anchors(rest.get(1)), rest.subList(2, rest.size())) ? 0 : 1);
        }
        boolean details = rest.remove("--details");
        while (rest.get(0).equals("--detached")) {
            DETACHED.add(new FileDocument(new File(rest.get(1))));
            rest.subList(0, 2).clear();
        }
        CommonTrustedCertificateSource trusted = anchors(rest.remove(0));
        boolean good = !rest.isEmpty();
        for (String file : rest) {
            Reports reports = judge(file, trusted);
            SimpleReport simple = reports.getSimpleReport();
            if (details) {
                System.out.println(reports.getXmlSimpleReport());
                System.out.println(reports.getXmlDetailedReport());
            }
            if (simple.getSignatureIdList().isEmpty()) {
                System.out.println(file + "\t-\tNO_SIGNATURE\t\t\t");
                good = false;
            }
            for (String id : simple.getSignatureIdList()) {
                SignatureWrapper s = reports.getDiagnosticData().getSignatureById(id);
                System.out.printf("%s\t%s\t%s\t%s\t%s\t%s%n", file, s.getDAIdentifier() == null ? id : s.getDAIdentifier(), simple.getIndication(id),
                        simple.getSubIndication(id) == null ? "" : simple.getSubIndication(id), simple.getSignatureFormat(id), simple.getSignedBy(id));
                if (simple.getIndication(id) != Indication.TOTAL_PASSED) {
                    good = false;
                    simple.getAdESValidationErrors(id).forEach(m -> System.out.println("  error: " + m.getValue()));
                }
                simple.getAdESValidationWarnings(id).forEach(m -> System.out.println("  warning: " + m.getValue()));
            }
        }
        System.exit(good ? 0 : 1);
    }
}
