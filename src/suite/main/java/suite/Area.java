package suite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the part of the contract that a class of checks judges, if no lesson covers it. Such checks rely on the
 * settings of their class. If it has settings, they do not judge a running server, which has its own.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Area {
    /** A word, such as {@code history}. */
    String id();

    String title();
}
