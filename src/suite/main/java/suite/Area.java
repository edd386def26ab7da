package suite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the part of the contract that a class of checks judges, where no lesson does. Such checks rely on the settings of their
 * class: a server that runs already, with settings of its own, is not judged by them if there are any.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Area {
    /** A word, {@code history}. */
    String id();

    String title();
}
