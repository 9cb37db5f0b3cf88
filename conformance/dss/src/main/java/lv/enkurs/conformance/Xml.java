package lv.enkurs.conformance;

import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.Policy;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.ManifestBuilder;
import eu.europa.esig.dss.xades.signature.XAdESCounterSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import lv.enkurs.conformance.Authority.Signer;
import lv.enkurs.conformance.Make.Folder;

/** XAdES, enveloped, enveloping, detached and internally detached, of older editions, with a policy or a manifest, and ASiC with XAdES. */
final class Xml {
    private static final String DOCUMENT =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<līgums Id=\"saturs\" xmlns=\"urn:paraugs\" xml:lang=\"lv\"><!-- piezīme --><summa valūta='EUR'>10</summa></līgums>";
    private final Authority authority;
    private final Folder out;
    private final XAdESService xades;
    private final ASiCWithXAdESService asic;
    private final List<DSSDocument> files;
    private final DSSDocument document = new InMemoryDocument(DOCUMENT.getBytes(StandardCharsets.UTF_8), "līgums.xml");
    private final Map<String, Consumer<XAdESSignatureParameters>> shapes = new TreeMap<>();

    Xml(Authority authority, Folder out) throws IOException {
        this.authority = authority;
        this.out = out;
        xades = new XAdESService(authority.verifier());
        xades.setTspSource(authority.stamper());
        asic = new ASiCWithXAdESService(authority.verifier());
        asic.setTspSource(authority.stamper());
        files = authority.data();
        shapes.put("enveloped", p -> p.setSignaturePackaging(SignaturePackaging.ENVELOPED));
        shapes.put("enveloping", p -> p.setSignaturePackaging(SignaturePackaging.ENVELOPING));
        shapes.put("detached", p -> p.setSignaturePackaging(SignaturePackaging.DETACHED));
        shapes.put("internal", p -> p.setSignaturePackaging(SignaturePackaging.INTERNALLY_DETACHED));
        shapes.put("envelopingxml", p -> {
            p.setSignaturePackaging(SignaturePackaging.ENVELOPING);
            p.setEmbedXML(true);
        });
        shapes.put("detachedmanifest", p -> {
            p.setSignaturePackaging(SignaturePackaging.ENVELOPING);
            p.setManifestSignature(true);
            p.setDetachedContents(files);
        });
        // The attributes of the editions before EN 319 132: SigningCertificate, SignerRole, SignatureProductionPlace.
        shapes.put("old", p -> {
            p.setSignaturePackaging(SignaturePackaging.ENVELOPED);
            p.setEn319132(false);
        });
        shapes.put("policy", p -> {
            p.setSignaturePackaging(SignaturePackaging.ENVELOPED);
            Policy policy = new Policy();
            policy.setId("urn:oid:1.2.3.4.5");
            policy.setDigestAlgorithm(DigestAlgorithm.SHA256);
            policy.setDigestValue(DSSUtils.digest(DigestAlgorithm.SHA256, "Paraugu politika".getBytes(StandardCharsets.UTF_8)));
            policy.setSpuri("https://example.lv/politika");
            p.bLevel().setSignaturePolicy(policy);
        });
    }

    void all() throws IOException {
        for (String kind : Authority.KINDS) {
            documents(kind);
            containers(kind, ASiCContainerType.ASiC_S);
            containers(kind, ASiCContainerType.ASiC_E);
            opendocument(kind);
        }
    }

    /** An OpenDocument text, signed inside; DSS takes it for an ASiC-E container whose files are the parts of the document. */
    private void opendocument(String kind) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            byte[] type = "application/vnd.oasis.opendocument.text".getBytes(StandardCharsets.US_ASCII);
            ZipEntry first = new ZipEntry("mimetype");
            first.setMethod(ZipEntry.STORED);
            first.setSize(type.length);
            CRC32 sum = new CRC32();
            sum.update(type);
            first.setCrc(sum.getValue());
            zip.putNextEntry(first);
            zip.write(type);
            for (var part : Map.of("content.xml", "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"/>", "styles.xml", "<styles/>",
                    "META-INF/manifest.xml", "<m:manifest xmlns:m=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>").entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        DSSDocument document = new InMemoryDocument(bytes.toByteArray(), "teksts.odt");
        Signer signer = authority.signer(kind);
        for (String level : Make.levels(kind, false)) {
            DSSDocument one = out.save(contain(List.of(document), ASiCContainerType.ASiC_E, signer, level), "odf-" + kind + "-" + level + ".odt");
            if (level.equals("LTA")) {
                out.save(contain(List.of(one), ASiCContainerType.ASiC_E, authority.signer("second"), level), "odf-several-" + kind + "-LTA.odt");
            }
        }
    }

