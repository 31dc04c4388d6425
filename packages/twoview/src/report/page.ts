/** The page around a report: one HTML file that loads nothing, which its own content policy forbids. */
import { type Content, type Html, html, raw } from './html.js';
import { style } from './style.js';

const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='6' cy='8' r='5' fill='%232f6fb3' fill-opacity='.8'/%3E%3Ccircle cx='10' cy='8' r='5' fill='%23d9782d' fill-opacity='.75'/%3E%3C/svg%3E";

/** A section with a heading that can be linked to. */
export function section(id: string, title: string, ...content: Content[]): Html {
  return html`<section id="${id}"><h2>${title}</h2>
${content}</section>
`;
}

/** The whole document. */
export function page(title: string, description: string, ...content: Content[]): string {
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<title>${title}</title>
<link rel="icon" href="${icon}">
<style>${raw(style)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`}`;
}
