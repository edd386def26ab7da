package suite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The likely cause of any failure of a test, in one sentence. If a test can fail for several reasons, give each
 * assertion its own cause, which takes precedence: see {@link Because}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@ExtendWith(Meaning.class)
public @interface LikelyCause {
    String value();
}
