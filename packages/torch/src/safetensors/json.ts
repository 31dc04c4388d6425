// What JSON.parse hides: of a key that comes twice in an object it keeps the last.

/** The index of the quote that ends the string starting at `start`. */
function endOfString(json: string, start: number): number {
  for (let i = start + 1; ; i++) {
    if (json[i] === '\\') i++;
    else if (json[i] === '"') return i;
  }
}

/** The first key that comes twice in one object of valid JSON, or undefined. */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | null)[] = []; // null stands for an array
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, i);
      let next = end + 1;
      while (' \t\n\r'.includes(json[next] ?? '.')) next++;
      if (json[next] === ':') {
        const key = JSON.parse(json.slice(i, end + 1)) as string;
        const seen = open[open.length - 1];
        if (seen?.has(key)) return key;
        seen?.add(key);
      }
      i = end;
    }
  }
  return undefined;
}
