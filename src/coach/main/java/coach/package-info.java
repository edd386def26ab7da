/**
 * The coach: it judges servers lesson by lesson, leads a learner through the ladder, and proves that ladder, wrong answers and
 * prose are what they claim to be. Started by the Makefile through {@code src/build/coach.sh}.
 */
package coach;
