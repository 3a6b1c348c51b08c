import { onBeforeUnmount, onMounted } from 'vue';

/** What a scanner or a card reader typed: a QR code of ours, which lets in or, that of a printed pass, out; or the number of an ID card. */
export type Scan = { qr: string; isPass: boolean } | { idNumber: string };

/** Keys of a device follow each other faster than a person's. */
const GAP_MS = 100;

/** Reads what came in one go; undefined for what is neither. */
export function readScan(text: string): Scan | undefined {
  const read = text.normalize('NFKC').trim();
  if (/^HQ[\w.-]{8,190}$/.test(read)) return { qr: read, isPass: read.startsWith('HQP') };
  if (/^\d{17}[\dXx]$/.test(read)) return { idNumber: read.toUpperCase() };
  return undefined;
}

interface Listening {
  onScan(scan: Scan): void;
  /** A device typed something else. */
  onUnknown(): void;
  /** A person's keys, digits or `Backspace`. */
  onTyped?(keys: string): void;
}

/** Listens to devices that type like a keyboard, wherever the focus is but in a field: fast input that ends with Enter. */
export function useReader({ onScan, onUnknown, onTyped }: Listening): void {
  let buffer = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function finish(byEnter: boolean): void {
    clearTimeout(timer);
    const text = buffer;
    buffer = '';
    const scan = byEnter ? readScan(text) : undefined;
    if (scan) onScan(scan);
    else if (onTyped && /^\d{1,6}$/.test(text)) onTyped(text);
    else if (byEnter) onUnknown();
  }

  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || (event.target as HTMLElement).matches?.('input, textarea')) return;
    if (event.key === 'Enter') {
      if (buffer.length < 2) return;
      // Else it would press the button that has the focus.
      event.preventDefault();
      finish(true);
    } else if (event.key === 'Backspace') {
      onTyped?.(event.key);
    } else if (event.key.length === 1 && (event.key !== ' ' || buffer !== '')) {
      buffer += event.key;
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), GAP_MS);
    }
  }

  onMounted(() => document.addEventListener('keydown', press, { capture: true }));
  onBeforeUnmount(() => {
    clearTimeout(timer);
    document.removeEventListener('keydown', press, { capture: true });
  });
}
