package suite;

/**
 * One chat message as a stream brought it; fields that a form does not carry are empty (the seed's form has no ids).
 *
 * <p><b>Threads:</b> immutable.
 */
record Message(String id, String user, String text, long time) {}
