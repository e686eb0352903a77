import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Asks CadesWitness about one file after another: a line each on stdin, FILE or FILE, tab, CONTENT. */
public class CadesWitnesses {
    public static void main(String[] none) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            try {
                CadesWitness.main(line.split("\t"));
            } catch (RuntimeException unreadable) {
                System.out.println("file broken");
            }
            System.out.println("done");
            System.out.flush();
        }
    }
}
