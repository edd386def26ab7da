package suite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the part of the contract that a class of checks judges, if no lesson covers it. Such checks rely on the settings of
 * their class. If there are any, they do not judge a running server, which has settings of its own.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Area {
    /** A word, {@code history}. */
    String id();

    String title();
}
