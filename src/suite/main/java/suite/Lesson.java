package suite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the lesson that a class of tests judges. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Lesson {
    /** Two digits, {@code 05}. */
    String id();

    /** The end of the lesson's folder, {@code broadcast}. */
    String slug();

    String title();
}
