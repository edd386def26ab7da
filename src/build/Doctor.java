import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;

/** Prints what only a JVM can find out: whether the port is free, and which addresses {@code localhost} has. */
final class Doctor {
    public static void main(String[] args) throws IOException {
        int port = args[0].matches("[0-9]{1,5}") ? Integer.parseInt(args[0]) : -1;
        if (port < 0 || port > 65_535) {
            say("MISSING", "PORT is " + args[0] + ": give a number from 0 to 65535");
            System.exit(1);
        }
        boolean v4 = binds("127.0.0.1", 0) == null;
        boolean v6 = binds("::1", 0) == null;
        var names = Arrays.stream(InetAddress.getAllByName("localhost"))
                .map(InetAddress::getHostAddress)
                .toList();

        if (!v4) {
            say("MISSING", "127.0.0.1 cannot be bound: the loopback interface is down (ip link set lo up)");
        } else if (!names.contains("127.0.0.1")) {
            say("MISSING", "localhost leads to " + names + ": add \"127.0.0.1 localhost\" to /etc/hosts");
        } else if (v6 && names.size() == 1) {
            say(
                    "note",
                    "localhost leads to 127.0.0.1 only: add \"::1 localhost\" to /etc/hosts if a client wants IPv6");
        } else {
            say("ok", "localhost leads to " + names + (v6 ? "" : "; this machine has no IPv6, and does not need it"));
        }

        String fault = binds("127.0.0.1", port);
        if (fault == null && v6) {
            fault = binds("::1", port);
        }
        if (fault == null) {
            say("ok", "port " + port + " is free");
        } else {
            say(
                    "note",
                    "port " + port + " is not free (" + fault
                            + "): stop the program that has it, or make run PORT=9443");
        }
        int board = args.length > 1 && args[1].matches("[1-9][0-9]{0,4}") ? Integer.parseInt(args[1]) : 0;
        if (board > 0 && board <= 65_535) { // Else make learn takes one that is free.
            String taken = binds("127.0.0.1", board);
            say(
                    taken == null ? "ok" : "note",
                    taken == null
                            ? "port " + board + " is free for the page of make learn"
                            : "port " + board + " is not free for the page of make learn (" + taken
                                    + "): if no make learn runs, name another by BOARD_PORT=");
        }
        if (!v4 || !names.contains("127.0.0.1")) {
            System.exit(1);
        }
    }

    private static String binds(String address, int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, port));
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private static void say(String verdict, String text) {
        System.out.printf("  %-8s %s%n", verdict, text);
    }
}
