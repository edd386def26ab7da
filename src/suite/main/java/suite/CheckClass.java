package suite;

import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestTemplate;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * A class of checks. They share a server and its settings, because they judge the same part of the contract.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param id its name for {@code --only}, such as {@code 05} for the class of that lesson, or {@code history}
 * @param slug the same as a word
 */
public record CheckClass(Class<?> type, String id, String slug, String title) {

    /** Returns all classes of checks, those of the lessons first. */
    public static List<CheckClass> all() {
        return ReflectionSupport.streamAllClassesInPackage(
                        CheckClass.class.getPackageName(), CheckClass::isCheck, name -> name.endsWith("Test"))
                .map(CheckClass::of)
                .sorted(Comparator.comparing(CheckClass::id)
                        .thenComparing(one -> one.type().getSimpleName()))
                .toList();
    }

    private static boolean isCheck(Class<?> type) {
        return type.isAnnotationPresent(Lesson.class) || type.isAnnotationPresent(Area.class);
    }

    private static CheckClass of(Class<?> type) {
        var lesson = type.getAnnotation(Lesson.class);
        if (lesson != null) {
            return new CheckClass(type, lesson.id(), lesson.slug(), lesson.title());
        }
        var area = type.getAnnotation(Area.class);
        return new CheckClass(type, area.id(), area.id(), area.title());
    }

    /** Returns the checks, which are methods. */
    public List<Method> checks() {
        return ReflectionSupport.streamMethods(
                        type,
                        method -> AnnotationSupport.isAnnotated(method, org.junit.jupiter.api.Test.class)
                                || AnnotationSupport.isAnnotated(method, TestTemplate.class),
                        HierarchyTraversalMode.TOP_DOWN)
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    /** Returns the clauses that this check proves: those it names, or else those its class names. */
    static Set<String> clauses(Class<?> type, String check) {
        return Stream.of(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(check))
                .flatMap(method -> Stream.ofNullable(method.getAnnotation(Proves.class)))
                .findFirst()
                .or(() -> Stream.ofNullable(type.getAnnotation(Proves.class)).findFirst())
                .map(proves -> Set.of(proves.value()))
                .orElse(Set.of());
    }

    /** Returns all clauses that its checks prove. */
    Set<String> clauses() {
        return checks().stream()
                .flatMap(check -> clauses(type, check.getName()).stream())
                .collect(Collectors.toSet());
    }

    /**
     * Returns whether this word names the class, a clause that its checks prove, or a contract part with such clauses.
     */
    boolean isNamed(String word) {
        var name = word.toLowerCase(Locale.ROOT);
        return name.equals(id)
                || name.equals(slug)
                || word.equals(type.getSimpleName())
                || clauses().stream().anyMatch(clause -> isClause(clause, name));
    }

    /** Returns whether the word names the class itself, and thus all its checks. */
    boolean isNamedWhole(String word) {
        var name = word.toLowerCase(Locale.ROOT);
        return name.equals(id) || name.equals(slug) || word.equals(type.getSimpleName());
    }

    static boolean isClause(String clause, String word) {
        return clause.equals(word) || clause.startsWith(word + ".");
    }

    @Override
    public String toString() {
        return id.equals(slug) ? title : id + " " + title;
    }
}
