// A page as a reader finds things in it.
import { parseHTML } from 'linkedom';

export const read = (page: string) => parseHTML(page).document;
export type Doc = ReturnType<typeof read>;
export const text = (document: Doc, selector: string) =>
  document.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim();
export const texts = (document: Doc, selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((element) => element.textContent?.replace(/\s+/g, ' ').trim() ?? '');
export const label = (document: Doc, selector: string, index: number) =>
  document.querySelectorAll(selector)[index]?.getAttribute('aria-label') ?? '';
