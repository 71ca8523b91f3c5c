globalThis.runtallySearch = {"isCut": false, "suites": [
["Night line", "telnyx", "suite-s-295a47d4fdcdd323.html", "33.3 %", [
["Books a table", "case-c-17321e64a2a2028f.html", "50.0 %"]
,["Opening hours", "case-c-7f549fc1f3496326.html", "0 %"]
]]
,["Front desk", "sigmamind", "suite-s-dae767b6a083a66e.html", "50.0 %", [
["Order enquiry", "case-c-25202c265981e6eb.html", "50.0 %"]
]]
,["Timetable hotline", "magpipe", "suite-s-551f4ba6aa38e132.html", "50.0 %", [
["Says 9 AM", "case-c-79690ad29cb7eb81.html", "50.0 %"]
]]
,["Copilot", "playgent", "suite-s-0a97a2a076f2d695.html", "50.0 %", [
["Group booking", "case-c-ea3f632e0b9b3486.html", "50.0 %"]
]]
,["Refunds & returns", "kapso", "suite-s-4fa652e9e375247f.html", "66.7 %", [
["Asks for the number", "case-c-981a7ade743dea2b.html", "50.0 %"]
,["Says goodbye", "case-c-44fa91cc0b91f83c.html", "100 %"]
]]
], "causes": [
["Asks for the date", "telnyx", "cause-f-870f2560cb2e42eb.html", "1 run"]
,["no media gateway", "telnyx", "cause-f-a0787fd4c601897a.html", "1 run"]
,["not met: asks for the number", "kapso", "cause-f-008fbc55860d03cd.html", "1 run"]
,["phrase_expected: \"9 AM\"", "magpipe", "cause-f-9f49e94e38425934.html", "1 run"]
,["relevance", "playgent", "cause-f-d20c2a5b9b339176.html", "1 run"]
,["The agent never confirmed the order.", "sigmamind", "cause-f-b84cc5211e3549c0.html", "1 run"]
]};
