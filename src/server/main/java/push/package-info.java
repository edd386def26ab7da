/**
 * A server that pushes messages over responses that never end: one log, many cursors.
 *
 * <p>A message's way through the package: {@code PublishHandler} reads the POST, a {@code Publisher} gives it to the
 * {@code MessageLog}, each {@code Shard} is woken at most once, and every {@code Subscriber} writes what follows its
 * own place in the log to its response.
 */
@NullMarked
package push;

import org.jspecify.annotations.NullMarked;
