package push;

/** Settings for tests that need some. */
public final class FakeSettings {
    public static final Settings DEFAULTS = new Settings(15_000, 10_000, 20_000, 10_000, 300_000, 8_192, 8 << 20, 1);

    private FakeSettings() {}
}
