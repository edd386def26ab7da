package lesson10_cost;

import java.nio.ByteBuffer;

/** Where the bytes of a stream go. */
public interface Sink {
    /** Takes what there is room for, perhaps nothing, and moves the buffer's position by that. Returns how much it was. */
    int write(ByteBuffer bytes);
}
