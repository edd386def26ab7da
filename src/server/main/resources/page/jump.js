/** Notices that this page has slept: the device was suspended, or the browser had frozen the page. */

const TICK_MS = 500;
const TOLERATED_MS = 3_000; // A busy device is late, too, but not by so much.
const HIDDEN_TICK_MS = 60_000; // A browser may let the timers of a hidden tab run once a minute.

/**
 * Calls `jumped` when time has passed without this page. Either its timers are late, or its two clocks differ: one tells
 * the time of day, and the other stands still on most systems while they sleep.
 */
export function onJump(jumped) {
  let day = Date.now();
  let steady = performance.now();
  let wasHidden = document.hidden;

  function look() {
    const dayMs = Date.now() - day;
    const steadyMs = performance.now() - steady;
    const tickMs = wasHidden ? HIDDEN_TICK_MS : TICK_MS;
    day += dayMs;
    steady += steadyMs;
    wasHidden = document.hidden;
    if (dayMs > tickMs + TOLERATED_MS || Math.abs(dayMs - steadyMs) > TOLERATED_MS) jumped();
  }

  setInterval(look, TICK_MS);
  for (const event of ['visibilitychange', 'resume']) document.addEventListener(event, look);
  for (const event of ['pageshow', 'focus']) addEventListener(event, look);
}
