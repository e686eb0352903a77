import eu.europa.esig.dss.diagnostic.PDFRevisionWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Prints what the European Commission's DSS, with its default policy, makes of PDFs: their paths stand on stdin, a line
 * each. For each signature a line: its field, indication, level, "intact" or "broken"; then a line for each error,
 * warning and undefined change; at last "done". Arguments: files with trusted certificates (.der) and lists (.crl).
 */
public class PadesWitness {
    private static final int SECONDS = 60;

    private final CommonCertificateVerifier verifier = new CommonCertificateVerifier();
    private ExecutorService worker = newWorker();

    public static void main(String[] evidence) throws Exception {
        var witness = new PadesWitness(evidence);
        var paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String path = paths.readLine(); path != null; path = paths.readLine()) {
            witness.answer(path).forEach(System.out::println);
            System.out.println("done");
            System.out.flush();
        }
        System.exit(0); // whatever still works on a file that took too long
    }

    private PadesWitness(String[] evidence) throws Exception {
        var trusted = new CommonTrustedCertificateSource();
        var lists = new ArrayList<byte[]>();
        for (String file : evidence) {
            if (file.endsWith(".crl")) {
                lists.add(Files.readAllBytes(Path.of(file)));
            } else {
                trusted.addCertificate(DSSUtils.loadCertificate(new File(file)));
            }
        }
        verifier.setTrustedCertSources(trusted);
        if (!lists.isEmpty()) {
            verifier.setCrlSource(new ExternalResourcesCRLSource(lists.stream()
                .map(ByteArrayInputStream::new).toArray(ByteArrayInputStream[]::new)));
        }
    }

    private List<String> answer(String path) {
        Callable<List<String>> asked = () -> judged(path);
        var answer = worker.submit(asked);
        try {
            return answer.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            worker = newWorker(); // the old one is left to itself
            return List.of("unreadable\ttimeout");
        } catch (Exception broken) {
            return List.of("unreadable\t" + broken.getCause().getClass().getSimpleName());
        }
    }

    private List<String> judged(String path) {
        var validator = SignedDocumentValidator.fromDocument(new FileDocument(path));
        validator.setCertificateVerifier(verifier);
        Reports reports = validator.validateDocument();
        SimpleReport told = reports.getSimpleReport();
        List<String> lines = new ArrayList<>();
        for (SignatureWrapper signature : reports.getDiagnosticData().getSignatures()) {
            String id = signature.getId();
            boolean intact = signature.isSignatureIntact() && signature.isSignatureValid();
            lines.add(String.join("\t", "signature", inOneLine(signature.getFirstFieldName()), told.getIndication(id).name(),
                String.valueOf(told.getSignatureFormat(id)), intact ? "intact" : "broken"));
            add(lines, "error", told.getAdESValidationErrors(id));
            add(lines, "warning", told.getAdESValidationWarnings(id));
            PDFRevisionWrapper revision = signature.getPDFRevision();
            if (revision != null) {
                revision.getPdfUndefinedChanges().forEach(change -> lines.add(
                    "change\t" + inOneLine(change.getAction() + " " + change.getValue())));
            }
        }
        return lines;
    }

    private static void add(List<String> lines, String kind, List<Message> messages) {
        messages.forEach(message -> lines.add(kind + "\t" + message.getKey()));
    }

    private static String inOneLine(String text) {
        return String.valueOf(text).replaceAll("\\p{Cntrl}", " ");
    }

    private static ExecutorService newWorker() {
        return Executors.newSingleThreadExecutor(work -> {
            var thread = new Thread(null, work, "judge", 64 << 20);
            thread.setDaemon(true);
            return thread;
        });
    }
}
