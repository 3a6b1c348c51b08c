/* global document, window, getComputedStyle, NodeFilter */
// Runs in a page that a test looks at. Plain JavaScript: what tsx compiles expects helpers that a page does not have.
// Evaluated over the debugger, which the page's content security policy does not bind.
(() => {
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });
  const nameOf = (element) => {
    const own = [...element.classList].filter((each) => !each.startsWith('el-')).slice(0, 2).map((each) => `.${each}`).join('');
    return `${element.parentElement?.localName ?? ''} > ${element.localName}${own}`;
  };

  /** Visible texts, and those that stand in attributes, as `{ text, where }`. */
  function texts() {
    const shown = [];
    const add = (text, where) => {
      const words = text?.replace(/\s+/g, ' ').trim() ?? '';
      if (words !== '') shown.push({ text: words, where });
    };
    add(document.title, 'title');
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!element || element.closest('script, style, noscript')) continue;
      if (visible(element.localName === 'option' ? element.closest('select') ?? element : element)) add(walker.currentNode.nodeValue, nameOf(element));
    }
    const attributes = ['aria-label', 'title', 'placeholder', 'alt', 'aria-description'];
    for (const element of document.querySelectorAll(attributes.map((name) => `[${name}]`).join())) {
      if (visible(element)) for (const name of attributes) add(element.getAttribute(name), `${nameOf(element)}[${name}]`);
    }
    return { language: document.documentElement.lang, shown };
  }

  /** How far the page can be scrolled sideways, and what sticks out. */
  function sideways() {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
    return [`scrolls sideways: ${scrollWidth} of ${clientWidth} px (${wide.slice(0, 3).map(nameOf).join(', ')})`];
  }

  /** One main landmark, one first heading. */
  function landmarks() {
    const count = (selector) => [...document.querySelectorAll(selector)].filter((each) => visible(each) && !each.closest('[inert]')).length;
    const headings = count('h1:not([aria-level="2"]), [aria-level="1"]:not(h1)');
    return [
      ...(count('main') === 1 ? [] : [`${count('main')} main landmarks`]),
      ...(headings === 1 ? [] : [`${headings} first headings`]),
    ];
  }

  /** What can be reached by the keyboard but does not show it. A key must have been pressed before: then focus by script is shown, too. */
  function unseenFocus() {
    const style = (element, part) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } = getComputedStyle(element, part);
      const outline = outlineStyle === 'none' || outlineWidth === '0px' ? 'none' : `${outlineStyle} ${outlineWidth} ${outlineColor}`;
      return [outline, boxShadow, borderColor, backgroundColor].join('|');
    };
    const around = (element) => [element, element.parentElement, element.parentElement?.parentElement, element.nextElementSibling]
      .map((each) => (each ? style(each) : '')).join('\n') + style(element, '::before') + style(element, '::after');
    const faults = new Set();
    const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
    for (const element of scope.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')) {
      if (!visible(element) || element.matches(':disabled')) continue;
      document.activeElement?.blur();
      const before = around(element);
      element.focus({ preventScroll: true });
      if (document.activeElement === element && around(element) === before) {
        faults.add(`focus cannot be seen: ${nameOf(element)} ${(element.textContent ?? '').trim().slice(0, 30)}`);
      }
    }
    document.activeElement?.blur();
    return [...faults];
  }

  /** What axe-core finds serious or critical; of contrast only, or of everything. */
  async function axe(contrastOnly) {
    const rules = contrastOnly ? { runOnly: ['color-contrast', 'link-in-text-block'] } : {};
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'], preload: false, ...rules });
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) =>
      nodes.slice(0, 4).map(({ target, any, all }) => `axe ${id}: ${target.join(' ')} ${any[0]?.message ?? all[0]?.message ?? ''}`.slice(0, 260)));
  }

  window.houqinLook = { texts, sideways, landmarks, unseenFocus, axe };
})();
