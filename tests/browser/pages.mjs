// Checks of one page: each yields what is wrong with it, in words.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate';
import rules from './htmlvalidate.mjs';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SHOWN = 5;
const CLICKED = 2;

function first(list) {
  return list.length <= SHOWN ? list
    : [...list.slice(0, SHOWN), `... and ${list.length - SHOWN} more`];
}

// ---- markup ----

const validator = new HtmlValidate(new FileSystemConfigLoader(rules));

export async function markup(file, exceptions = {}) {
  const report = await validator.validateString(readFileSync(file, 'utf8'),
    { ...rules, rules: { ...rules.rules, ...exceptions } });
  const messages = report.results.flatMap((result) => result.messages);
  return first(messages.map((message) =>
    `${message.line}:${message.column}: ${message.message} (${message.ruleId})`));
}

// ---- what assistive software finds ----

// Slow ones that measure how things look; few of each kind are enough for them.
const AXE_LOOKS = ['color-contrast', 'target-size'];

async function axe(visit, options) {
  await visit.openDetails();
  await visit.evaluate(AXE);
  return visit.evaluate(async (chosen) => {
    const found = await globalThis.axe.run(document, { resultTypes: ['violations'],
      preload: false, ...chosen });
    return found.violations.map(({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.length}, first ${nodes[0].html.slice(0, 160)} ` +
      `(${nodes[0].failureSummary.split('\n').slice(1).join(' ').trim().slice(0, 240)})`);
  }, options);
}

export function accessibility(visit) {
  const rules = Object.fromEntries(AXE_LOOKS.map((rule) => [rule, { enabled: false }]));
  return axe(visit, { runOnly: { type: 'tag', values: AXE_TAGS }, rules });
}

// All rules, of all that there is.
export function everything(visit) {
  return axe(visit, { runOnly: { type: 'tag', values: AXE_TAGS } });
}

// All rules, on a page of which only the first few rows, runs and list items are left.
export async function appearance(visit) {
  await visit.evaluate((kept) => {
    const kind = (element) => `${element.localName} ${element.className}`;
    for (const parent of document.querySelectorAll('main, main *')) {
      const seen = {};
      for (const child of [...parent.children]) {
        seen[kind(child)] = (seen[kind(child)] ?? 0) + 1;
        if (seen[kind(child)] > kept) child.remove();
      }
    }
  }, SHOWN);
  return axe(visit, { runOnly: { type: 'tag', values: AXE_TAGS } });
}

// ---- layout ----

// What sticks out to the right of a window that must not scroll sideways.
export async function reflow(visit) {
  await visit.openDetails();
  await visit.layOutAll();
  return first(await visit.evaluate(() => {
    const wide = document.documentElement.scrollWidth;
    if (wide <= window.innerWidth) return [];
    const found = [`${wide} pixels wide in a window of ${window.innerWidth}`];
    for (const element of document.body.querySelectorAll('*')) {
      const { right } = element.getBoundingClientRect();
      if (right > window.innerWidth + 1 && !element.closest('.box, pre, .hidden'))
        found.push(`${element.tagName} ${element.className} ends at ${Math.round(right)}: ` +
          element.textContent.trim().slice(0, 60));
    }
    return found;
  }));
}

// A bar a run can be told apart: a strip keeps half of the width that it is drawn for.
export async function strips(visit) {
  return first(await visit.evaluate(() => {
    const found = [];
    for (const strip of document.querySelectorAll('.strip')) {
      strip.scrollIntoView(); // what is out of sight need not be laid out
      const { width, height } = strip.getBoundingClientRect();
      const wanted = strip.getAttribute('width') / 2 || 1;
      if (width < wanted || height < 10)
        found.push(`a strip of ${Math.round(width)} to ${Math.round(height)} pixels in ` +
          `${strip.parentElement.localName}: ${strip.parentElement.textContent.trim().slice(0, 60)}`);
    }
    return found;
  }));
}

// Paper does not scroll and no one opens <details> on it.
export async function print(visit) {
  await visit.page.emulateMedia({ media: 'print' });
  return first(await visit.evaluate(() => {
    const found = [];
    const say = (element, what) => found.push(`${element.tagName} ${element.className} ${what}: ` +
      element.textContent.trim().slice(0, 60));
    if (document.documentElement.scrollWidth > window.innerWidth)
      found.push(`${document.documentElement.scrollWidth} pixels wide on paper`);
    for (const element of document.body.querySelectorAll('*')) {
      if (element.closest('.hidden, nav, .skip, svg, thead')) continue;
      const { overflowX, overflowY } = getComputedStyle(element);
      if (overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
        say(element, 'is cut at the right');
      if (overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1)
        say(element, 'is cut below');
      if (element.matches('details > *, details p') && !element.getClientRects().length)
        say(element, 'is not printed');
    }
    return found;
  }));
}

// What a screen skips until it is scrolled to.
export async function whole(visit) {
  await visit.page.emulateMedia({ media: 'print' });
  return first(await visit.evaluate(() => [...document.querySelectorAll('body *')]
    .filter((element) => element.checkVisibility() &&
      !element.checkVisibility({ contentVisibilityAuto: true }))
    .map((element) => `${element.localName} ${element.className} is skipped on paper`)));
}

// ---- what works without a script ----

// One click opens, one closes, and what is inside is there to be seen.
export async function details(visit) {
  const summaries = visit.page.locator('summary');
  const found = [];
  for (let number = 0; number < Math.min(await summaries.count(), CLICKED); number++) {
    const before = await summaries.nth(number).evaluate((summary) => summary.parentElement.open);
    const states = [];
    for (let clicks = 0; clicks < 2; clicks++) {
      await summaries.nth(number).click();
      states.push(await summaries.nth(number).evaluate((summary) => summary.parentElement.open &&
        summary.nextElementSibling.getBoundingClientRect().height > 0));
    }
    if (states.join() !== `${!before},${before}`) found.push(`<details> ${number}: open ${states.join()}`);
  }
  return found;
}

// Every link into the page has its target, and the first that are followed become :target.
export async function targets(visit) {
  const found = await visit.evaluate(() => [...document.querySelectorAll('a[href^="#"]')]
    .map((link) => link.hash.slice(1)).filter((id) => !document.getElementById(id))
    .map((id) => `#${id} is nowhere`));
  const links = visit.page.locator('main a[href^="#"]:visible');
  for (let number = 0; number < Math.min(await links.count(), CLICKED); number++) {
    await links.nth(number).click();
    const here = await visit.evaluate(() => {
      const target = document.querySelector(':target');
      return [decodeURIComponent(location.hash.slice(1)), target?.id ?? null,
        target?.getBoundingClientRect().top < window.innerHeight];
    });
    if (here[0] !== here[1] || !here[2]) found.push(`#${here[0]} was followed to ${here[1]}`);
  }
  return found;
}

// The last run is far down, where nothing is laid out yet: its id is found, and scrolled to.
export async function found(visit) {
  return visit.evaluate(() => {
    const last = [...document.querySelectorAll('.run')].at(-1);
    const id = last?.querySelector('.about code')?.textContent;
    if (!id) return ['no run has an id'];
    getSelection().removeAllRanges();
    if (!window.find(id)) return [`${id} is not found`];
    const { top } = getSelection().getRangeAt(0).getBoundingClientRect();
    return top >= 0 && top < window.innerHeight ? [] : [`${id} is found at ${Math.round(top)}`];
  });
}

// ---- hostile texts ----

// Does what a reader does: opens everything, points at it, focuses it. What comes of that, the
// visit notes.
export async function handle(visit) {
  await visit.openDetails();
  await visit.evaluate(() => {
    for (const element of document.querySelectorAll('*')) {
      for (const type of ['mouseover', 'mouseenter', 'pointerenter', 'click'])
        element.dispatchEvent(new Event(type, { bubbles: false }));
      element.focus?.();
    }
  });
  return [];
}

// But for the logo, and what a site's own script makes in the masthead.
const MADE = 'script:not([src]), iframe, object, embed, img:not(.masthead > .logo), ' +
  'form:not(.masthead > .find), base, template';

// Elements, attributes and globals that only a hostile text could have made.
export async function foreign(visit, allowed = []) {
  return first(await visit.evaluate(([made, allowed]) => {
    const found = [];
    for (const element of document.querySelectorAll('*')) {
      if (element.matches(made))
        found.push(`<${element.localName}>`);
      for (const { name, value } of element.attributes)
        if (name.startsWith('on') || (name === 'style' && !allowed.includes(name)) ||
          /^\s*javascript:/i.test(value))
          found.push(`${element.localName} ${name}=${value.slice(0, 60)}`);
    }
    if ('ran' in window) found.push('a script ran');
    return found;
  }, [MADE, allowed]));
}

// ---- weight ----

export async function weight(visit) {
  return visit.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const laid = all.filter((element) => element.checkVisibility({ contentVisibilityAuto: true }));
    return { nodes: all.length, laid: laid.length };
  });
}

// All that can be read, as one line of words.
export async function words(visit) {
  await visit.openDetails();
  await visit.layOutAll();
  return visit.evaluate(() => document.body.innerText.replace(/\s+/g, ' ').trim());
}

// A word of the last suite's name leaves what has that word; no word brings all back.
export async function filter({ page }) {
  return page.evaluate(() => {
    const form = document.querySelector('#suites ~ .filter');
    const rows = [...form.nextElementSibling.querySelectorAll('.cards tbody tr')];
    const others = [...document.querySelectorAll('.failures > li')];
    const shown = () => rows.filter((row) => !row.hidden);
    const input = form.querySelector('input');
    const type = (text) => {
      input.value = text;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const word = rows.at(-1).querySelector('bdi').textContent.trim().split(/\s+/)[0].toLowerCase();
    type(word);
    const found = shown();
    const wrong = found.filter((row) => !row.textContent.toLowerCase().includes(word));
    const fewer = found.length > 0 && found.length < rows.length;
    const touched = others.some((item) => item.hidden);
    type('');
    return [...(touched ? ['another list is filtered, too'] : []),
      ...(fewer ? [] : [`"${word}" leaves ${found.length} of ${rows.length} rows`]),
      ...wrong.map((row) => `"${word}" leaves ${row.textContent.trim().slice(0, 40)}`),
      ...(shown().length === rows.length ? [] : ['rows stay hidden'])];
  });
}

// The picture beside the heading is there, as high as the heading.
export async function logo(visit) {
  const [width, height] = await visit.evaluate(() => {
    const image = document.querySelector('.masthead > .logo');
    return [image.naturalWidth, image.getBoundingClientRect().height];
  });
  return width > 0 && height === 36 ? [] : [`the logo is ${width} wide, shown ${height} high`];
}

// ---- the search over all pages ----

const FIELD = '.find input[type=search]';
const countOf = (page) => page.locator('.found output').textContent();

// Looks for the text, with keys alone; how many are said to be found.
async function lookFor(page, text) {
  await page.keyboard.press('/');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
  await page.waitForFunction(() =>
    /found/.test(document.querySelector('.found output').textContent));
  return parseInt(await countOf(page), 10);
}

// The last case of the index is found by its name, whatever its case and accents, and opened.
export async function search({ page }) {
  const found = [];
  const [field, panel] = [page.locator(FIELD), page.locator('.found')];
  await page.keyboard.press('/');
  await page.waitForFunction(() => globalThis.runtallySearch);
  const [name, href] = await page.evaluate(() =>
    globalThis.runtallySearch.suites.findLast((suite) => suite[4].length)[4].at(-1));
  if (await field.inputValue() !== '') found.push('the slash got into the field');
  await page.keyboard.type('a/b');
  if (await field.inputValue() !== 'a/b') found.push('no slash can be typed');
  await page.keyboard.press('Escape');
  if (await panel.isVisible()) found.push('Escape leaves it open');
  await page.keyboard.type('a');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  if (!await field.evaluate((element) => element === document.activeElement))
    found.push('two steps down and up lead elsewhere');
  if (await page.locator('.found a').count() > 20) found.push('more than 20 are listed');
  if (!/^\d+ more$/.test(await page.locator('.found li').last().textContent()))
    found.push('it does not say how many more there are');
  await field.fill(name.toUpperCase().normalize('NFD'));
  await page.keyboard.press('ArrowDown');
  await Promise.all([page.waitForURL(`**/${href}`), page.keyboard.press('Enter')]);
  const heading = await page.locator('h1').textContent();
  return [...found, ...(heading.includes(name) ? [] : [`"${name}" led to ${heading}`])];
}

// What is found, is written as text: nothing of it is markup.
export async function searchHostile(visit) {
  const found = [];
  for (const word of ['onerror', 'script', 'javascript', 'onfocus']) {
    if (!await lookFor(visit.page, word)) found.push(`"${word}" is not found`);
    found.push(...await foreign(visit));
  }
  await handle(visit);
  return found;
}

// As it looks with its list open.
export async function searchLooks(visit) {
  if (!await lookFor(visit.page, 'a')) return ['nothing is found'];
  return axe(visit, { runOnly: { type: 'tag', values: AXE_TAGS } });
}

// By name, up and down.
export async function sort({ page }) {
  return page.evaluate(() => {
    const table = [...document.querySelectorAll('table.cards')].find((one) =>
      one.tBodies[0].rows[0].cells[0].querySelector('bdi'));
    const names = () => [...table.tBodies[0].rows].map((row) =>
      row.cells[0].querySelector('bdi').textContent.trim());
    const click = () => table.tHead.querySelector('button.sort').click();
    const inOrder = (list) => list.every((name, at) => !at || list[at - 1] <= name);
    const before = names();
    click();
    const up = names();
    click();
    const down = names();
    return [...(inOrder(up) ? [] : ['up is not in order']),
      ...(inOrder([...down].reverse()) ? [] : ['down is not in order']),
      ...(up.length === before.length && !inOrder(before) ? [] : ['there was nothing to sort'])];
  });
}
