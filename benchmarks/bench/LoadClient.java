package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/**
 * The load as a program: it is told what to do line by line, and answers each line with one of JSON.
 *
 * <pre>
 *   open CONNECTIONS STREAMS ACCEPT      turns CONNECTIONS STREAMS ACCEPT
 *   post IN_FLIGHT SECONDS FROZEN_PERCENT      rate PER_SECOND SECONDS
 *   join CONNECTIONS ACCEPT              close
 * </pre>
 */
public final class LoadClient {
    private LoadClient() {}

    /** Takes the server's port, its process id, and whether it is to be sent whole records. */
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        long pid = Long.parseLong(args[1]);
        boolean postsRecords = Boolean.parseBoolean(args[2]);
        JsonMapper json = new JsonMapper();
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Load load = new Load(port, postsRecords);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            Object answer = "done";
            switch (words[0]) {
                case "open" -> load.open(number(words[1]), number(words[2]), words[3]);
                case "turns" -> load.openInTurns(number(words[1]), number(words[2]), words[3]);
                case "post" ->
                    answer = new Experiment(load, pid)
                            .post(number(words[1]), Double.parseDouble(words[2]), number(words[3]));
                case "rate" -> answer = new Experiment(load, pid).rate(number(words[1]), Double.parseDouble(words[2]));
                case "join" -> answer = new Experiment(load, pid).join(number(words[1]), words[2]);
                case "close" -> {
                    load.close();
                    load = new Load(port, postsRecords);
                }
                default -> throw new IllegalArgumentException(line);
            }
            System.out.println(json.writeValueAsString(answer));
        }
        load.close();
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }
}
