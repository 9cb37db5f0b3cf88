package lv.enkurs.conformance;

import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.ASiCWithCAdESTimestampParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESCounterSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.CommitmentTypeEnum;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignerLocation;
import eu.europa.esig.dss.model.x509.revocation.crl.CRL;
import eu.europa.esig.dss.model.x509.revocation.ocsp.OCSP;
import eu.europa.esig.dss.simplereport.SimpleReport;
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
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore.PasswordProtection;
import java.util.Arrays;
import java.util.List;

/**
 * CAdES and ASiC with CAdES beside EU DSS, many files in one process.
 *
 * usage: Cms judge DIR FILE...               one line a signature: FILE TAB ID TAB INDICATION TAB SUBINDICATION TAB LEVEL;
 *                                            one line a time stamp that belongs to no signature, with TIMESTAMP as its level
 *        Cms create DIR OUT
 * DIR: root.pem, ca.pem, *.crl, *.ocsp, data.txt; to create also signer.p12 and tsa.p12 (password "secret")
 */
public final class Cms {
    private static CommonTrustedCertificateSource anchors(Path pem) {
        CommonTrustedCertificateSource source = new CommonTrustedCertificateSource();
        source.addCertificate(DSSUtils.loadCertificate(pem.toFile()));
        return source;
    }

    private static void judge(List<String> args) {
        Path dir = Path.of(args.get(0));
        DSSDocument data = new FileDocument(dir.resolve("data.txt").toFile());
        for (String file : args.subList(1, args.size())) {
            CommonCertificateVerifier verifier = verifier(dir);
            try {
                SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(new File(file)));
                validator.setCertificateVerifier(verifier);
                if (file.endsWith(".p7s")) {
                    validator.setDetachedContents(List.of(data));
                }
                tell(file, validator.validateDocument());
            } catch (RuntimeException e) {
                System.out.printf("%s\t-\tEXCEPTION\t%s\t%n", file, String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            }
        }
    }

    private static void tell(String file, Reports reports) {
        SimpleReport simple = reports.getSimpleReport();
        for (String id : simple.getSignatureIdList()) {
            SignatureWrapper s = reports.getDiagnosticData().getSignatureById(id);
            System.out.printf("%s\t%s\t%s\t%s\t%s%n", file, s.isCounterSignature() ? "counter" : "signature", simple.getIndication(id),
                    simple.getSubIndication(id) == null ? "" : simple.getSubIndication(id), simple.getSignatureFormat(id));
            if (simple.getIndication(id) != Indication.TOTAL_PASSED) {
                simple.getAdESValidationErrors(id).forEach(m -> System.out.println("  error: " + m.getValue()));
            }
            simple.getAdESValidationWarnings(id).forEach(m -> System.out.println("  warning: " + m.getValue()));
        }
        for (String id : simple.getTimestampIdList()) {
            System.out.printf("%s\ttime stamp\t%s\t%s\tTIMESTAMP%n", file, simple.getIndication(id),
                    simple.getSubIndication(id) == null ? "" : simple.getSubIndication(id));
            simple.getAdESValidationErrors(id).forEach(m -> System.out.println("  error: " + m.getValue()));
        }
    }

    /** CRLs and OCSP responses from files, instead of the network. */
    private static CommonCertificateVerifier verifier(Path dir) {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(anchors(dir.resolve("root.pem")));
        CommonCertificateSource known = new CommonCertificateSource();
        known.addCertificate(DSSUtils.loadCertificate(dir.resolve("ca.pem").toFile()));
        verifier.setAdjunctCertSources(known);
        ExternalResourcesCRLSource crls = new ExternalResourcesCRLSource(files(dir, ".crl"));
        verifier.setCrlSource((certificate, issuer) -> {
            List<RevocationToken<CRL>> all = crls.getRevocationTokens(certificate, issuer);
            return all.isEmpty() ? null : (CRLToken) all.get(0);
        });
        ExternalResourcesOCSPSource ocsps = new ExternalResourcesOCSPSource(files(dir, ".ocsp"));
        verifier.setOcspSource((certificate, issuer) -> {
            List<RevocationToken<OCSP>> all = ocsps.getRevocationTokens(certificate, issuer);
            return all.isEmpty() ? null : (OCSPToken) all.get(0);
        });
        return verifier;
    }

    private static DSSDocument[] files(Path dir, String extension) {
        File[] found = dir.toFile().listFiles((d, name) -> name.endsWith(extension));
        return Arrays.stream(found).map(FileDocument::new).toArray(DSSDocument[]::new);
    }

    private final Pkcs12SignatureToken token;
    private final DSSPrivateKeyEntry key;
    private final CAdESService cades;
    private final ASiCWithCAdESService asic;
    private final DSSDocument data;
    private final Path out;

    private Cms(Path dir, Path out) throws Exception {
        PasswordProtection password = new PasswordProtection("secret".toCharArray());
        token = new Pkcs12SignatureToken(dir.resolve("signer.p12").toFile(), password);
        key = token.getKeys().get(0);
        KSPrivateKeyEntry unit = (KSPrivateKeyEntry) new Pkcs12SignatureToken(dir.resolve("tsa.p12").toFile(), password).getKeys().get(0);
        KeyEntityTSPSource tsp = new KeyEntityTSPSource(unit.getPrivateKey(), unit.getCertificate(), List.of(unit.getCertificateChain()));
        tsp.setTsaPolicy("0.4.0.2023.1.1");
        CommonCertificateVerifier verifier = verifier(dir);
        cades = new CAdESService(verifier);
        cades.setTspSource(tsp);
        asic = new ASiCWithCAdESService(verifier);
        asic.setTspSource(tsp);
        data = new FileDocument(dir.resolve("data.txt").toFile());
        this.out = out;
    }

