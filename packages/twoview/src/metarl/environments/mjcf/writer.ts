// A small writer of MJCF, MuJoCo's model format: elements as typed values, turned into XML at the end.

export type Attribute = string | number | boolean | readonly number[];
export type Attributes = Readonly<Record<string, Attribute | undefined>>;
export type Vector3 = readonly [number, number, number];

export interface Element {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly Element[];
}

export function element(tag: string, attributes: Attributes = {}, ...children: readonly Element[]): Element {
  return { tag, attributes, children };
}

/** The element as XML, in one line; attributes that are undefined are left out. */
export function toXml({ tag, attributes, children }: Element): string {
  const written = Object.entries(attributes)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${text(value)}"`]))
    .join('');
  return children.length === 0
    ? `<${tag}${written}/>`
    : `<${tag}${written}>${children.map((child) => toXml(child)).join('')}</${tag}>`;
}

function text(value: Attribute): string {
  if (typeof value === 'object') return value.join(' ');
  return String(value).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
