/**
 * The pattern: messages pushed over responses that never end. One log, many cursors.
 *
 * <p>A {@code Publisher} appends a message to the {@code MessageLog}. Each {@code Shard} is woken at most once, and
 * each {@code Subscription} of its {@code Connection}s writes the messages after its own position in the log. This
 * package does not depend on a network: {@code Sink}, {@code Transport} and {@code EventLoop} represent it.
 */
@NullMarked
package push;

import org.jspecify.annotations.NullMarked;
