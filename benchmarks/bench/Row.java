package bench;

/**
 * A row of a sitting: so many connections, so many streams on each, at a rate or with so many messages in flight.
 *
 * <p><b>Threads:</b> immutable.
 */
enum Row {
    SIXTEEN("100 connections, 16 messages in flight", 100, 1, 16, 0, false),
    ONE("100 connections, one message in flight", 100, 1, 1, 0, false),
    MANY("20 connections of 100 streams, 20 messages a second", 20, 100, 0, 20, false),
    TURNS("20 connections of 50 streams that joined in turns, one in flight", 20, 50, 1, 0, true),
    IN_A_ROW("20 connections of 50 streams that joined in a row, one in flight", 20, 50, 1, 0, false),
    THOUSANDS("2,000 connections, 5 messages a second", 2_000, 1, 0, 5, false),
    NINE_THOUSAND("9,000 connections, one message in flight", 9_000, 1, 1, 0, false);

    final String title;
    final int connections;
    final int streams;
    final int inFlight;
    final int perSecond;
    final boolean inTurns;

    Row(String title, int connections, int streams, int inFlight, int perSecond, boolean inTurns) {
        this.title = title;
        this.connections = connections;
        this.streams = streams;
        this.inFlight = inFlight;
        this.perSecond = perSecond;
        this.inTurns = inTurns;
    }
}
