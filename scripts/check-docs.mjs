#!/usr/bin/env node
// Relative links in the documentation lead to files that exist, and to headings that those files have.
// `node scripts/check-docs.mjs` prints the links that do not.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isEntry } from '../packages/torch/scripts/entry.mjs';

const SKIPPED = new Set(['node_modules', 'dist', 'runs', 'run', 'demo']);
const LINK = /!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|(?:src|href)="([^"]+)"/g;

/**
 * @param {string} root the repository
 * @returns {string[]} one sentence for each broken link
 */
export function checkDocs(root) {
  return markdownBelow(root).flatMap((file) =>
    linksOf(file)
      .map((link) => linkProblem(file, link))
      .filter(Boolean)
      .map((problem) => `${relative(root, file)}: ${problem}`),
  );
}

function linkProblem(file, link) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link) || link.startsWith('//')) return undefined;
  const [path, anchor] = link.split('#');
  const target = path ? resolve(dirname(file), decodeURIComponent(path)) : file;
  if (!existsSync(target)) return `the link to ${link} leads nowhere`;
  if (!anchor || !target.endsWith('.md') || statSync(target).isDirectory()) return undefined;
  return headingsOf(target).has(anchor.toLowerCase())
    ? undefined
    : `the link to ${link} names a heading that is not there`;
}

const linksOf = (file) =>
  [...withoutCode(readFileSync(file, 'utf8')).matchAll(LINK)].map((match) => match[1] ?? match[2]);

/** Anchors as GitHub makes them: lower case, punctuation dropped, spaces to hyphens, repeated ones numbered. */
function headingsOf(file) {
  const anchors = new Set();
  for (const [, title] of readFileSync(file, 'utf8')
    .replace(FENCES, '')
    .matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const text = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
    const base = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = base;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

const FENCES = /^(```|~~~)[\s\S]*?^\1/gm;
const withoutCode = (text) => text.replace(FENCES, '').replace(/`[^`\n]*`/g, '');

function markdownBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : markdownBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

if (isEntry(import.meta.url)) {
  const problems = checkDocs(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
