/**
 * The pattern: messages that are pushed over responses that never end. One log, many cursors.
 *
 * <p>A {@code Publisher} gives a message to the {@code MessageLog}, each {@code Shard} is woken at most once, and every
 * {@code Subscription} of its {@code Connection}s writes what follows its own position in the log. Nothing here knows a network:
 * {@code Sink}, {@code Transport} and {@code EventLoop} stand for one.
 */
@NullMarked
package push;

import org.jspecify.annotations.NullMarked;
