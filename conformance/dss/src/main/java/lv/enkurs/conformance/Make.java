package lv.enkurs.conformance;

import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Signs with EU DSS whatever it can, for our validation: every format, packaging and level, with five algorithms, by one and two signers,
 * counter-signed. Everything is crossed with ECDSA over P-256; the other algorithms, which meet the shape of a file only in the signature value
 * and in digests, have every level in one packaging of each format, the lowest and the highest in the others, and two signers.
 *
 * usage: Make DIR OUT      DIR as for {@link Authority}; OUT gets cades, xades and jades with SHAPE[-VARIANT]-KIND-LEVEL.EXTENSION
 */
public final class Make {
    /** Levels at which a packaging is made: all of them in the first one of a format, and with ECDSA over P-256. */
    static List<String> levels(String kind, boolean first) {
        return first || crossed(kind) ? Authority.LEVELS : List.of("B", "LTA");
    }

    static boolean crossed(String kind) {
        return kind.equals("p256");
    }

    /** Where the files of one format go. */
    record Folder(Path path) {
        DSSDocument save(DSSDocument made, String name) throws IOException {
            made.save(path.resolve(name).toString());
            return new FileDocument(path.resolve(name).toFile());
        }
    }

    public static void main(String[] args) throws Exception {
        Authority authority = new Authority(Path.of(args[0]));
        for (String format : new String[] {"cades", "xades", "jades"}) {
            Folder folder = new Folder(Files.createDirectories(Path.of(args[1], format)));
            switch (format) {
                case "cades" -> new Cms(authority, folder).all();
                case "xades" -> new Xml(authority, folder).all();
                default -> new Json(authority, folder).all();
            }
        }
    }
}
