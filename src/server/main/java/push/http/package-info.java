/**
 * The pattern over HTTP, by Undertow: listeners, requests, refusals, and what the pattern needs of a connection.
 *
 * <p>{@code ExchangeSink}, {@code ClientConnection} and {@code XnioLoop} are its three seams to package {@code push}, which knows
 * nothing of this one.
 */
@NullMarked
package push.http;

import org.jspecify.annotations.NullMarked;
