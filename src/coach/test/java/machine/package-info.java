/** The scripts behind the Makefile, on machines that are made up: other shells, other systems, other places for a JDK. */
package machine;
