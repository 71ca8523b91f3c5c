// Baseline: Node, line by line. lines.js FILE
"use strict";
const fs = require("fs");

const suites = new Map();

function add(source, suite, outcome, run) {
	const key = source + "\t" + suite;
	let sums = suites.get(key);
	if (!sums) suites.set(key, (sums = new Array(17).fill(0)));
	sums[0]++;
	sums[1 + outcome]++;
	if (run.cost !== undefined) {
		sums[5]++;
		sums[6] += Math.round(run.cost * 1e9);
	}
	if (run.started) {
		sums[7]++;
		sums[8] += Date.parse(run.ended) - Date.parse(run.started);
	}
	if (run.score !== undefined) {
		sums[9]++;
		sums[10] += Math.round(run.score * 1e6);
	}
	for (const turn of run.turns || []) {
		sums[11]++;
		sums[12] += turn.metrics.latency_ms;
		sums[14] += turn.metrics.tokens.input;
		sums[15] += turn.metrics.tokens.output;
	}
	sums[13] += run.turns && run.turns.length ? 1 : 0;
	sums[16] += run.id.length + run.test_case.length;
}

const words = new Map([["passed", 0], ["failed", 1], ["error", 2]]);
const states = new Map([["failed", 2], ["queued", 3], ["running", 3]]);

function kapso(r) {
	const outcome = r.error || !r.execution_completed ? 2 : r.score >= 0.8 ? 0 : 1;
	add("kapso", r.test_case.test_suite_id, outcome, {
		id: r.id, test_case: r.test_case.id, started: r.started_at, ended: r.ended_at,
		score: r.score });
}

function magpipe(r) {
	add("magpipe", r.test_cases.suite_id, words.get(r.status) ?? 3, {
		id: r.id, test_case: r.test_case_id, started: r.started_at, ended: r.completed_at });
}

function telnyx(r) {
	add("telnyx", "", words.get(r.status) ?? 3, {
		id: r.run_id, test_case: r.test_id, started: r.created_at, ended: r.completed_at });
}

function sigmamind(r) {
	add("sigmamind", r.agent.name, r.isSuccessful ? 0 : 1, {
		id: r.jobId, test_case: r.testCase.testCaseId, started: r.createdDate,
		ended: r.completedDate });
}

function playgent(r) {
	add("playgent", r.agent.name, states.get(r.status) ?? (r.success ? 0 : 1), {
		id: r.run_id, test_case: r.test_case.id, cost: r.summary.total_cost_usd,
		turns: r.turns });
}

function record(r) {
	if (r.data) kapso(r.data);
	else if (r.run) magpipe(r.run);
	else if (r.test_id) telnyx(r);
	else if (r.jobId) sigmamind(r);
	else playgent(r);
}

// A line may lie across two reads: what is left moves to the front.
function lines(path) {
	const fd = fs.openSync(path, "r");
	const buffer = Buffer.allocUnsafe(1 << 22);
	let kept = 0;
	for (;;) {
		const got = fs.readSync(fd, buffer, kept, buffer.length - kept);
		const end = kept + got;
		let from = 0, at;
		while ((at = buffer.indexOf(10, from)) >= 0 && at < end) {
			record(JSON.parse(buffer.toString("utf8", from, at)));
			from = at + 1;
		}
		buffer.copy(buffer, 0, from, end);
		kept = end - from;
		if (!got) break;
	}
}

lines(process.argv[2]);
for (const key of [...suites.keys()].sort())
	console.log(key + "\t" + suites.get(key).join("\t"));
