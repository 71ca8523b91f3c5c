// Adds to pages that are complete without it: a filter over the rows of tables and lists, and
// tables that are sorted by a click on a heading.
"use strict";

(() => {
	const outcomes = ["passed", "failed", "error", "pending", "unknown"];

	// "$1,234.50", "93.3 %", "1 m 04 s", "350 ms": a number to compare by; texts give NaN.
	const units = { ms: 1, s: 1e3, m: 6e4, min: 6e4, h: 36e5, d: 864e5 };
	const amount = (text) => {
		const plain = text.replace(/[,≥$~]/g, "").trim();
		const parts = [...plain.matchAll(/(-?[\d.]+)\s*(ms|s|min|m|h|d)\b/g)];

		if (parts.length)
			return parts.reduce((sum, part) => sum + part[1] * units[part[2]], 0);
		return parseFloat(plain);
	};

	const isTime = (text) => /^\d{4}-\d\d-\d\d/.test(text);

	const key = (row, column) => {
		const cell = row.cells[column];
		const first = cell.querySelector("b, bdi, time, .outcome") || cell;

		return first.textContent.trim();
	};

	// What tells nothing stands last, whichever way a table is sorted.
	const compare = (a, b, way) => {
		const missing = (text) => text === "" || text === "n/a";
		const x = amount(a), y = amount(b);

		if (missing(a) || missing(b))
			return missing(a) - missing(b);
		if (!isTime(a) && !Number.isNaN(x) && !Number.isNaN(y))
			return way * (x - y);
		return way * (a < b ? -1 : a > b ? 1 : 0);
	};

	const sort = (table, heading) => {
		const body = table.tBodies[0];
		const way = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
		const rows = [...body.rows].map((row) => ({ row, key: key(row, heading.cellIndex) }));

		rows.sort((a, b) => compare(a.key, b.key, way));
		for (const other of table.tHead.rows[0].cells)
			other.removeAttribute("aria-sort");
		heading.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
		body.append(...rows.map((item) => item.row));
	};

	const makeSortable = (table) => {
		for (const heading of table.tHead.rows[0].cells) {
			const button = document.createElement("button");

			button.type = "button";
			button.className = "sort";
			button.append(...heading.childNodes);
			button.addEventListener("click", () => sort(table, heading));
			heading.append(button);
		}
	};

	for (const table of document.querySelectorAll("table.cards"))
		if (table.tBodies[0].rows.length > 1)
			makeSortable(table);

	// ---- the filter: rows that have the text, and the outcome where one is chosen ----

	const items = [...document.querySelectorAll(".cards tbody tr, .failures > li, .flaky > li")];

	if (items.length < 2)
		return;

	const texts = items.map((item) => {
		const names = [...item.querySelectorAll("bdi, .why")].map((name) => name.textContent);

		return (names.length ? names.join(" ") : item.textContent).toLowerCase();
	});
	const has = (item, outcome) => item.querySelector(`.outcome.${outcome}`) !== null;

	const form = document.createElement("search");
	const search = document.createElement("input");
	const choice = document.createElement("select");
	const told = document.createElement("output");

	const apply = () => {
		const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		let shown = 0;

		items.forEach((item, at) => {
			const fits = words.every((word) => texts[at].includes(word)) &&
				(!choice.value || has(item, choice.value));

			item.hidden = !fits;
			shown += fits;
		});
		told.textContent = words.length || choice.value ?
			`${shown} of ${items.length} on this page` : "";
	};

	form.className = "filter";
	search.type = "search";
	search.placeholder = "Filter this page by name";
	search.setAttribute("aria-label", "Filter this page by name");
	choice.setAttribute("aria-label", "Filter this page by outcome");
	choice.append(new Option("Any outcome", ""));
	for (const outcome of outcomes)
		if (items.some((item) => has(item, outcome)))
			choice.append(new Option(outcome, outcome));
	search.addEventListener("input", apply);
	choice.addEventListener("input", apply);
	form.append(search, choice, told);
	document.querySelector("main").prepend(form);
})();
