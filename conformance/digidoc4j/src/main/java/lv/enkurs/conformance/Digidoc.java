package lv.enkurs.conformance;

import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.digidoc4j.Configuration;
import org.digidoc4j.Container;
import org.digidoc4j.ContainerBuilder;
import org.digidoc4j.ContainerValidationResult;
import org.digidoc4j.DigestAlgorithm;
import org.digidoc4j.EncryptionAlgorithm;
import org.digidoc4j.Signature;
import org.digidoc4j.SignatureBuilder;
import org.digidoc4j.SignatureProfile;
import org.digidoc4j.TimestampBuilder;
import org.digidoc4j.impl.asic.tsl.TSLCertificateSourceImpl;
import org.digidoc4j.signers.PKCS12SignatureToken;

/**
 * Containers made by digidoc4j, and its verdict on containers.
 *
 * usage: Digidoc make DIR OCSP-URL OUT      DIR: root.pem, ca.pem, tsa.pem, data/, tsa.p12 and KIND.p12, password "secret"
 *        Digidoc judge DIR FILE...          FILE TAB signature|stamp TAB INDICATION TAB SUBINDICATION TAB PROFILE, then "  error: …"
 */
public final class Digidoc {
    private static final String SECRET = "secret";
    private static final Map<String, SignatureProfile> PROFILES = new TreeMap<>(
            Map.of("B", SignatureProfile.B_BES, "T", SignatureProfile.T, "LT", SignatureProfile.LT, "LTA", SignatureProfile.LTA));
    private final Configuration configuration = new Configuration(Configuration.Mode.TEST);
    private final Path dir;

    private Digidoc(Path dir) throws Exception {
        this.dir = dir;
        TSLCertificateSourceImpl trusted = new TSLCertificateSourceImpl();
        for (String name : new String[] {"root.pem", "ca.pem", "tsa.pem"}) {
            try (InputStream in = Files.newInputStream(dir.resolve(name))) {
                trusted.addTSLCertificate((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
        }
        configuration.setTSL(trusted);
        configuration.setAllowedOcspRespondersForTM("Paraugu OCSP");
        // Only what stands in the files, and what the caller names: nothing is asked of the network.
        configuration.setOcspSource("http://127.0.0.1:9/");
        configuration.setPreferAiaOcsp(false);
        configuration.setConnectionTimeout(1000);
        configuration.setSocketTimeout(5000);
    }

    private void online(String ocsp) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(dir.resolve("tsa.p12").toFile())) {
            store.load(in, SECRET.toCharArray());
        }
        KeyEntityTSPSource unit = new KeyEntityTSPSource(store, store.aliases().nextElement(), SECRET.toCharArray());
        unit.setTsaPolicy("0.4.0.2023.1.1");
        configuration.setSignatureTspSourceFactory(() -> unit);
        configuration.setArchiveTspSourceFactory(() -> unit);
        configuration.setOcspSource(ocsp);
        configuration.setSignOCSPRequests(false);
    }

    private Container container(Container.DocumentType type) throws IOException {
        ContainerBuilder builder = ContainerBuilder.aContainer(type).withConfiguration(configuration);
        List<Path> files;
        try (var found = Files.list(dir.resolve("data"))) {
            files = found.sorted().toList();
        }
        for (Path file : type == Container.DocumentType.ASICS ? files.subList(0, 1) : files) {
            builder.withDataFile(file.toFile(), "application/octet-stream");
        }
        return builder.build();
    }

    private void sign(Container container, String kind, SignatureProfile profile) {
        boolean long_ = kind.equals("p384");
        SignatureBuilder builder = SignatureBuilder.aSignature(container)
                .withCity("Rīga")
                .withCountry("LV")
                .withRoles("Valdes loceklis")
                .withSignatureDigestAlgorithm(long_ ? DigestAlgorithm.SHA384 : DigestAlgorithm.SHA256)
                .withEncryptionAlgorithm(kind.equals("rsa") ? EncryptionAlgorithm.RSA : EncryptionAlgorithm.ECDSA)
                .withSignatureProfile(profile)
                .withSignatureToken(new PKCS12SignatureToken(dir.resolve(kind + ".p12").toString(), SECRET, kind));
        container.addSignature(builder.invokeSigning());
    }

    private void make(Path out) throws Exception {
        for (String kind : new String[] {"p256", "p384", "rsa"}) {
            for (var profile : PROFILES.entrySet()) {
                for (var type : Map.of("asice", Container.DocumentType.ASICE, "bdoc", Container.DocumentType.BDOC).entrySet()) {
                    if (type.getKey().equals("bdoc") && !kind.equals("p256")) {
                        continue;
                    }
                    Container container = container(type.getValue());
                    sign(container, kind, profile.getValue());
                    String end = kind + "-" + profile.getKey() + "." + type.getKey();
                    container.saveAsFile(out.resolve(type.getKey() + "-" + end).toString());
                    sign(container, "second", profile.getValue());
                    container.saveAsFile(out.resolve(type.getKey() + "-several-" + end).toString());
                }
            }
            Container raised = container(Container.DocumentType.ASICE);
            sign(raised, kind, SignatureProfile.LT);
            raised.extendSignatureProfile(SignatureProfile.LTA);
            raised.saveAsFile(out.resolve("asice-raised-" + kind + "-LTA.asice").toString());
        }
        Container stamped = container(Container.DocumentType.ASICS);
        stamped.addTimestamp(TimestampBuilder.aTimestamp(stamped).invokeTimestamping());
        stamped.saveAsFile(out.resolve("asics-stamp.asics").toString());
        stamped.addTimestamp(TimestampBuilder.aTimestamp(stamped).invokeTimestamping());
        stamped.saveAsFile(out.resolve("asics-stamp-renewed.asics").toString());
    }

    private void judge(List<String> files) {
        for (String file : files) {
            try {
                Container container = ContainerBuilder.aContainer().fromExistingFile(file).withConfiguration(configuration).build();
                ContainerValidationResult result = container.validate();
                for (Signature s : container.getSignatures()) {
                    row(file, "signature", result, s.getUniqueId(), s.getProfile().name());
                }
                for (String id : result.getTimestampIdList()) {
                    row(file, "stamp", result, id, "TIMESTAMP");
                }
                result.getErrors().forEach(e -> System.out.println("  error: " + e.getMessage().replaceAll("\\s+", " ")));
            } catch (RuntimeException e) {
                System.out.printf("%s\t-\tEXCEPTION\t%s\t%n", file, String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            }
        }
    }

    private static void row(String file, String kind, ContainerValidationResult result, String id, String profile) {
        String sub = result.getSubIndication(id) == null ? "" : result.getSubIndication(id).toString();
        boolean valid = result.getValidationResult(id) == null || result.getValidationResult(id).isValid();
        String said = valid ? String.valueOf(result.getIndication(id)) : "INVALID " + result.getIndication(id);
        System.out.printf("%s\t%s\t%s\t%s\t%s%n", file, kind, said, sub, profile);
    }

    public static void main(String[] args) throws Exception {
        Digidoc digidoc = new Digidoc(Path.of(args[1]));
        if (args[0].equals("judge")) {
            digidoc.judge(Arrays.asList(args).subList(2, args.length));
        } else {
            digidoc.online(args[2]);
            digidoc.make(Files.createDirectories(Path.of(args[3])));
        }
        // Threads that digidoc4j keeps would hold the program open.
        System.out.flush();
        System.exit(0);
    }
}
