// Looks at reports in a browser, as their readers do:
//   node check.mjs PLAN.json
// browser.py writes the plan and the reports. The last line counts what passed and failed.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { BROKEN } from './broken.mjs';
import * as pages from './pages.mjs';
import { JENKINS, serve } from './server.mjs';
import * as site from './site.mjs';
import { DESKTOP, Visit } from './visit.mjs';

const PHONE = { width: 375, height: 812 };
const NARROWEST = { width: 320, height: 640 };
const PAPER = { width: 718, height: 1040 }; // A4 within margins of 10 mm
const SHOWN = 10;

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
Visit.limit = plan.limit;
const browser = await chromium.launch({ executablePath: plan.chromium });
const counts = { passed: 0, failed: 0 };

async function test(name, run) {
  let complaints;
  const start = performance.now();
  try {
    complaints = await Promise.race([run(), outOfTime()]);
  } catch (error) {
    complaints = [String(error.stack ?? error)];
  }
  if (plan.figures) console.log(`${name}: took ${Math.round(performance.now() - start)} ms`);
  counts[complaints.length ? 'failed' : 'passed']++;
  for (const complaint of [...new Set(complaints)].slice(0, SHOWN))
    console.log(`FAIL: ${name}: ${complaint}`);
}

async function outOfTime() {
  await sleep(plan.limit, undefined, { ref: false });
  return [`hangs: it took more than ${plan.limit / 1000} s`];
}

// A series of checks of one open page; what went wrong on the way counts, too.
async function visiting(name, url, options, run) {
  let visit;
  await test(`${name}: opens`, async () => {
    visit = await Visit.open(browser, url, options);
    return [];
  });
  if (!visit) return;
  await run(visit, (what, check) => test(`${name}: ${what}`, () => check(visit)));
  await test(`${name}: is quiet`, async () => visit.trouble());
  await visit.close();
}

// ---- one page ----

async function works(name, url, options) {
  await visiting(name, url, options, async (visit, check) => {
    await check('markup of its own alone', pages.foreign);
    await check('<details>', pages.details);
    await check('links', pages.targets);
    await check('strips', pages.strips);
  });
}

async function looks(name, url) {
  await visiting(`${name}, narrow`, url, { size: NARROWEST }, async (visit, check) => {
    await check('reflow', pages.reflow);
    await check('strips', pages.strips);
    await visit.page.setViewportSize(PAPER);
    await check('print', pages.print);
    await check('all of it on paper', pages.whole);
  });
  await visiting(`${name}, axe`, url, {}, async (visit, check) => {
    await check('whole page', pages.accessibility);
    for (const colorScheme of ['light', 'dark']) {
      await visit.page.emulateMedia({ colorScheme });
      for (const size of [DESKTOP, PHONE]) {
        await visit.page.setViewportSize(size);
        await check(`${colorScheme}, ${size.width} px`, pages.appearance);
      }
    }
  });
}

// The single page carries its style inside, which this policy blocks: unstyled, but all there.
async function underJenkins(name, file, branded) {
  const styled = await Visit.open(browser, pathToFileURL(file).href);
  const letters = async (visit) => (await pages.words(visit)).replace(/\s/g, '');
  const wanted = await letters(styled);
  const server = await serve(dirname(file), JENKINS);
  const plain = await Visit.open(browser, `${server.origin}/${basename(file)}`);
  const check = (what, run) => test(`${name} under Jenkins' policy: ${what}`, () => run(plain));
  await check('<details>', pages.details);
  await check('links', pages.targets);
  await check('text', async () => (await letters(plain) === wanted ? [] : ['it is not all there']));
  await check('what it has inside is blocked, and nothing else', async () => {
    const wanted = ['policy: style-src-elem inline', ...(branded ? ['policy: img-src data'] : [])];
    const trouble = plain.trouble().filter((text) => !text.startsWith('request: blocked data:'));
    return trouble.sort().join('; ') === wanted.sort().join('; ') ? [] : trouble;
  });
  await Promise.all([styled.close(), plain.close(), server.close()]);
}

// Also where no policy helps: the escaper alone must hold.
async function withoutPolicy(name, url) {
  await visiting(`${name} without a policy`, url, { bypassCSP: true }, async (visit, check) => {
    await check('handled', pages.handle);
    await check('markup of its own alone', pages.foreign);
  });
}

async function checkHostile(name, url) {
  await visiting(name, url, {}, (visit, check) => check('markup of its own alone', pages.foreign));
  await withoutPolicy(name, url);
}

// ---- a mail ----

// What old mail programs need, and no page has.
const OF_MAILS = { 'no-inline-style': 'off', 'no-deprecated-attr': 'off', deprecated: 'off',
  'prefer-native-element': 'off', 'prefer-tbody': 'off' };

// As most programs show it, as it is where they drop its <style>, wide and narrow, light and dark.
async function checkMail({ name, file }) {
  const plain = file.replace('.html', '-plain.html');
  writeFileSync(plain, readFileSync(file, 'utf8').replace(/<style>.*?<\/style>/s, ''));
  await test(`${name}: markup`, () => pages.markup(file, OF_MAILS));
  for (const [kind, path] of Object.entries({ '': file, ' without its style': plain })) {
    await visiting(`${name}${kind}`, pathToFileURL(path).href, {}, async (visit, check) => {
      await check('markup of its own alone', () => pages.foreign(visit, ['style']));
      for (const colorScheme of ['light', 'dark']) {
        await visit.page.emulateMedia({ colorScheme });
        for (const width of [600, NARROWEST.width]) {
          await visit.page.setViewportSize({ width, height: NARROWEST.height });
          await check(`${colorScheme}, ${width} px, axe`, pages.everything);
          await check(`${colorScheme}, ${width} px, reflow`, pages.reflow);
        }
      }
    });
  }
}

