globalThis.runtallySearch = {"isCut": false, "suites": [
["Copilot", "playgent", "suite-s-0a97a2a076f2d695.html", "50.0 %", [
["Group booking", "case-c-ea3f632e0b9b3486.html", "50.0 %"]
]]
], "causes": [
["relevance", "playgent", "cause-f-d20c2a5b9b339176.html", "1 run"]
]};
