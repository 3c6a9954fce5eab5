// What is wrong with the page as it stands, seen by a machine: a list of short sentences. `given.names` are names and
// records that stay Chinese in the English view.
(given) => {
  const found = new Set();
  const root = document.scrollingElement;
  const brief = (text) => text.replace(/\s+/g, " ").trim().slice(0, 60);
  const where = (element) => {
    const name = element.closest("[class]")?.className;
    return `${element.tagName.toLowerCase()}${typeof name === "string" && name ? "." + name.split(" ")[0] : ""}`;
  };
  const seen = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    if (element.closest(".vh, .skip, [aria-hidden='true']")) return false;
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };

  if (root.scrollWidth > innerWidth + 1) {
    const wide = [...document.querySelectorAll("body *")]
      .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
      .map(where);
    found.add(`overflows to the right by ${root.scrollWidth - innerWidth} px: ${[...new Set(wide)].slice(-3).join(", ")}`);
  }

  // The box that the text of an element is set in, and whether the text needs more than it has.
  const block = (element) => {
    while (/^(inline|contents)$/.test(getComputedStyle(element).display) && element.parentElement) element = element.parentElement;
    return element;
  };
  const scrolls = (element) => {
    for (let each = element; each && each !== root; each = each.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth) return true;
    }
    return false;
  };
  const outside = (element) => {
    if (scrolls(element)) return false;
    const range = document.createRange();
    range.selectNodeContents(element);
    const box = block(element).getBoundingClientRect();
    const text = range.getBoundingClientRect();
    return text.width > 0 && (text.right > box.right + 2 || text.left < box.left - 2);
  };

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (!text || !parent || /^(SCRIPT|STYLE)$/.test(parent.tagName) || !seen(parent)) continue;
    texts.push([text, parent]);
  }
  for (const each of document.querySelectorAll("[aria-label], [alt], [title], [placeholder]")) {
    if (!seen(each)) continue;
    for (const name of ["aria-label", "alt", "title", "placeholder"]) {
      if (each.getAttribute(name)) texts.push([each.getAttribute(name), each]);
    }
  }

  for (const [text, element] of texts) {
    const style = getComputedStyle(element);
    const hides = /hidden|clip/.test(style.overflowX + style.overflowY);
    const wider = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
    if (hides && wider && !element.closest("video, canvas")) found.add(`cut off: "${brief(text)}" in ${where(element)}`);
    else if (outside(element)) found.add(`runs out of its ${where(block(element))}: "${brief(text)}"`);

    if (/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/i.test(text)) found.add(`raw id: "${brief(text)}"`);
    if (/\b[a-z]+(_[a-z0-9]+)+\b/.test(text)) found.add(`raw code: "${brief(text)}"`);
    if (/undefined|\bNaN\b|\[object |\bnull\b|Invalid Date/.test(text)) found.add(`a value that is none: "${brief(text)}"`);
    if (/\{[a-z#|]+\}/i.test(text)) found.add(`blank not filled: "${brief(text)}"`);

    if (document.documentElement.lang === "en" && !element.closest("[lang^='zh']")) {
      const rest = given.names.reduce((left, name) => left.replaceAll(name, ""), text);
      if (/[\u3001-\u303f\u3400-\u9fff\uff01-\uff65]/.test(rest)) found.add(`Chinese in English: "${brief(text)}" in ${where(element)}`);
    }
  }

  const least = document.documentElement.dataset.shell === "staff" ? 24 : document.documentElement.dataset.view === "elder" ? 60 : 44;
  for (const each of document.querySelectorAll("button, a[href], input, select, textarea, summary, [role='button'], [role='tab']")) {
    if (!seen(each) || getComputedStyle(each).display === "inline" || each.closest("label")) continue;
    const box = each.getBoundingClientRect();
    if (box.height < least - 0.5) found.add(`target ${Math.round(box.width)} x ${Math.round(box.height)} px: "${brief(each.textContent || each.getAttribute("aria-label") || each.type || "")}"`);
  }
  return [...found];
}
