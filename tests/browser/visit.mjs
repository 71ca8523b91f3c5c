// Opens a page and keeps a log of all that a reader of it must never see happen.
export const DESKTOP = { width: 1400, height: 900 };

// A violation of the policy is listed as such; what a sandbox stops are the scripts of this test's
// own tools, for `foreign` holds that the page has none.
const TOLD_ELSEWHERE = /Content Security Policy|Blocked script execution/;

export class Visit {
  static limit = 0; // milliseconds after which something hangs

  static async open(browser, url, { size = DESKTOP, scheme = 'light', ...options } = {}) {
    const context = await browser.newContext({ viewport: size, colorScheme: scheme, ...options });
    context.setDefaultTimeout(Visit.limit);
    const page = await context.newPage();
    const visit = new Visit(context, page, url);
    await visit.listen();
    await page.goto(url, { waitUntil: 'load' });
    return visit;
  }

  constructor(context, page, url) {
    Object.assign(this, { context, page, url });
    this.errors = [];
    this.requests = [];
    this.failures = [];
    this.dialogs = [];
    this.violations = [];
  }

  async listen() {
    const { page } = this;
    page.on('console', (message) => {
      if (message.type() === 'error' && !TOLD_ELSEWHERE.test(message.text()))
        this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('dialog', (dialog) => {
      this.dialogs.push(dialog.message());
      return dialog.dismiss();
    });
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('response', (response) => {
      if (response.status() >= 400) this.failures.push(`${response.status()} ${response.url()}`);
    });
    page.on('requestfailed', (request) => this.failures.push(`blocked ${request.url()}`));
    await this.listenForViolations();
  }

  // From the browser, not from an event in the page: a sandbox has no scripts to hear it.
  async listenForViolations() {
    this.devtools = await this.context.newCDPSession(this.page);
    this.devtools.on('Audits.issueAdded', ({ issue }) => {
      const found = issue.details.contentSecurityPolicyIssueDetails;
      // A site's own script only adds to its pages: it may be blocked.
      if (found && !(found.violatedDirective === 'script-src-elem' && this.owns(found.blockedURL)))
        this.violations.push(`${found.violatedDirective} ${found.blockedURL ?? 'inline'}`);
    });
    await this.devtools.send('Audits.enable');
  }

  evaluate(code, argument) {
    return this.page.evaluate(code, argument);
  }

  async openDetails() {
    await this.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
  }

  // Also what is out of sight; a sheet that is not an element needs no leave of a policy.
  async layOutAll() {
    await this.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { content-visibility: visible !important }');
      document.adoptedStyleSheets.push(sheet);
    });
  }

  // In the folder of the page, or of the site that it is served from.
  owns(url) {
    const { protocol, origin } = new URL(this.url);
    const home = protocol === 'file:' ? new URL('.', this.url).href : `${origin}/`;
    return url?.startsWith(home);
  }

  strangers() {
    return this.requests.filter((url) => !this.owns(url));
  }

  trouble() {
    return [...this.errors.map((text) => `console: ${text}`),
      ...this.failures.map((text) => `request: ${text}`),
      ...this.violations.map((text) => `policy: ${text}`),
      ...this.dialogs.map((text) => `dialog: ${text}`),
      ...this.strangers().map((url) => `request: ${url}`)];
  }

  close() {
    return this.context.close();
  }
}
