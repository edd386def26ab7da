/**
 * The cost of a broadcast over real TLS and HTTP/2: a load, the servers that bear it, and the report.
 *
 * <p>{@link bench.Bench} is the command; {@link bench.LoadClient} runs in a JVM of its own, so that a server's CPU time
 * is the server's alone.
 */
package bench;
