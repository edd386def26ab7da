package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiles Java in this JVM, which is warm, against the coach's own class path.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Compiler {

    private static final int SHOWN = 4;

    private final List<Path> classPath;

    Compiler() {
        this(List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)).stream()
                .map(Path::of)
                .toList());
    }

    Compiler(List<Path> classPath) {
        this.classPath = classPath;
    }

    /**
     * Compiles these files into a folder, which is emptied first: after a fault nothing is left there that could be run.
     *
     * @return the first faults, each as a person needs it; none if all is well
     */
    List<String> compile(List<Path> sources, Path folder) {
        Folders.delete(folder);
        var compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new UserError("this Java has no compiler: install a JDK (make doctor says how)");
        }
        var faults = new DiagnosticCollector<JavaFileObject>();
        try (var files = compiler.getStandardFileManager(faults, Locale.ROOT, UTF_8)) {
            Files.createDirectories(folder);
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath);
            var options = List.of("--release", "17", "-proc:none", "-implicit:none", "-g", "-Xlint:none");
            boolean done = compiler.getTask(Writer.nullWriter(), files, faults, options, null, units(files, sources))
                    .call();
            if (done) {
                return List.of();
            }
        } catch (IOException e) {
            throw new UserError("cannot compile into " + folder + ": " + e, e);
        }
        Folders.delete(folder);
        return told(faults.getDiagnostics());
    }

    private static Iterable<? extends JavaFileObject> units(StandardJavaFileManager files, List<Path> sources) {
        return files.getJavaFileObjectsFromPaths(sources);
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

    /** The line, with a mark under the place. */
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
