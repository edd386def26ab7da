/**
 * The pattern over HTTP, based on Undertow: listeners, requests, refusals and the connections that the pattern needs.
 *
 * <p>{@code ExchangeSink}, {@code ClientConnection} and {@code XnioLoop} implement the three interfaces of package
 * {@code push}, which does not depend on this package.
 */
@NullMarked
package push.http;

import org.jspecify.annotations.NullMarked;
