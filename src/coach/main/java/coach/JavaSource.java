package coach;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Finds types and methods in a source by their names, so that the source needs no marks.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class JavaSource extends TreeScanner<Void, String> {

    private final String text;
    private final String wanted;
    private final boolean methods;
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> found = new ArrayList<>();

    private JavaSource(String text, String wanted, boolean methods) {
        this.text = text;
        this.wanted = wanted.replace(" ", "");
        this.methods = methods;
        var source = new SimpleJavaFileObject(URI.create("string:///Source.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
        var task = (JavacTask)
                ToolProvider.getSystemJavaCompiler().getTask(null, null, fault -> {}, null, null, List.of(source));
        try {
            unit = task.parse().iterator().next();
        } catch (IOException e) {
            throw new UserError("the source cannot be read: " + e, e);
        }
        positions = Trees.instance(task).getSourcePositions();
    }

    /** Returns the method or constructor of this name, or start of a signature ({@code join(Room}), and its Javadoc. */
    static String method(String text, String name) {
        return new JavaSource(text, name, true).only("method");
    }

    /** Returns the class, record, interface or enum of this name, and its Javadoc. */
    static String type(String text, String name) {
        return new JavaSource(text, name, false).only("type");
    }

    private String only(String kind) {
        scan(unit, "");
        if (found.size() != 1) {
            throw new UserError(
                    found.isEmpty()
                            ? "there is no " + kind + " " + wanted
                            : "there are " + found.size() + " " + kind + "s " + wanted
                                    + ": name one by the beginning of its signature, such as " + kind
                                    + " join(Room");
        }
        return found.get(0);
    }

    @Override
    public Void visitClass(ClassTree type, String outer) {
        if (!methods && type.getSimpleName().contentEquals(wanted)) {
            take(type);
        }
        return super.visitClass(type, type.getSimpleName().toString());
    }

    @Override
    public Void visitMethod(MethodTree method, String type) {
        var name = method.getName().contentEquals("<init>")
                ? type
                : method.getName().toString();
        if (methods
                && name.equals(wanted.replaceFirst("\\(.*", ""))
                && signature(method, name).startsWith(wanted)) {
            take(method);
        }
        return super.visitMethod(method, type);
    }

    /** Returns the signature from the name on, without white space. */
    private String signature(MethodTree method, String name) {
        int start = (int) positions.getStartPosition(unit, method);
        return start < 0
                ? ""
                : text.substring(Math.max(start, text.indexOf(name + "(", start)))
                        .replaceAll("\\s", "");
    }

    private void take(Tree tree) {
        int start = (int) positions.getStartPosition(unit, tree);
        int end = (int) positions.getEndPosition(unit, tree);
        if (start >= 0 && end > start) { // A record's implicit constructor has no source.
            int line = text.lastIndexOf('\n', start) + 1;
            int lineEnd = text.indexOf('\n', end);
            found.add(text.substring(withComment(line), lineEnd < 0 ? text.length() : lineEnd));
        }
    }

    /** Moves up over the lines of a comment that is right above. */
    private int withComment(int line) {
        int start = line;
        while (start > 0) {
            int above = text.lastIndexOf('\n', start - 2) + 1;
            var stripped = text.substring(above, start).strip();
            if (!stripped.startsWith("*") && !stripped.startsWith("/*") && !stripped.startsWith("//")) {
                break;
            }
            start = above;
        }
        return start;
    }
}
