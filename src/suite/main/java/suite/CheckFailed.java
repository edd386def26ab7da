package suite;

import org.opentest4j.AssertionFailedError;

/**
 * A red check in its parts: the expected and the actual result, the server's output meanwhile, and the likely cause.
 * Its message contains all of them, for a run that shows nothing else.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class CheckFailed extends AssertionFailedError {

    private static final long serialVersionUID = 1;

    private final String fault;
    private final String aside;
    private final String likelyCause;

    private CheckFailed(String fault, String aside, String likelyCause, Throwable thrown) {
        super(
                fault
                        + (aside.isEmpty() ? "" : "\n  " + aside)
                        + (likelyCause.isEmpty() ? "" : "\n  The likely cause: " + likelyCause),
                thrown);
        this.fault = fault;
        this.aside = aside;
        this.likelyCause = likelyCause;
        setStackTrace(thrown.getStackTrace());
    }

    /** Returns the failure as it was thrown, which may have parts already. */
    private static CheckFailed of(Throwable thrown) {
        if (thrown instanceof CheckFailed failed) {
            return failed;
        }
        var fault = thrown instanceof AssertionError failure ? FirstDifference.in(failure) : thrown.toString();
        return new CheckFailed(fault, "", "", thrown);
    }

    /** Returns the same failure with this cause, unless it already has one: the innermost cause counts. */
    public static CheckFailed withLikelyCause(Throwable thrown, String likelyCause) {
        var failed = of(thrown);
        return failed.likelyCause.isEmpty() ? new CheckFailed(failed.fault, failed.aside, likelyCause, thrown) : failed;
    }

    /** Returns the same failure with this cause instead of any other: the server has told it itself. */
    public static CheckFailed withKnownCause(Throwable thrown, String cause) {
        var failed = of(thrown);
        return new CheckFailed(failed.fault, failed.aside, cause, thrown);
    }

    /** Returns the same failure with a server's output, which may be empty; a class may have several servers. */
    public static CheckFailed withAside(Throwable thrown, String aside) {
        var failed = of(thrown);
        var both = failed.aside.isEmpty() || aside.isEmpty() ? failed.aside + aside : failed.aside + "\n  " + aside;
        return new CheckFailed(failed.fault, both, failed.likelyCause, thrown);
    }

    /** Returns the fault, and the server's own output. */
    public String fault() {
        return aside.isEmpty() ? fault : fault + "\n  " + aside;
    }

    /** Returns the likely cause of this failure, or an empty string. */
    public String likelyCause() {
        return likelyCause;
    }
}
