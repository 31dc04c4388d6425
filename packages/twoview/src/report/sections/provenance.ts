/** How the run came about and how to do it again. */
import { stringify } from 'yaml';
import { type Html, html } from '../html.js';

/** Command lines to copy. */
export function commandList(
  commands: { rerun?: string; resume?: string; evaluate?: string } | undefined,
): Html | undefined {
  const entries = [
    ['The same again', commands?.rerun],
    ['Go on from the last checkpoint', commands?.resume],
    ['Evaluate again', commands?.evaluate],
  ] as const;
  const lines = entries.flatMap(([label, command]) =>
    command === undefined ? [] : [html`<h3>${label}</h3><pre class="command"><code>${command}</code></pre>`],
  );
  return lines.length > 0 ? html`${lines}` : undefined;
}

/** The configuration as YAML, folded away. @param name what it is called */
export function configuration(config: unknown, name = 'config.yaml'): Html {
  const yaml = stringify(config).trimEnd();
  return html`<details><summary>${name}, ${yaml.split('\n').length} lines</summary><pre><code>${yaml}</code></pre></details>`;
}

/** The environment as a table, nested values by their path. */
export function environmentTable(environment: Readonly<Record<string, unknown>>): Html {
  const rows = flatten(environment).map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Environment"><table class="plain"><caption>Where the run was made</caption><tbody>${rows}</tbody></table></div>`;
}

function flatten(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return [[path, value.join(' ')]];
  return Object.entries(value).flatMap(([name, inner]) => flatten(inner, path ? `${path}.${name}` : name));
}
