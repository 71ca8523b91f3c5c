globalThis.runtallySearch = {"isCut": false, "suites": [
["Night line", "telnyx", "suite-s-22c2e4c8ff8da92c.html", "33.3 %", [
["Books a table", "case-c-bca3b4d9c922cbbc.html", "50.0 %"]
,["Opening hours", "case-c-875270f465fa6fa0.html", "0 %"]
]]
,["Front desk", "sigmamind", "suite-s-cb6e934ac18b2a08.html", "50.0 %", [
["Order enquiry", "case-c-085f8856066931e3.html", "50.0 %"]
]]
,["Timetable hotline", "magpipe", "suite-s-46a824dad662d5c7.html", "50.0 %", [
["Says 9 AM", "case-c-1c1d7ed997976b2f.html", "50.0 %"]
]]
,["Copilot", "playgent", "suite-s-2cfe9ee1921467e7.html", "50.0 %", [
["Group booking", "case-c-656e3f5bab8fc512.html", "50.0 %"]
]]
,["Refunds & returns", "kapso", "suite-s-c06ef9a0de438545.html", "66.7 %", [
["Asks for the number", "case-c-e213a2e3daa90a2a.html", "50.0 %"]
,["Says goodbye", "case-c-49ff21401fbe41c8.html", "100 %"]
]]
], "causes": [
["Asks for the date", "telnyx", "cause-f-250e0ae42705da7f.html", "1 run"]
,["no media gateway", "telnyx", "cause-f-865b80d43b7f34a9.html", "1 run"]
,["not met: asks for the number", "kapso", "cause-f-f826de53228d9bfd.html", "1 run"]
,["phrase_expected: \"9 AM\"", "magpipe", "cause-f-7a2439f860db9645.html", "1 run"]
,["relevance", "playgent", "cause-f-e2dd6f38bcac44b5.html", "1 run"]
,["The agent never confirmed the order.", "sigmamind", "cause-f-5e4ebe892fcae9d7.html", "1 run"]
]};
