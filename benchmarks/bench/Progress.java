package bench;

/**
 * Prints what is being measured, and what was found.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Progress {
    private final long began = System.nanoTime();

    void say(String what) {
        System.out.printf("%4d s  %s%n", (System.nanoTime() - began) / 1_000_000_000L, what);
    }

    void found(String what) {
        System.out.println("          " + what);
    }
}
