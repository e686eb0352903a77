import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Prints, for each PDF named, whether veraPDF finds it to be PDF/A-3b, and each rule that fails. */
public class PdfaWitness {
    public static void main(String[] names) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        boolean all = true;
        for (String name : names) {
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(name), PDFAFlavour.PDFA_3_B)) {
                ValidationResult result = Foundries.defaultInstance().createValidator(PDFAFlavour.PDFA_3_B, false).validate(parser);
                System.out.println((result.isCompliant() ? "PASS " : "FAIL ") + name);
                for (TestAssertion assertion : result.getTestAssertions()) {
                    System.out.println("  " + assertion.getRuleId() + " " + assertion.getMessage() + " " + assertion.getLocation().getContext());
                }
                all &= result.isCompliant();
            }
        }
        System.exit(all ? 0 : 1);
    }
}
