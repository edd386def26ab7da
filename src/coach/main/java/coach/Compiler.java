package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiles Java in this JVM, which is warm, against the coach's own class path, whose jars stay open between
 * compilations.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Compiler {

    private static final int SHOWN = 4;

    private final List<Path> classPath;
    private StandardJavaFileManager files; // Made at the first compilation.

    Compiler() {
        this(List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)).stream()
                .map(Path::of)
                .toList());
    }

    Compiler(List<Path> classPath) {
        this.classPath = classPath;
    }

    /** The classes by their names, or the first faults, each worded for a person; one of the two is empty. */
    record Compiled(Map<String, byte[]> classes, List<String> faults) {}

    /**
     * Compiles these files into a folder, which is emptied first: after a fault it contains nothing that could be run.
     *
     * @return the first faults; none if all is well
     */
    List<String> compile(List<Path> sources, Path folder) {
        Folders.delete(folder);
        var compiled = compile(sources);
        try {
            for (var one : compiled.classes().entrySet()) {
                var file = folder.resolve(one.getKey().replace('.', '/') + ".class");
                Files.createDirectories(file.getParent());
                Files.write(file, one.getValue());
            }
        } catch (IOException e) {
            throw new UserError("cannot compile into " + folder + ": " + e, e);
        }
        return compiled.faults();
    }

    /** Compiles these files in memory. */
    Compiled compile(List<Path> sources) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new UserError("this Java has no compiler: install a JDK (make doctor says how)");
        }
        var faults = new DiagnosticCollector<JavaFileObject>();
        var classes = new TreeMap<String, ByteArrayOutputStream>();
        try {
            if (files == null) {
                files = compiler.getStandardFileManager(null, Locale.ROOT, UTF_8);
                files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath);
            }
            var options = List.of("--release", "17", "-proc:none", "-implicit:none", "-g", "-Xlint:none");
            var units = files.getJavaFileObjectsFromPaths(sources);
            boolean done = compiler.getTask(
                            Writer.nullWriter(), new InMemory(files, classes), faults, options, null, units)
                    .call();
            if (done) {
                var bytes = new TreeMap<String, byte[]>();
                classes.forEach((name, written) -> bytes.put(name, written.toByteArray()));
                return new Compiled(bytes, List.of());
            }
        } catch (IOException e) {
            throw new UserError("cannot compile: " + e, e);
        }
        return new Compiled(Map.of(), told(faults.getDiagnostics()));
    }

    /** Keeps compiled classes in memory. */
    private static final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ByteArrayOutputStream> classes;

        InMemory(StandardJavaFileManager files, Map<String, ByteArrayOutputStream> classes) {
            super(files);
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/')), kind) {
                @Override
                public OutputStream openOutputStream() {
                    var bytes = new ByteArrayOutputStream();
                    classes.put(className, bytes);
                    return bytes;
                }
            };
        }
    }

    private static List<String> told(List<Diagnostic<? extends JavaFileObject>> diagnostics) {
        var errors = diagnostics.stream()
                .filter(fault -> fault.getKind() == Diagnostic.Kind.ERROR)
                .toList();
        var told = new ArrayList<String>();
        errors.stream().limit(SHOWN).map(Compiler::told).forEach(told::add);
        if (errors.size() > SHOWN) {
            told.add("… and " + (errors.size() - SHOWN) + " more");
        }
        return told.isEmpty() ? List.of("it does not compile") : told;
    }

    private static String told(Diagnostic<? extends JavaFileObject> fault) {
        var message = fault.getMessage(Locale.ROOT);
        if (fault.getSource() == null) {
            return message;
        }
        return shown(Path.of(fault.getSource().toUri())) + ":" + fault.getLineNumber() + ": " + message + code(fault);
    }

    /** Returns the line, with a mark under the place. */
    private static String code(Diagnostic<? extends JavaFileObject> fault) {
        var lines = Text.read(Path.of(fault.getSource().toUri())).lines().toList();
        int at = (int) fault.getLineNumber() - 1;
        if (at < 0 || at >= lines.size()) {
            return "";
        }
        int column = (int) Math.max(0, fault.getColumnNumber() - 1);
        var line = lines.get(at);
        return "\n  " + line + "\n  " + " ".repeat(Math.min(column, line.length())) + "^";
    }

    private static Path shown(Path file) {
        var here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file) : file;
    }
}
