/** HTML as text, escaped by default. */

/** A piece of finished HTML; anything else that is put into a template is escaped. */
export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/** What may stand in a template. Nothing is printed for `undefined` and `false`. */
export type Content = Html | string | number | undefined | false | readonly Content[];

/** Builds HTML: html`<p>${text}</p>` escapes `text`. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(parts.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

/** Marks text as finished HTML. Only for text made here, never for data. */
export function raw(text: string): Html {
  return new Html(text);
}

/** Escapes text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function render(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeHtml(String(value));
}
