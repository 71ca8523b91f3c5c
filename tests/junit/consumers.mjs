// Reads JUnit files with libraries that CI tools use, and compares what each of them counts:
//   node consumers.mjs FILE=PASSED,FAILED,ERRORS,SKIPPED[,FLAKY]...
// Exit status 1 when one of them sees something else.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createRequire } from 'node:module';
import { convertJUnitToCTRFReport } from 'junit-to-ctrf';
import { parse as junit2json } from 'junit2json';

const { parse: parseTestResults } = createRequire(import.meta.url)('test-results-parser');

// Each gives passed, failed, errors, skipped; errors null where it counts them among the failed.
const consumers = {
  async 'junit-to-ctrf'(file) {
    const { results: { summary, tests } } = await convertJUnitToCTRFReport(file);
    demand(tests.every((test) => test.status !== 'failed' || (test.message && test.trace)),
      'a failed test without message or trace');
    demand(tests.every((test) => test.status !== 'failed' || test.trace.startsWith(test.message)),
      'a trace that does not begin with the message');
    return { ...summary, errors: null };
  },

  async 'junit2json'(file) {
    const { testsuite = [] } = await junit2json(readFileSync(file, 'utf8'));
    const counts = { passed: 0, failed: 0, errors: 0, skipped: 0 };
    for (const suite of testsuite) {
      const cases = suite.testcase ?? [];
      const seen = { failed: 0, errors: 0, skipped: 0 };
      for (const testcase of cases) {
        if (testcase.failure) seen.failed++;
        if (testcase.error) seen.errors++;
        if (testcase.skipped) seen.skipped++;
      }
      demand(suite.tests === cases.length && suite.failures === seen.failed &&
        suite.errors === seen.errors && suite.skipped === seen.skipped,
        `suite ${suite.name}: its attributes are not the counts of its children`);
      for (const word of Object.keys(seen)) counts[word] += seen[word];
      counts.passed += cases.length - seen.failed - seen.errors - seen.skipped;
    }
    return counts;
  },

  async 'test-results-parser'(file) {
    const result = parseTestResults({ type: 'junit', files: [file] });
    const counts = { passed: 0, failed: 0, errors: 0, skipped: 0 };
    for (const suite of result.suites) {
      const cases = { PASS: 0, FAIL: 0, SKIP: 0 };
      for (const testcase of suite.cases) {
        cases[testcase.status]++;
        demand(testcase.attachments.length === 0, 'an attachment that nobody attached');
      }
      for (const word of ['passed', 'failed', 'errors', 'skipped']) counts[word] += suite[word];
      demand(cases.PASS === suite.passed && cases.FAIL === suite.failed + suite.errors &&
        cases.SKIP === suite.skipped, `suite ${suite.name}: counts and cases differ`);
    }
    return counts;
  },
};

function demand(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}

function differences(found, expected) {
  const wanted = { ...expected };
  if (found.errors === null) {
    wanted.failed += wanted.errors;
    wanted.errors = null;
  }
  const words = ['passed', 'failed', 'errors', 'skipped'];
  if (wanted.flaky !== undefined && 'flaky' in found) words.push('flaky');
  return words.filter((word) => found[word] !== wanted[word])
    .map((word) => `${word} ${found[word]}, not ${wanted[word]}`);
}

async function check(file, expected) {
  for (const [name, consume] of Object.entries(consumers)) {
    let wrong;
    try {
      wrong = differences(await consume(resolve(file)), expected);
    } catch (error) {
      wrong = [error.message];
    }
    if (wrong.length) process.exitCode = 1;
    console.log(`${file}: ${name}: ${wrong.length ? wrong.join('; ') : 'as expected'}`);
  }
}

for (const argument of process.argv.slice(2)) {
  const [, file, numbers] = argument.match(/^(.+)=(\d+,\d+,\d+,\d+(?:,\d+)?)$/) ?? [];
  if (!file) {
    console.error('usage: node consumers.mjs FILE=PASSED,FAILED,ERRORS,SKIPPED[,FLAKY]...');
    process.exit(2);
  }
  const [passed, failed, errors, skipped, flaky] = numbers.split(',').map(Number);
  await check(file, { passed, failed, errors, skipped, flaky });
}
