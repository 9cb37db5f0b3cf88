package lv.enkurs.conformance;

import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.asic.common.ASiCContainerEvidenceRecordParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.cades.evidencerecord.CAdESEvidenceRecordIncorporationParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.detailedreport.DetailedReport;
import eu.europa.esig.dss.diagnostic.EvidenceRecordWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import eu.europa.esig.dss.xades.evidencerecord.XAdESEvidenceRecordIncorporationParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Evidence records inside of what they are over, beside EU DSS.
 *
 * usage: Sealed judge DIR FILE...         one line a file: FILE TAB INDICATION of each signature TAB INDICATION of each record
 *        Sealed embed DIR (SIGNED RECORD OUT)...
 * DIR: root.pem, data.txt (what detached signatures are over)
 */
public final class Sealed {
    private static CommonCertificateVerifier verifier(Path dir) {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        trusted.addCertificate(DSSUtils.loadCertificate(dir.resolve("root.pem").toFile()));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        return verifier;
    }

    private static DSSDocument document(Path path) {
        return new FileDocument(path.toFile());
    }

    private static boolean judge(Path dir, String file) {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(document(Path.of(file)));
        validator.setCertificateVerifier(verifier(dir));
        if (isDetached(file)) {
            validator.setDetachedContents(List.of(document(dir.resolve("data.txt"))));
        }
        Reports reports = validator.validateDocument();
        DetailedReport detailed = reports.getDetailedReport();
        List<String> signatures = new ArrayList<>();
        List<String> records = new ArrayList<>();
        for (SignatureWrapper s : reports.getDiagnosticData().getSignatures()) {
            signatures.add(String.valueOf(reports.getSimpleReport().getIndication(s.getId())));
        }
        for (EvidenceRecordWrapper r : reports.getDiagnosticData().getEvidenceRecords()) {
            Object sub = detailed.getEvidenceRecordValidationSubIndication(r.getId());
            records.add(detailed.getEvidenceRecordValidationIndication(r.getId()) + (sub == null ? "" : " " + sub));
        }
        System.out.println(file + "\t" + String.join(",", signatures) + "\t" + String.join(",", records));
        boolean passed = records.stream().allMatch(Indication.PASSED.name()::equals) && !records.isEmpty();
        return passed && signatures.stream().allMatch(Indication.TOTAL_PASSED.name()::equals);
    }

    private static boolean isDetached(String file) {
        return Path.of(file).getFileName().toString().contains("detached");
    }

    private static void embed(Path dir, String signed, String record, String out) throws Exception {
        CommonCertificateVerifier verifier = verifier(dir);
        List<DSSDocument> data = isDetached(signed) ? List.of(document(dir.resolve("data.txt"))) : List.of();
        DSSDocument file = document(Path.of(signed));
        DSSDocument evidence = document(Path.of(record));
        DSSDocument made;
        if (signed.endsWith(".asice")) {
            ASiCContainerEvidenceRecordParameters parameters = new ASiCContainerEvidenceRecordParameters();
            parameters.setContainerType(ASiCContainerType.ASiC_E);
            made = signed.endsWith("cades.asice")
                    ? new ASiCWithCAdESService(verifier).addContainerEvidenceRecord(List.of(file), evidence, parameters)
                    : new ASiCWithXAdESService(verifier).addContainerEvidenceRecord(List.of(file), evidence, parameters);
        } else if (signed.endsWith(".xml")) {
            XAdESEvidenceRecordIncorporationParameters parameters = new XAdESEvidenceRecordIncorporationParameters();
            parameters.setDetachedContents(data);
            made = new XAdESService(verifier).addSignatureEvidenceRecord(file, evidence, parameters);
        } else {
            CAdESEvidenceRecordIncorporationParameters parameters = new CAdESEvidenceRecordIncorporationParameters();
            parameters.setDetachedContents(data);
            made = new CAdESService(verifier).addSignatureEvidenceRecord(file, evidence, parameters);
        }
        made.save(out);
    }

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[1]);
        List<String> rest = Arrays.asList(args).subList(2, args.length);
        boolean good = true;
        if (args[0].equals("judge")) {
            for (String file : rest) {
                good &= judge(dir, file);
            }
        } else {
            for (int i = 0; i + 2 < rest.size(); i += 3) {
                embed(dir, rest.get(i), rest.get(i + 1), rest.get(i + 2));
            }
        }
        System.exit(good ? 0 : 1);
    }
}
