package lv.enkurs.conformance;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Archive forms of PDF.
 *
 * usage: Archive make OUT.pdf     a page of PDF/A-2b with an sRGB output intent
 *        Archive check FILE...    veraPDF's verdict of each as PDF/A-2b; exit 0 only if each is one
 */
public final class Archive {
    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] stream(String entries, byte[] body) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text("<<" + entries + "/Length " + body.length + ">>\nstream\n"));
        out.write(body);
        out.write(text("\nendstream"));
        return out.toByteArray();
    }

    private static void make(Path path) throws Exception {
        String about = "<?xpacket begin=\"\u00ef\u00bb\u00bf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
                + "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\""
                + " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"><pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
                + "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";
        List<byte[]> objects = new ArrayList<>();
        objects.add(text("<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1"
                + "/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile 5 0 R>>]>>"));
        objects.add(text("<</Type/Pages/Kids[3 0 R]/Count 1>>"));
        objects.add(text("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Resources<<>>>>"));
        objects.add(stream("/Type/Metadata/Subtype/XML", text(about)));
        objects.add(stream("/N 3", ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData()));
        objects.add(stream("", text("0.1 0.4 0.3 rg 60 760 475 4 re f")));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n"));
        StringBuilder table = new StringBuilder("xref\n0 " + (objects.size() + 1) + "\n0000000000 65535 f \n");
        for (int n = 0; n < objects.size(); n++) {
            table.append(String.format(Locale.ROOT, "%010d 00000 n \n", out.size()));
            out.write(text((n + 1) + " 0 obj\n"));
            out.write(objects.get(n));
            out.write(text("\nendobj\n"));
        }
        int start = out.size();
        String id = "<00112233445566778899aabbccddeeff>";
        out.write(text(table + "trailer\n<</Size " + (objects.size() + 1) + "/Root 1 0 R/ID[" + id + id + "]>>\nstartxref\n" + start + "\n%%EOF\n"));
        Files.write(path, out.toByteArray());
    }

    private static boolean check(String file) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.PDFA_2_B;
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            System.out.println(file + "\t" + (result.isCompliant() ? "PDF/A-2b" : "not PDF/A-2b"));
            result.getTestAssertions().stream().filter(a -> a.getStatus() == TestAssertion.Status.FAILED)
                    .forEach(a -> System.out.println("  " + a.getRuleId().getClause() + ": " + a.getMessage() + " " + a.getLocation().getContext()));
            return result.isCompliant();
        }
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("make")) {
            make(Path.of(args[1]));
            return;
        }
        VeraGreenfieldFoundryProvider.initialise();
        boolean good = args.length > 1;
        for (int n = 1; n < args.length; n++) {
            good &= check(args[n]);
        }
        System.exit(good ? 0 : 1);
    }
}
