import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Prints, for each PDF named, whether veraPDF finds it to be PDF/A-3b (or as 1b=FILE says), and each rule that fails. */
public class PdfaWitness {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        boolean all = true;
        for (String argument : arguments) {
            boolean chosen = argument.matches("(?s)[1-4][abuef]?=.*");
            PDFAFlavour flavour = PDFAFlavour.byFlavourId(chosen ? argument.split("=", 2)[0] : "3b");
            String name = chosen ? argument.split("=", 2)[1] : argument;
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(name), flavour)) {
                ValidationResult result = Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
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
