import com.sun.net.httpserver.HttpServer;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** EU DSS's library behind the least of HTTP servers: a PDF is sent, its signatures' indications come back. */
public class DssServer {
    public static void main(String[] trusted) throws Exception {
        var anchors = new CommonTrustedCertificateSource();
        for (String file : trusted) {
            anchors.addCertificate(DSSUtils.loadCertificate(new File(file)));
        }
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
        server.setExecutor(Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors()));
        server.createContext("/", exchange -> {
            byte[] answer;
            try {
                var verifier = new CommonCertificateVerifier();
                verifier.setTrustedCertSources(anchors);
                var validator = SignedDocumentValidator.fromDocument(
                    new InMemoryDocument(exchange.getRequestBody().readAllBytes()));
                validator.setCertificateVerifier(verifier);
                var report = validator.validateDocument().getSimpleReport();
                var told = new StringBuilder();
                report.getSignatureIdList().forEach(id -> told.append(report.getIndication(id)).append('\n'));
                answer = told.toString().getBytes(StandardCharsets.UTF_8);
            } catch (Exception broken) {
                answer = broken.toString().getBytes(StandardCharsets.UTF_8);
            }
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        System.out.println(server.getAddress().getPort());
        System.in.read(); // until whoever started it is gone
        System.exit(0);
    }
}
