package lv.enkurs.conformance;

import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.tsl.LOTLInfo;
import eu.europa.esig.dss.model.tsl.TLInfo;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.client.http.DSSFileLoader;
import eu.europa.esig.dss.spi.tsl.TrustedListsCertificateSource;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.tsl.function.OfficialJournalSchemeInformationURI;
import eu.europa.esig.dss.tsl.job.TLValidationJob;
import eu.europa.esig.dss.tsl.source.LOTLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.File;
import java.util.List;

/**
 * Loads a list of lists with pivots and national lists with EU DSS, from a folder in the place of the network, and validates files with them.
 * Lines: LIST TAB URL TAB INDICATION TAB TERRITORY TAB NUMBER TAB SERVICES TAB SCHEMA-MESSAGES, then
 * FILE TAB NAME TAB INDICATION TAB QUALIFICATION TAB QUALIFICATION-OF-TIME-STAMP.
 *
 * usage: Qualify FOLDER BASE-URL FIRST-SIGNER.pem FILE...
 */
public final class Qualify {
    public static void main(String[] args) throws Exception {
        File folder = new File(args[0]);
        String base = args[1];
        CommonTrustedCertificateSource first = new CommonTrustedCertificateSource();
        first.addCertificate(DSSUtils.loadCertificate(new File(args[2])));
        LOTLSource source = new LOTLSource();
        source.setUrl(base + "/lotl.xml");
        source.setCertificateSource(first);
        source.setPivotSupport(true);
        source.setTLVersions(List.of(5, 6));
        source.setSigningCertificatesAnnouncementPredicate(new OfficialJournalSchemeInformationURI(base + "/announcement"));
        TrustedListsCertificateSource trusted = new TrustedListsCertificateSource();
        TLValidationJob job = new TLValidationJob();
        job.setListOfTrustedListSources(source);
        job.setTrustedListCertificateSource(trusted);
        DSSFileLoader loader = new DSSFileLoader() {
            @Override
            public DSSDocument getDocument(String url) {
                return new FileDocument(new File(folder, url.substring(base.length() + 1)));
            }
        };
        job.setOnlineDataLoader(loader);
        job.onlineRefresh();
        for (LOTLInfo info : job.getSummary().getLOTLInfos()) {
            tell(info);
            info.getPivotInfos().forEach(Qualify::tell);
            info.getTLInfos().forEach(Qualify::tell);
        }
        for (String file : List.of(args).subList(3, args.length)) {
            CommonCertificateVerifier verifier = new CommonCertificateVerifier();
            verifier.setTrustedCertSources(trusted);
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(new File(file)));
            validator.setCertificateVerifier(verifier);
            SimpleReport report = validator.validateDocument().getSimpleReport();
            String id = report.getFirstSignatureId();
            String stamp = report.getSignatureTimestamps(id).stream()
                    .map(t -> report.getTimestampQualification(t.getId()).getReadable()).findFirst().orElse("");
            System.out.printf("FILE\t%s\t%s\t%s\t%s%n", new File(file).getName(), report.getIndication(id),
                    report.getSignatureQualification(id).getReadable(), stamp);
            report.getQualificationErrors(id).forEach(m -> System.out.println("  error: " + m.getValue()));
            report.getQualificationWarnings(id).forEach(m -> System.out.println("  warning: " + m.getValue()));
        }
    }

    private static void tell(TLInfo info) {
        boolean read = info.getParsingCacheInfo() != null && info.getParsingCacheInfo().isResultExist();
        boolean judged = info.getValidationCacheInfo() != null && info.getValidationCacheInfo().isResultExist();
        System.out.printf("LIST\t%s\t%s\t%s\t%s\t%d\t%s%n", info.getUrl(),
                judged ? info.getValidationCacheInfo().getIndication() : "-",
                read ? info.getParsingCacheInfo().getTerritory() : info.getParsingCacheInfo().getExceptionMessage(),
                read ? info.getParsingCacheInfo().getSequenceNumber() : "-",
                read ? info.getParsingCacheInfo().getTSNumber() : 0,
                read ? info.getParsingCacheInfo().getStructureValidationMessages() : "[]");
    }
}
