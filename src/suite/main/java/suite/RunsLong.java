package suite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a check that takes long even with a good server, or that must have the machine to itself: a storm, a stall in
 * real time, a measurement of memory. {@code make learn} gives its verdict without such checks, then runs them one by
 * one, and takes the verdict back if one is red.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface RunsLong {
    /** The reason why it takes long. */
    String value();
}