    private <P extends XAdESSignatureParameters> P with(P p, Signer signer, String level) {
        return signer.describe(p, "XAdES-BASELINE-" + level);
    }

    private DSSDocument extend(DSSDocument what, Signer signer, String level) {
        XAdESSignatureParameters p = with(new XAdESSignatureParameters(), signer, level);
        p.setDetachedContents(files);
        return xades.extendDocument(what, p);
    }

    private DSSDocument sign(List<DSSDocument> what, String shape, Signer signer, String level) {
        XAdESSignatureParameters p = with(new XAdESSignatureParameters(), signer, level);
        shapes.get(shape).accept(p);
        if (what.size() == 1) {
            DSSDocument one = what.get(0);
            return xades.signDocument(one, p, signer.sign(xades.getDataToSign(one, p)));
        }
        return xades.signDocument(what, p, signer.sign(xades.getDataToSign(what, p)));
    }

    private void documents(String kind) throws IOException {
        Signer signer = authority.signer(kind);
        Signer second = authority.signer("second");
        for (String shape : Make.crossed(kind) ? shapes.keySet() : Set.of("enveloped", "detached")) {
            List<DSSDocument> what = switch (shape) {
                case "detached", "enveloping" -> files;
                case "detachedmanifest" -> List.of(new ManifestBuilder(DigestAlgorithm.SHA256, files).build());
                default -> List.of(document);
            };
            for (String level : Make.levels(kind, shape.equals("enveloped"))) {
                out.save(sign(what, shape, signer, level), shape + "-" + kind + "-" + level + ".xml");
            }
            if (!Make.crossed(kind)) {
                continue;
            }
            DSSDocument b = sign(what, shape, signer, "B");
            XAdESCounterSignatureParameters p = with(new XAdESCounterSignatureParameters(), second, "B");
            p.setDetachedContents(files);
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(b);
            validator.setDetachedContents(files);
            p.setSignatureIdToCounterSign(validator.getSignatures().get(0).getId());
            DSSDocument counter = xades.counterSignSignature(b, p, second.sign(xades.getDataToBeCounterSigned(b, p)));
            out.save(counter, shape + "-counter-" + kind + "-B.xml");
            out.save(extend(counter, signer, "LTA"), shape + "-counter-" + kind + "-LTA.xml");
            out.save(extend(sign(what, shape, signer, "LTA"), signer, "LTA"), shape + "-renewed-" + kind + "-LTA.xml");
        }
        for (String level : Make.levels(kind, false)) {
            DSSDocument two = sign(List.of(sign(List.of(document), "enveloped", signer, level)), "enveloped", second, level);
            out.save(two, "enveloped-several-" + kind + "-" + level + ".xml");
        }
    }

    private <P extends ASiCWithXAdESSignatureParameters> P of(P p, ASiCContainerType type) {
        p.aSiC().setContainerType(type);
        return p;
    }

    private DSSDocument contain(List<DSSDocument> what, ASiCContainerType type, Signer signer, String level) {
        ASiCWithXAdESSignatureParameters p = of(with(new ASiCWithXAdESSignatureParameters(), signer, level), type);
        return asic.signDocument(what, p, signer.sign(asic.getDataToSign(what, p)));
    }

    private void containers(String kind, ASiCContainerType type) throws IOException {
        Signer signer = authority.signer(kind);
        Signer second = authority.signer("second");
        boolean extended = type == ASiCContainerType.ASiC_E;
        String shape = extended ? "asice" : "asics";
        List<DSSDocument> what = extended ? files : List.of(files.get(0));
        ASiCWithXAdESSignatureParameters archive = of(with(new ASiCWithXAdESSignatureParameters(), signer, "LTA"), type);
        for (String level : Make.levels(kind, extended)) {
            DSSDocument one = out.save(contain(what, type, signer, level), shape + "-" + kind + "-" + level + "." + shape);
            if (!Make.crossed(kind) && !level.equals("LTA")) {
                continue;
            }
            out.save(contain(List.of(one), type, second, level), shape + "-several-" + kind + "-" + level + "." + shape);
            if (level.equals("LTA")) {
                out.save(asic.extendDocument(one, archive), shape + "-renewed-" + kind + "-LTA." + shape);
            }
            if (level.equals("B")) {
                XAdESCounterSignatureParameters p = with(new XAdESCounterSignatureParameters(), second, "B");
                SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(one);
                validator.setCertificateVerifier(authority.verifier());
                p.setSignatureIdToCounterSign(validator.getSignatures().get(0).getId());
                DSSDocument counter = asic.counterSignSignature(one, p, second.sign(asic.getDataToBeCounterSigned(one, p)));
                counter = out.save(counter, shape + "-counter-" + kind + "-B." + shape);
                out.save(asic.extendDocument(counter, archive), shape + "-counter-" + kind + "-LTA." + shape);
            }
        }
    }
}
