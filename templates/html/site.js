// Adds to pages that are complete without it: a search over all pages, filters of long lists, and
// tables that are sorted by a click on a heading. What comes of the input gets in as text alone.
"use strict";

(() => {
	const make = (tag, properties, ...children) => {
		const element = Object.assign(document.createElement(tag), properties);

		element.append(...children);
		return element;
	};
	// Without case and diacritics, of which some are no marks of their own.
	const letters = { ł: "l", ø: "o", đ: "d", ı: "i", ß: "ss", æ: "ae", œ: "oe" };
	const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
		.replace(/[łøđıßæœ]/g, (letter) => letters[letter]);
	const wordsOf = (input) => fold(input.value).split(/\s+/).filter(Boolean);

	// ---- tables ----

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
		const way = heading.ariaSort === "ascending" ? -1 : 1;
		const rows = [...body.rows].map((row) => ({ row, key: key(row, heading.cellIndex) }));

		rows.sort((a, b) => compare(a.key, b.key, way));
		for (const other of table.tHead.rows[0].cells)
			other.ariaSort = null;
		heading.ariaSort = way > 0 ? "ascending" : "descending";
		body.append(...rows.map((item) => item.row));
	};

	const makeSortable = (table) => {
		for (const heading of table.tHead.rows[0].cells)
			heading.append(make("button", { type: "button", className: "sort",
				onclick: () => sort(table, heading) }, ...heading.childNodes));
	};

	for (const table of document.querySelectorAll("table.cards"))
		if (table.tBodies[0].rows.length > 1)
			makeSortable(table);

	// ---- filters of long lists: what has the words, and the outcome where one is chosen ----

	const LONG = 8;

	const makeFilter = (list, items) => {
		const names = items.map((item) => [...item.querySelectorAll("bdi, .why")]);
		const texts = names.map((all) => fold(all.map((name) => name.textContent).join(" ")));
		const has = (item, outcome) => item.querySelector(`.outcome.${outcome}`) !== null;
		const known = outcomes.filter((outcome) => items.some((item) => has(item, outcome)));
		const text = "Filter this list by name";
		const input = make("input", { type: "search", placeholder: text, ariaLabel: text });
		const choice = make("select", { ariaLabel: "Filter this list by outcome" },
			new Option("Any outcome", ""), ...known.map((outcome) => new Option(outcome)));
		const told = make("output");
		const parts = [texts.some(Boolean) && input, known.length > 1 && choice].filter(Boolean);

		const apply = () => {
			const words = wordsOf(input);
			let shown = 0;

			items.forEach((item, at) => {
				item.hidden = !words.every((word) => texts[at].includes(word)) ||
					(choice.value && !has(item, choice.value));
				shown += !item.hidden;
			});
			told.textContent = words.length || choice.value ?
				`${shown} of ${items.length} on this page` : "";
		};

		if (items.length >= LONG && parts.length)
			(list.closest(".paper") ?? list).before(
				make("div", { className: "filter", oninput: apply }, ...parts, told));
	};

	for (const list of document.querySelectorAll(".cards:not(.dense), .failures, .flaky"))
		makeFilter(list, [...(list.tBodies?.[0].rows ?? list.children)]);

	// ---- the search: its index comes with the first focus ----

	const SHOWN = 20;
	let entries;

	const input = make("input", { type: "search", autocomplete: "off", spellcheck: false,
		placeholder: "Search suites, cases, causes" });
	const told = make("output");
	const list = make("ul");
	const box = make("input", { type: "checkbox" });
	const panel = make("div", { className: "found", hidden: true, tabIndex: -1 }, make("p", {}, told),
		list, make("label", { className: "dim" }, box, " the / key leads here"));
	const form = make("form", { className: "find", role: "search" }, make("label", {},
		make("span", { className: "hidden" }, input.placeholder), input), panel);

	const entry = (kind, [name, context, href, rate]) =>
		({ kind, name, context, href, rate, own: fold(name), text: fold(`${name} ${context}`) });

	const read = ({ suites, causes }) => [
		...suites.map((suite) => entry("suite", suite)),
		...suites.flatMap(([suite, , , , cases]) => cases.map(([name, ...rest]) =>
			entry("case", [name, suite, ...rest]))),
		...causes.map((cause) => entry("cause", cause)),
	];

	const row = ({ kind, name, context, href, rate }) => make("li", {}, make("a", { href },
		make("span", { className: "kind" }, kind), make("bdi", {}, name),
		make("span", { className: "dim" }, make("bdi", {}, context), ` · ${rate}`)));

	// Those whose own names have all words come first.
	const find = (words) => {
		const all = (text) => words.every((word) => text.includes(word));
		const found = words.length ? entries.filter((one) => all(one.text)) : [];

		return found.sort((a, b) => all(b.own) - all(a.own));
	};

	const search = () => {
		if (!entries)
			return;

		const words = wordsOf(input);
		const found = find(words);

		list.replaceChildren(...found.slice(0, SHOWN).map(row));
		if (found.length > SHOWN)
			list.append(make("li", { className: "dim" }, `${found.length - SHOWN} more`));
		told.textContent = (words.length ? `${found.length} found` :
			`${entries.length} suites, cases and causes`) +
			(globalThis.runtallySearch.isCut ? "; not all of them are searched" : "");
	};

	const onload = () => {
		entries = read(globalThis.runtallySearch);
		search();
	};
	const onerror = () => { told.textContent = "search.js is missing"; };

	const open = () => {
		panel.hidden = false;
		if (!told.textContent)
			document.head.append(make("script", { src: "search.js", onload, onerror }));
		told.textContent ||= "Loading";
	};

	const step = (way) => {
		const stops = [input, ...list.querySelectorAll("a")];

		stops[stops.indexOf(document.activeElement) + way]?.focus();
	};

	const keys = {
		ArrowDown: () => step(1),
		ArrowUp: () => step(-1),
		Escape() {
			input.value = "";
			search();
			input.focus();
			panel.hidden = true;
		},
	};

	list.onclick = () => { panel.hidden = true; };
	form.addEventListener("focusin", open);
	form.addEventListener("focusout", ({ relatedTarget }) => {
		panel.hidden = !form.contains(relatedTarget);
	});
	Object.assign(form, {
		oninput() {
			open();
			search();
		},
		onkeydown(event) {
			if (keys[event.key]) {
				event.preventDefault();
				keys[event.key]();
			}
		},
		onsubmit(event) {
			event.preventDefault();
			list.querySelector("a")?.click();
		},
	});

	// A key alone is hit by accident or by voice, too: it can be switched off.
	const off = "runtally-key-off";

	try {
		box.checked = !localStorage[off];
		box.onchange = () => { localStorage[off] = box.checked ? "" : "1"; };
	} catch {
		box.checked = true;
	}
	document.addEventListener("keydown", (event) => {
		if (event.key === "/" && !event.ctrlKey && !event.altKey && !event.metaKey &&
			box.checked && !event.target.matches("input, select, textarea")) {
			event.preventDefault();
			input.focus();
		}
	});
	document.querySelector(".masthead")?.prepend(form);
})();
