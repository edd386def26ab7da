/** What the lessons give: Undertow's own ways, so that a server in a lesson holds the pattern and little else. */
package given;
