const FUNCTION_KEYS = /^(F\d{1,2}|ContextMenu|BrowserBack|BrowserForward|BrowserHome|BrowserSearch)$/;

const isField = (target: EventTarget | null): boolean => target instanceof HTMLInputElement;

function stop(event: Event): void {
  event.preventDefault();
}

function stopOutsideFields(event: Event): void {
  if (!isField(event.target)) event.preventDefault();
}

/** What opens a dialog of the browser, another page, or what somebody before has copied. */
function stopKeys(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || FUNCTION_KEYS.test(event.key)) event.preventDefault();
}

function stopZoom(event: WheelEvent): void {
  if (event.ctrlKey) event.preventDefault();
}

/**
 * Takes from the page what leads out of a kiosk: menus, selection, drag and drop, clipboard, key combinations, zoom. The device itself has to run
 * the browser in kiosk mode; this is the second lock. Answers how to unlock.
 */
export function lockDown(): () => void {
  const off = new AbortController();
  const { signal } = off;
  for (const name of ['contextmenu', 'dragstart', 'drop', 'copy', 'cut', 'paste', 'auxclick'] as const) {
    document.addEventListener(name, stop, { capture: true, signal });
  }
  document.addEventListener('selectstart', stopOutsideFields, { capture: true, signal });
  document.addEventListener('keydown', stopKeys, { capture: true, signal });
  document.addEventListener('wheel', stopZoom, { capture: true, passive: false, signal });
  return () => off.abort();
}
