// Pages that each break one rule: a check that does not see it is worth nothing.
const page = (body, head = '') => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">` +
  `<title>x</title>${head}</head><body><main><h1>x</h1>${body}</main></body></html>`;

export const BROKEN = {
  'markup': page('<p>x<div>y</div></p>'),
  'accessibility': page('<h4>x</h4><img src="data:,">'),
  'appearance': page('<p style="color: #bbb; background: #fff">pale</p>'),
  'reflow': page('<p style="width: 2000px">wide</p>'),
  'print': page('<div style="height: 1em; overflow: hidden">one<br>two<br>three</div>'),
  'strips': page('<p><span class="strip" style="display: inline-flex">' +
    '<i style="flex: 0 1 4px"></i></span></p>'),
  'whole': page('<div style="height: 9000px"></div><p style="content-visibility: auto">' +
    '<b>below</b></p>'),
  'found': page('<p hidden class="run">x <span class="about"><code>y</code></span></p>'),
  'details': page('<details><summary>x</summary><p>y</p></details>',
    '<style>details p { display: none }</style>'),
  'targets': page('<a href="#nowhere">x</a>'),
  'foreign': page('<p onclick="x">x</p>'),
  'dialog': page('<script>alert(1)</script>'),
  'console': page('<script>throw new Error("x")</script>'),
  'request': page('<img alt="" src="http://127.0.0.1:1/beacon.png">'),
  'policy': page('<p style="color: red">x</p>',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`),
};
