package suite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a check that takes long however good the server is, or that must have the machine to itself: a storm, a stall in real
 * time, a measurement of memory. {@code make learn} gives its verdict without such checks, runs them after it, one by one, and
 * takes the verdict back if one is red.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface RunsLong {
    /** Why it takes long. */
    String value();
}
