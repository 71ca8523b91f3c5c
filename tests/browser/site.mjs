// Checks of a folder of pages: what is said of one page, and the links between them.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';

export function pagesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

// Some pages of each kind: names begin with it (index, suite-..., case-..., run-...).
export function kindsOf(pages, each = 1) {
  const seen = new Map();
  return pages.filter((page) => {
    const kind = page.replace(/[-.].*/, '');
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return seen.get(kind) <= each;
  });
}

// What a page links to and can be linked at; from the markup alone, for there may be thousands.
function anchors(folder, page) {
  const text = readFileSync(join(folder, page), 'utf8');
  const all = (pattern) => [...text.matchAll(pattern)].map((match) => match[1]);
  return { links: all(/<[a-z]+\s[^<>]*?\b(?:href|src)="([^"]*)"/g),
    ids: new Set(all(/\sid="([^"]+)"/g)) };
}

export function links(folder) {
  const pages = pagesOf(folder);
  const files = new Set(readdirSync(folder, { recursive: true }).map((name) =>
    name.split(sep).join('/')));
  const known = new Map(pages.map((page) => [page, anchors(folder, page)]));
  const found = [];
  for (const [page, { links: here }] of known) {
    for (const link of new Set(here)) {
      if (/^https?:/.test(link)) continue;
      const [path, id] = link.split('#').map(decodeURIComponent);
      const target = path ? posix.join(dirname(page), path) : page;
      if (!files.has(target)) found.push(`${page}: ${link}: no such file`);
      else if (id && !known.get(target)?.ids.has(id)) found.push(`${page}: ${link}: no such place`);
    }
  }
  return found;
}
