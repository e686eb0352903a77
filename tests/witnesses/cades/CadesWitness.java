import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.spi.signature.AdvancedSignature;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.validation.analyzer.DefaultDocumentAnalyzer;
import eu.europa.esig.dss.spi.x509.tsp.TimestampToken;
import java.util.List;

/** Prints what the European Commission's DSS makes of the mathematics and levels in a CMS, a container or a PDF. */
public class CadesWitness {
    public static void main(String[] arguments) {
        var analyzer = DefaultDocumentAnalyzer.fromDocument(new FileDocument(arguments[0]));
        analyzer.setCertificateVerifier(new CommonCertificateVerifier());
        if (arguments.length > 1) {
            analyzer.setDetachedContents(List.<DSSDocument>of(new FileDocument(arguments[1])));
        }
        for (AdvancedSignature signature : analyzer.getSignatures()) {
            print("signature " + signature.getDataFoundUpToLevel(), signature);
            for (AdvancedSignature counter : signature.getCounterSignatures()) {
                print("counter", counter);
            }
            for (TimestampToken token : signature.getAllTimestamps()) {
                boolean fits = token.isMessageImprintDataFound() && token.isMessageImprintDataIntact();
                System.out.println(token.getTimeStampType() + " " + (fits ? "intact" : "broken"));
            }
        }
    }

    private static void print(String what, AdvancedSignature signature) {
        signature.checkSignatureIntegrity();
        boolean fits = signature.getSignatureCryptographicVerification().isSignatureValid();
        System.out.println(what + " " + (fits ? "intact" : "broken"));
    }
}
