package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * The load as a program: it reads commands line by line, and answers each with one line of JSON.
 *
 * <pre>
 *   serve PORT PID RECORDS               also PORT PID
 *   open CONNECTIONS STREAMS ACCEPT      turns CONNECTIONS STREAMS ACCEPT      more STREAMS ACCEPT
 *   post IN_FLIGHT SECONDS FROZEN_PERCENT      rate PER_SECOND SECONDS
 *   join CONNECTIONS ACCEPT              close
 * </pre>
 *
 * <p>{@code serve} names the server, by its port and process, and whether to send it whole records; {@code also} names
 * another, on which later streams are opened.
 *
 * <p><b>Threads:</b> confined to one.
 */
public final class LoadClient {
    private LoadClient() {}

    public static void main(String[] args) throws IOException {
        JsonMapper json = new JsonMapper();
        List<Long> pids = new ArrayList<>();
        int port = 0;
        boolean postsRecords = false;
        Load load = null;
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            Object answer = "done";
            switch (words[0]) {
                case "serve" -> {
                    port = number(words[1]);
                    postsRecords = Boolean.parseBoolean(words[3]);
                    pids.clear();
                    pids.add(Long.parseLong(words[2]));
                    load = renew(load, port, postsRecords);
                }
                case "also" -> {
                    load.openOn(number(words[1]));
                    pids.add(Long.parseLong(words[2]));
                }
                case "open" -> {
                    load.open(number(words[1]), number(words[2]), words[3]);
                    answer = load.opened();
                }
                case "turns" -> {
                    load.openInTurns(number(words[1]), number(words[2]), words[3]);
                    answer = load.opened();
                }
                case "more" -> {
                    load.openMore(number(words[1]), words[2]);
                    answer = load.opened();
                }
                case "post" ->
                    answer = new Experiment(load, pids)
                            .post(number(words[1]), Double.parseDouble(words[2]), number(words[3]));
                case "rate" -> answer = new Experiment(load, pids).rate(number(words[1]), Double.parseDouble(words[2]));
                case "join" -> answer = new Experiment(load, pids).join(number(words[1]), words[2]);
                case "close" -> load = renew(load, port, postsRecords);
                default -> throw new IllegalArgumentException(line);
            }
            System.out.println(json.writeValueAsString(answer));
        }
    }

    private static Load renew(Load before, int port, boolean postsRecords) throws IOException {
        if (before != null) {
            before.close();
        }
        return new Load(port, postsRecords);
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }
}