async function checkPage({ name, file, hostile, heavy, branded, mail, site: whole }) {
  const url = pathToFileURL(file).href;
  if (mail) return checkMail({ name, file });
  if (heavy) return checkWeight({ name, file, limits: heavy, whole });
  await test(`${name}: markup`, () => pages.markup(file));
  if (hostile) return checkHostile(name, url);
  await works(name, url);
  if (branded) await visiting(name, url, {}, (visit, check) => check('logo', pages.logo));
  await underJenkins(name, file, branded);
  return looks(name, url);
}

// What is found, told as figures, and what of it is not below its limit.
function weigh(name, found, limits) {
  if (plan.figures)
    console.log(`${name}: ${Object.entries(found).map((pair) => pair.join(' ')).join(', ')}`);
  return Object.entries(limits).filter(([what, limit]) => !(found[what] <= limit))
    .map(([what, limit]) => `${what}: ${found[what]}, and not ${limit} at most`);
}

async function checkWeight({ name, file, limits, whole }) {
  if (whole) await test(`${name}: all files`, () => weigh(name, whole.found, whole.limits));
  await visiting(name, pathToFileURL(file).href, {}, async (visit, check) => {
    await check('weight', async () => weigh(`${name}, ${basename(file)}`,
      { bytes: statSync(file).size, ...await pages.weight(visit) }, limits));
    await check('links', pages.targets);
    if (!whole) await check('found', pages.found);
  });
}

// ---- a folder of pages ----

// So many pages of a kind are opened, all of them only with --all: that takes minutes.
const EACH_KIND = 8;

async function searches(name, folder, page) {
  const url = pathToFileURL(join(folder, page)).href;
  await visiting(`${name}/${page}`, url, {}, (visit, check) => check('search', pages.search));
  for (const scheme of ['light', 'dark'])
    for (const size of [DESKTOP, NARROWEST])
      await visiting(`${name}, ${scheme}, ${size.width} px`, url, { scheme, size },
        (visit, check) => check('list of the search', pages.searchLooks));
}

// Also without the policy of the page: what is found must be harmless by itself.
async function checkHostileSite({ name, folder }) {
  const url = pathToFileURL(join(folder, 'index.html')).href;
  for (const bypassCSP of [false, true])
    await visiting(`${name}, policy ${bypassCSP ? 'off' : 'on'}`, url, { bypassCSP },
      (visit, check) => check('search', pages.searchHostile));
}

async function checkBrandedSite({ name, folder }) {
  const server = await serve(folder, JENKINS);
  await test(`${name}: links`, () => site.links(folder));
  for (const page of site.kindsOf(site.pagesOf(folder))) {
    await visiting(`${name}/${page} under Jenkins' policy`, `${server.origin}/${page}`, {},
      (visit, check) => check('logo', pages.logo));
    await looks(`${name}/${page}`, pathToFileURL(join(folder, page)).href);
  }
  await server.close();
}

async function worksUnderJenkins(name, folder, all) {
  const server = await serve(folder, JENKINS);
  for (const page of plan.all ? all : site.kindsOf(all, EACH_KIND)) {
    await works(`${name}/${page} under Jenkins' policy`, `${server.origin}/${page}`);
    await test(`${name}/${page}: markup`, () => pages.markup(join(folder, page)));
  }
  await server.close();
}

async function worksWithItsScript(name, folder) {
  await visiting(`${name} with its script`, pathToFileURL(join(folder, 'index.html')).href, {},
    async (visit, check) => {
      await check('filter', pages.filter);
      await check('sort', pages.sort);
    });
}

// Tasks that may run side by side.
function checksOfSite({ name, folder, hostile, branded }) {
  if (hostile) return [() => checkHostileSite({ name, folder })];
  if (branded) return [() => checkBrandedSite({ name, folder })];
  const all = site.pagesOf(folder);
  return [
    () => worksUnderJenkins(name, folder, all),
    () => searches(name, folder, all.find((page) => page.startsWith('suite-'))),
    // Not in the sandbox: axe needs scripts.
    ...site.kindsOf(all).map((page) => () =>
      looks(`${name}/${page}`, pathToFileURL(join(folder, page)).href)),
    () => worksWithItsScript(name, folder),
    () => test(`${name}: links`, () => site.links(folder)),
  ];
}

// ---- the checks themselves ----

async function complaintsOf(name, url, file) {
  if (name === 'markup') return pages.markup(file);
  const size = { reflow: NARROWEST, print: PAPER, whole: PAPER }[name];
  const visit = await Visit.open(browser, url, { size });
  try {
    if (pages[name]) return await pages[name](visit);
    return visit.trouble().filter((text) => text.startsWith(name));
  } finally {
    await visit.close();
  }
}

async function checkTheChecks(folder) {
  for (const [name, text] of Object.entries(BROKEN)) {
    const file = join(folder, `broken-${name}.html`);
    writeFileSync(file, text);
    await test(`a page that breaks ${name}`, async () => {
      const found = await complaintsOf(name, pathToFileURL(file).href, file);
      return found.length ? [] : ['nothing was found'];
    });
  }
}

async function inParallel(tasks) {
  const worker = async () => {
    for (let task = tasks.shift(); task; task = tasks.shift()) await task();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

// The longest begin first.
await inParallel([
  ...plan.sites.flatMap(checksOfSite),
  ...plan.pages.map((report) => () => checkPage(report)),
  () => checkTheChecks(plan.folder),
]);
await browser.close();
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed ? 1 : 0;
