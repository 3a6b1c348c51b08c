const NAMES = ['accent', 'text', 'muted', 'line', 'line-strong', 'surface', 'raised', 'danger', 'warning', 'success', 'selected'] as const;

/** The design tokens as they are now, light or dark, for a drawing that knows no CSS variables. */
export type Colours = Readonly<Record<(typeof NAMES)[number], string>>;

/** Reads the tokens through an element, since a custom property alone is not resolved. */
export function readColours(): Colours {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colours = Object.fromEntries(NAMES.map((name) => {
    probe.style.color = `var(--hq-${name})`;
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return colours as Colours;
}
