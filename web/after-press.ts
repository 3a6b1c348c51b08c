let pressed = false;
let waiting: (() => void)[] = [];

function released(): void {
  pressed = false;
  const due = waiting;
  waiting = [];
  // The click itself comes after the pointer's release.
  setTimeout(() => due.forEach((run) => run()));
}

window.addEventListener('pointerdown', () => { pressed = true; }, { capture: true });
window.addEventListener('pointerup', released, { capture: true });
window.addEventListener('pointercancel', released, { capture: true });

/**
 * Runs at once, or, while a pointer is down, after its click. An error that comes up when a field is left must not move the button that was
 * being pressed away from under the pointer.
 */
export function afterPress(run: () => void): void {
  if (pressed) waiting.push(run);
  else run();
}
