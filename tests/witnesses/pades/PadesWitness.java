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
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Prints what the European Commission's DSS, with its default policy, makes of PDFs: their paths stand on stdin, a line
 * each, with the time to judge at and SHA-256's last day after a tab, where it is not now, and not the default policy's.
 * For each signature a line: its field, indication, level, "intact" or "broken"; then a line for each error,
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
            witness.answer(path.split("\t")).forEach(System.out::println);
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

    private List<String> answer(String[] question) {
        Callable<List<String>> asked = () -> judged(question);
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

    private List<String> judged(String[] question) throws IOException {
        var validator = SignedDocumentValidator.fromDocument(new FileDocument(question[0]));
        validator.setCertificateVerifier(verifier);
        if (question.length > 1) {
            validator.setValidationTime(Date.from(Instant.parse(question[1])));
        }
        Reports reports = question.length > 2
            ? validator.validateDocument(new ByteArrayInputStream(policy(question[2]).getBytes(StandardCharsets.UTF_8)))
            : validator.validateDocument();
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

    /** The default policy with an end of SHA-256, which fails what is later instead of warning. */
    private static String policy(String lastDay) throws IOException {
        try (var resource = SignedDocumentValidator.class.getResourceAsStream("/policy/constraint.xml")) {
            var text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            int dates = text.indexOf("<AlgoExpirationDate");
            var ends = text.substring(dates).replaceFirst("<Algo>SHA256<", "<Algo Date=\"" + lastDay + "\">SHA256<")
                .replaceFirst(" LevelAfterUpdate=\"WARN\"", " LevelAfterUpdate=\"FAIL\"");
            return text.substring(0, dates) + ends;
        }
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
