package bench;

/**
 * A row of a sitting: the number of connections, the streams on each, and the rate or the number of messages in flight.
 *
 * <p><b>Threads:</b> immutable.
 */
enum Row {
    ONE("100 connections, one message in flight", 100, 1, 1, 0),
    SIXTEEN("100 connections, 16 messages in flight", 100, 1, 16, 0),
    MANY("20 connections of 100 streams, 20 messages a second", 20, 100, 0, 20),
    IN_A_ROW("20 connections of 50 streams that joined in a row, one message in flight", 20, 50, 1, 0),
    TURNS("20 connections of 50 streams that joined in turns, one message in flight", 20, 50, 1, 0),
    THOUSANDS("2,000 connections, 5 messages a second", 2_000, 1, 0, 5);

    final String title;
    final int connections;
    final int streams;
    final int inFlight;
    final int perSecond;

    Row(String title, int connections, int streams, int inFlight, int perSecond) {
        this.title = title;
        this.connections = connections;
        this.streams = streams;
        this.inFlight = inFlight;
        this.perSecond = perSecond;
    }

    /** Returns whether it opens its streams on the connections in turn. */
    boolean inTurns() {
        return this == TURNS;
    }

    /** Returns whether it compares two ways to join, which concerns only the kit. */
    boolean isOfTheKit() {
        return this == IN_A_ROW || this == TURNS;
    }

    /** Returns its duration; where few messages come, the server's CPU clock takes longer to show their cost. */
    double seconds(double usual) {
        return this == MANY ? 2 * usual : usual;
    }

    /** Returns whether the streams of the previous row can be used. */
    boolean follows(Row before) {
        return before.connections == connections && before.streams == streams && !isOfTheKit();
    }
}
