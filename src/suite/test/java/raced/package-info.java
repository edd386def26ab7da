/** What {@code ScheduleTest} holds threads in. */
package raced;
