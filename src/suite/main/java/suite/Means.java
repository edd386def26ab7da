package suite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Says in one sentence what it usually means when a test is red; a failure's message ends with it. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@ExtendWith(Meaning.class)
public @interface Means {
    /** What stands between a failure's own message and the sentence. */
    String USUALLY = "\n  What this usually means: ";

    String value();
}
