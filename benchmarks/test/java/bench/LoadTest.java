package bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The load understands every server that it measures: no stream is lost, and a message comes to all. */
final class LoadTest {
    static Stream<Contender> servers() throws Exception {
        return Stream.concat(PeersTest.peers(), Stream.of(new Contender(Peer.UNDERTOW_SSE, Jdk.own())));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void messageComesToAllStreams(Contender contender) throws Exception {
        contender.build();
        try (Server server = new Server(contender);
                Load load = new Load(server.port, server.takesRecords())) {
            load.open(2, 2, contender.peer().accept);
            load.openMore(1, contender.peer().accept);
            assertEquals("done", load.opened());

            load.postOne();
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (load.arrived < 6 && System.nanoTime() < deadline) {
                load.turn(20);
            }

            assertEquals(6, load.arrived);
        }
    }
}
