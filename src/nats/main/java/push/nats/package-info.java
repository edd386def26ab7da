/**
 * Several servers with one order of messages: they publish to a stream of NATS JetStream, which each follows into its
 * own log. Loaded only if {@code PUSH_NATS_URL} is set.
 */
@NullMarked
package push.nats;

import org.jspecify.annotations.NullMarked;
