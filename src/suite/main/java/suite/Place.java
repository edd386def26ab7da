package suite;

import java.util.Optional;

/**
 * A place in the code of a server under test, at which {@link Schedule} can hold a thread. A verdict names it.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param instruction distinguishes two places on one line
 * @param caller the method that makes the object, if the place is in a constructor; or empty
 * @param again whether the thread has been there before, in a loop
 */
record Place(String method, String file, int line, int instruction, String caller, boolean again) {

    /**
     * Returns the current thread's place in a server's code; the suite's threads, which ask its port, have none.
     *
     * @param own has loaded the server's classes
     */
    static Optional<Place> current(ClassLoader own) {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> {
                    var all = frames.toList();
                    var inside = all.stream()
                            .filter(frame -> frame.getDeclaringClass().getClassLoader() == own)
                            .filter(frame ->
                                    all.stream().noneMatch(other -> other.getDeclaringClass() == RunningServer.class))
                            .toList();
                    var caller = inside.stream()
                            .filter(frame -> !frame.getMethodName().equals("<init>"))
                            .findFirst();
                    return inside.stream().findFirst().map(frame -> of(frame, caller));
                });
    }

    /** Returns the method of a server by which the current thread has come into its code. */
    static String entry(ClassLoader own) {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.filter(frame -> frame.getDeclaringClass().getClassLoader() == own)
                        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                        .reduce("", (inner, outer) -> outer));
    }

    private static Place of(StackWalker.StackFrame frame, Optional<StackWalker.StackFrame> caller) {
        var type = frame.getDeclaringClass().getSimpleName();
        boolean makes = frame.getMethodName().equals("<init>");
        return new Place(
                makes ? "new " + type : frame.getMethodName(),
                String.valueOf(frame.getFileName()),
                frame.getLineNumber(),
                frame.getByteCodeIndex(),
                makes ? caller.map(Place::at).orElse("") : "",
                false);
    }

    /** Returns the same place when a thread comes by again. */
    Place comingBy() {
        return new Place(method, file, line, instruction, caller, true);
    }

    private static String at(StackWalker.StackFrame frame) {
        return frame.getMethodName() + "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
    }

    @Override
    public String toString() {
        var where = caller.isEmpty() ? method + "(" + file + ":" + line + ")" : caller + ", in " + method;
        return again ? where + ", when it came by again," : where;
    }
}
