/** The few things that every part of the page does with the document. */

export const $ = (id) => document.getElementById(id);

/** An element with its properties and children; a string becomes text, never markup. */
export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Writing the same text again would make a screen reader say it again. */
export function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Reads or, with a value, writes what this browser remembers. It may forbid that; the page works without. */
export function remember(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch {
    return null;
  }
}

/**
 * A function that has `draw` run in the next frame, once, however often it is called until then. A tab that is not
 * seen has no frames: there it runs after half a second.
 */
export function oncePerFrame(draw) {
  let frame;
  let timer;
  const run = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
    draw();
  };
  return () => {
    if (timer !== undefined) return;
    frame = requestAnimationFrame(run);
    timer = setTimeout(run, 500);
  };
}
