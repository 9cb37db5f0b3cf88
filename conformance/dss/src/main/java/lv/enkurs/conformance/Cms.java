package lv.enkurs.conformance;

import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.ASiCWithCAdESTimestampParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESCounterSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.IOException;
import java.util.List;
import lv.enkurs.conformance.Authority.Signer;
import lv.enkurs.conformance.Make.Folder;

/** CAdES, attached and detached, and ASiC with CAdES and with time stamps. */
final class Cms {
    private final Authority authority;
    private final Folder out;
    private final CAdESService cades;
    private final ASiCWithCAdESService asic;
    private final List<DSSDocument> files;
    private final DSSDocument data;

    Cms(Authority authority, Folder out) throws IOException {
        this.authority = authority;
        this.out = out;
        cades = new CAdESService(authority.verifier());
        cades.setTspSource(authority.stamper());
        asic = new ASiCWithCAdESService(authority.verifier());
        asic.setTspSource(authority.stamper());
        files = authority.data();
        data = files.get(0);
    }

    void all() throws IOException {
        for (String kind : Authority.KINDS) {
            cms(kind, SignaturePackaging.ENVELOPING);
            cms(kind, SignaturePackaging.DETACHED);
            containers(kind, ASiCContainerType.ASiC_S);
            containers(kind, ASiCContainerType.ASiC_E);
        }
    }

    private <P extends CAdESSignatureParameters> P with(P p, Signer signer, String level) {
        return signer.describe(p, "CAdES-BASELINE-" + level);
    }

    private DSSDocument sign(DSSDocument what, SignaturePackaging packaging, Signer signer, String level, boolean further) {
        CAdESSignatureParameters p = with(new CAdESSignatureParameters(), signer, level);
        p.setSignaturePackaging(packaging);
        if (further) {
            p.setParallelSignature(true);
            p.setDetachedContents(List.of(data));
        }
        return cades.signDocument(what, p, signer.sign(cades.getDataToSign(what, p)));
    }

    private DSSDocument counter(DSSDocument what, Signer signer) {
        CAdESCounterSignatureParameters p = with(new CAdESCounterSignatureParameters(), signer, "B");
        p.setDetachedContents(List.of(data));
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(what);
        validator.setDetachedContents(List.of(data));
        p.setSignatureIdToCounterSign(validator.getSignatures().get(0).getId());
        return cades.counterSignSignature(what, p, signer.sign(cades.getDataToBeCounterSigned(what, p)));
    }

    private DSSDocument extend(DSSDocument what, Signer signer, String level) {
        CAdESSignatureParameters p = with(new CAdESSignatureParameters(), signer, level);
        p.setDetachedContents(List.of(data));
        return cades.extendDocument(what, p);
    }

    private void cms(String kind, SignaturePackaging packaging) throws IOException {
        Signer signer = authority.signer(kind);
        Signer second = authority.signer("second");
        boolean inside = packaging == SignaturePackaging.ENVELOPING;
        String shape = inside ? "attached" : "detached";
        String extension = inside ? ".p7m" : ".p7s";
        for (String level : Make.levels(kind, inside)) {
            out.save(sign(data, packaging, signer, level, false), shape + "-" + kind + "-" + level + extension);
        }
        DSSDocument b = sign(data, packaging, signer, "B", false);
        if (!Make.crossed(kind)) {
            out.save(sign(b, packaging, second, "B", true), shape + "-several-" + kind + "-B" + extension);
            return;
        }
        DSSDocument archived = sign(data, packaging, signer, "LTA", false);
        out.save(extend(archived, signer, "LTA"), shape + "-renewed-" + kind + "-LTA" + extension);
        DSSDocument two = sign(b, packaging, second, "B", true);
        out.save(two, shape + "-several-" + kind + "-B" + extension);
        out.save(extend(two, signer, "LTA"), shape + "-several-" + kind + "-LTA" + extension);
        DSSDocument counter = counter(b, second);
        out.save(counter, shape + "-counter-" + kind + "-B" + extension);
        out.save(extend(counter, signer, "LTA"), shape + "-counter-" + kind + "-LTA" + extension);
    }

    private DSSDocument contain(List<DSSDocument> what, ASiCContainerType type, Signer signer, String level) {
        ASiCWithCAdESSignatureParameters p = with(new ASiCWithCAdESSignatureParameters(), signer, level);
        p.aSiC().setContainerType(type);
        return asic.signDocument(what, p, signer.sign(asic.getDataToSign(what, p)));
    }

    private DSSDocument raise(DSSDocument container, ASiCContainerType type, Signer signer) {
        ASiCWithCAdESSignatureParameters p = with(new ASiCWithCAdESSignatureParameters(), signer, "LTA");
        p.aSiC().setContainerType(type);
        return asic.extendDocument(container, p);
    }

    private void containers(String kind, ASiCContainerType type) throws IOException {
        Signer signer = authority.signer(kind);
        Signer second = authority.signer("second");
        boolean extended = type == ASiCContainerType.ASiC_E;
        String shape = extended ? "asice" : "asics";
        List<DSSDocument> what = extended ? files : List.of(data);
        for (String level : Make.levels(kind, extended)) {
            out.save(contain(what, type, signer, level), shape + "-" + kind + "-" + level + "." + shape);
        }
        DSSDocument b = out.save(contain(what, type, signer, "B"), shape + "-" + kind + "-B." + shape);
        DSSDocument two = contain(List.of(b), type, second, "B");
        out.save(two, shape + "-several-" + kind + "-B." + shape);
        if (Make.crossed(kind)) {
            out.save(raise(two, type, signer), shape + "-several-" + kind + "-LTA." + shape);
            out.save(raise(contain(what, type, signer, "LTA"), type, signer), shape + "-renewed-" + kind + "-LTA." + shape);
            ASiCWithCAdESTimestampParameters t = new ASiCWithCAdESTimestampParameters(DigestAlgorithm.SHA256);
            t.aSiC().setContainerType(type);
            DSSDocument stamped = out.save(asic.timestamp(what, t), shape + "-stamp." + shape);
            out.save(asic.timestamp(List.of(stamped), t), shape + "-stamp-renewed." + shape);
        }
    }
}
