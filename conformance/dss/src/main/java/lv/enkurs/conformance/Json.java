package lv.enkurs.conformance;

import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SigDMechanism;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESCounterSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.IOException;
import java.util.List;
import lv.enkurs.conformance.Authority.Signer;
import lv.enkurs.conformance.Make.Folder;

/** JAdES in every serialisation and packaging; other algorithms than ECDSA with P-256 only in flattened JSON with base64url payload. */
final class Json {
    private final Authority authority;
    private final Folder out;
    private final JAdESService jades;
    private final List<DSSDocument> data;

    Json(Authority authority, Folder out) throws IOException {
        this.authority = authority;
        this.out = out;
        jades = new JAdESService(authority.verifier());
        jades.setTspSource(authority.stamper());
        data = List.of(authority.data().get(0));
    }

    void all() throws IOException {
        for (String kind : Authority.KINDS) {
            for (JWSSerializationType type : JWSSerializationType.values()) {
                for (SigDMechanism mechanism : new SigDMechanism[] {null, SigDMechanism.NO_SIG_D, SigDMechanism.OBJECT_ID_BY_URI, SigDMechanism.OBJECT_ID_BY_URI_HASH}) {
                    for (boolean encoded : new boolean[] {true, false}) {
                        boolean compact = type == JWSSerializationType.COMPACT_SERIALIZATION;
                        // An unencoded payload with a point has no place in the compact form (RFC 7797 section 5.2).
                        boolean possible = !compact || mechanism != null || encoded;
                        boolean usual = type == JWSSerializationType.FLATTENED_JSON_SERIALIZATION && encoded;
                        if (possible && (usual || kind.equals("p256"))) {
                            serialise(kind, type, mechanism, encoded);
                        }
                    }
                }
            }
            several(kind);
        }
    }

    private <P extends JAdESSignatureParameters> P with(P p, Signer signer, String level, JWSSerializationType type, SigDMechanism mechanism) {
        signer.describe(p, "JAdES-BASELINE-" + level);
        p.setJwsSerializationType(type);
        p.setSignaturePackaging(mechanism == null ? SignaturePackaging.ENVELOPING : SignaturePackaging.DETACHED);
        if (mechanism != null) {
            p.setSigDMechanism(mechanism);
            p.setDetachedContents(data);
        }
        return p;
    }

    private void serialise(String kind, JWSSerializationType type, SigDMechanism mechanism, boolean encoded) throws IOException {
        Signer signer = authority.signer(kind);
        String form = type.toString().replaceAll("_.*", "").toLowerCase(java.util.Locale.ROOT);
        String place = mechanism == null ? "attached" : switch (mechanism) {
            case OBJECT_ID_BY_URI -> "detached-uri";
            case OBJECT_ID_BY_URI_HASH -> "detached-hash";
            default -> "detached";
        };
        String name = form + "-" + place + "-" + (encoded ? "b64" : "raw");
        for (String level : type == JWSSerializationType.COMPACT_SERIALIZATION ? List.of("B") : Authority.LEVELS) {
            JAdESSignatureParameters p = with(new JAdESSignatureParameters(), signer, level, type, mechanism);
            p.setBase64UrlEncodedPayload(encoded);
            DSSDocument made = jades.signDocument(data, p, signer.sign(jades.getDataToSign(data, p)));
            out.save(made, name + "-" + kind + "-" + level + ".json");
            if (level.equals("LTA")) {
                p.setDetachedContents(data);
                out.save(jades.extendDocument(made, p), name + "-renewed-" + kind + "-LTA.json");
            }
        }
    }

    private void several(String kind) throws IOException {
        Signer signer = authority.signer(kind);
        Signer second = authority.signer("second");
        JWSSerializationType type = JWSSerializationType.JSON_SERIALIZATION;
        JAdESSignatureParameters p = with(new JAdESSignatureParameters(), signer, "B", type, null);
        DSSDocument one = jades.signDocument(data.get(0), p, signer.sign(jades.getDataToSign(data.get(0), p)));
        JAdESSignatureParameters q = with(new JAdESSignatureParameters(), second, "B", type, null);
        DSSDocument two = jades.signDocument(one, q, second.sign(jades.getDataToSign(one, q)));
        JAdESCounterSignatureParameters c = with(new JAdESCounterSignatureParameters(), second, "B", JWSSerializationType.FLATTENED_JSON_SERIALIZATION, null);
        c.setSignatureIdToCounterSign(SignedDocumentValidator.fromDocument(one).getSignatures().get(0).getId());
        DSSDocument counter = jades.counterSignSignature(one, c, second.sign(jades.getDataToBeCounterSigned(one, c)));
        JAdESSignatureParameters archive = with(new JAdESSignatureParameters(), signer, "LTA", type, null);
        for (var entry : List.of(java.util.Map.entry("several", two), java.util.Map.entry("counter", counter))) {
            out.save(entry.getValue(), "json-" + entry.getKey() + "-" + kind + "-B.json");
            out.save(jades.extendDocument(entry.getValue(), archive), "json-" + entry.getKey() + "-" + kind + "-LTA.json");
        }
    }
}
