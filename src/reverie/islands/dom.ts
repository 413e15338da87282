// Small questions to the page. Text goes in by textContent only: nothing here parses markup.

export function find<E extends Element = HTMLElement>(selector: string, root: ParentNode = document): E | null {
  return root.querySelector<E>(selector);
}

export function all<E extends Element = HTMLElement>(selector: string, root: ParentNode = document): E[] {
  return [...root.querySelectorAll<E>(selector)];
}

/** The element that a partial offers for one piece of text. */
export function slot<E extends HTMLElement = HTMLElement>(root: ParentNode, name: string): E | null {
  return root.querySelector<E>(`[data-slot="${name}"]`);
}

/** Writes text only when it differs, so that screen readers and layout stay quiet. */
export function write(target: Element | null, text: string): void {
  if (target !== null && target.textContent !== text) target.textContent = text;
}

export function show(target: HTMLElement | SVGElement | null, shown: boolean): void {
  target?.toggleAttribute("hidden", !shown);
}

/** A copy of what a <template> holds. */
export function cloneOf(id: string): HTMLElement {
  const holder = document.getElementById(id);
  const first = holder instanceof HTMLTemplateElement ? holder.content.firstElementChild : null;
  if (first === null) throw new Error(`The page lacks the template ${id}`);
  return document.importNode(first, true) as HTMLElement;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

/** A status shape from the sprite in the page. */
export function shape(name: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("class", `shape shape-${name}`);
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#shape-${name}`);
  drawing.append(use);
  return drawing;
}

/** The data that the server put into the page as JSON. */
export function pageData(id: string, page: Document = document): unknown {
  const holder = page.getElementById(id);
  if (holder === null) throw new Error(`The page lacks its data ${id}`);
  return JSON.parse(holder.textContent ?? "null");
}
