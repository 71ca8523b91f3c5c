globalThis.runtallySearch = {"isCut": false, "suites": [
["Copilot", "playgent", "suite-s-2cfe9ee1921467e7.html", "50.0 %", [
["Group booking", "case-c-656e3f5bab8fc512.html", "50.0 %"]
]]
], "causes": [
["relevance", "playgent", "cause-f-e2dd6f38bcac44b5.html", "1 run"]
]};