    private <P extends CAdESSignatureParameters> P with(P p, String level) {
        p.setSignatureLevel(SignatureLevel.valueByName("CAdES-BASELINE-" + level));
        p.setDigestAlgorithm(DigestAlgorithm.SHA256);
        p.setSigningCertificate(key.getCertificate());
        p.setCertificateChain(key.getCertificateChain());
        p.bLevel().setClaimedSignerRoles(List.of("Valdes loceklis"));
        p.bLevel().setCommitmentTypeIndications(List.of(CommitmentTypeEnum.ProofOfApproval));
        SignerLocation place = new SignerLocation();
        place.setLocality("Rīga");
        place.setCountry("LV");
        p.bLevel().setSignerLocation(place);
        return p;
    }

    private DSSDocument named(DSSDocument made, String name) throws Exception {
        made.save(out.resolve(name).toString());
        return new FileDocument(out.resolve(name).toFile());
    }

    private DSSDocument sign(DSSDocument what, SignaturePackaging packaging, String level, boolean further) {
        CAdESSignatureParameters p = with(new CAdESSignatureParameters(), level);
        p.setSignaturePackaging(packaging);
        if (further) {
            p.setParallelSignature(true);
            p.setDetachedContents(List.of(data));
        }
        return cades.signDocument(what, p, token.sign(cades.getDataToSign(what, p), DigestAlgorithm.SHA256, key));
    }

    private DSSDocument extend(DSSDocument what, String level) {
        CAdESSignatureParameters p = with(new CAdESSignatureParameters(), level);
        p.setDetachedContents(List.of(data));
        return cades.extendDocument(what, p);
    }

    private void cms() throws Exception {
        for (SignaturePackaging packaging : List.of(SignaturePackaging.ENVELOPING, SignaturePackaging.DETACHED)) {
            boolean inside = packaging == SignaturePackaging.ENVELOPING;
            String shape = inside ? "attached" : "detached";
            String extension = inside ? ".p7m" : ".p7s";
            for (String level : List.of("B", "T", "LT", "LTA")) {
                DSSDocument one = named(sign(data, packaging, level, false), "dss-" + shape + "-" + level + extension);
                if (level.equals("LTA")) {
                    named(extend(one, "LTA"), "dss-" + shape + "-LTA-renewed" + extension);
                }
            }
            DSSDocument b = sign(data, packaging, "B", false);
            DSSDocument two = named(sign(b, packaging, "B", true), "dss-" + shape + "-several-B" + extension);
            named(extend(two, "LTA"), "dss-" + shape + "-several-LTA" + extension);
            CAdESCounterSignatureParameters c = with(new CAdESCounterSignatureParameters(), "B");
            c.setDetachedContents(List.of(data));
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(b);
            validator.setDetachedContents(List.of(data));
            c.setSignatureIdToCounterSign(validator.getSignatures().get(0).getId());
            DSSDocument counter = cades.counterSignSignature(b, c, token.sign(cades.getDataToBeCounterSigned(b, c), DigestAlgorithm.SHA256, key));
            named(counter, "dss-" + shape + "-counter-B" + extension);
            named(extend(counter, "LTA"), "dss-" + shape + "-counter-LTA" + extension);
        }
    }

    private void containers() throws Exception {
        DSSDocument more = new InMemoryDocument("<a/>".getBytes(StandardCharsets.UTF_8), "Līgums Nr. 1.xml");
        for (ASiCContainerType type : List.of(ASiCContainerType.ASiC_S, ASiCContainerType.ASiC_E)) {
            boolean extended = type == ASiCContainerType.ASiC_E;
            String shape = extended ? "asice" : "asics";
            List<DSSDocument> files = extended ? List.of(data, more) : List.of(data);
            for (String level : List.of("B", "T", "LT", "LTA")) {
                ASiCWithCAdESSignatureParameters p = with(new ASiCWithCAdESSignatureParameters(), level);
                p.aSiC().setContainerType(type);
                DSSDocument one = asic.signDocument(files, p, token.sign(asic.getDataToSign(files, p), DigestAlgorithm.SHA256, key));
                one = named(one, "dss-" + shape + "-" + level + "." + shape);
                if (level.equals("LTA")) {
                    named(asic.extendDocument(one, p), "dss-" + shape + "-LTA-renewed." + shape);
                }
                if (level.equals("B")) {
                    ASiCWithCAdESSignatureParameters q = with(new ASiCWithCAdESSignatureParameters(), "B");
                    q.aSiC().setContainerType(type);
                    DSSDocument two = asic.signDocument(one, q, token.sign(asic.getDataToSign(one, q), DigestAlgorithm.SHA256, key));
                    named(two, "dss-" + shape + "-several-B." + shape);
                }
            }
            ASiCWithCAdESTimestampParameters t = new ASiCWithCAdESTimestampParameters(DigestAlgorithm.SHA256);
            t.aSiC().setContainerType(type);
            DSSDocument stamped = named(asic.timestamp(files, t), "dss-" + shape + "-stamp." + shape);
            named(asic.timestamp(List.of(stamped), t), "dss-" + shape + "-stamp-renewed." + shape);
        }
    }

    public static void main(String[] args) throws Exception {
        List<String> rest = List.of(args).subList(1, args.length);
        if (args[0].equals("judge")) {
            judge(rest);
            return;
        }
        Cms cms = new Cms(Path.of(rest.get(0)), Path.of(rest.get(1)));
        cms.cms();
        cms.containers();
    }
}
