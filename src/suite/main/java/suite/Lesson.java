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
    /** Two digits, such as {@code 05}. */
    String id();

    /** The end of the lesson's folder, such as {@code broadcast}. */
    String slug();

    String title();
}
