package lesson10_cost;

import push.NewMessage;

/** A way to bring every message to every open stream. One thread does it all. */
public interface Way {
    /** Adds a stream, which is to get all that is appended from now on. */
    void open(Sink sink);

    /** A message has come. */
    void append(NewMessage draft);

    /** Writes to each stream what it does not have yet, as far as its sink takes it. */
    void drain();
}
