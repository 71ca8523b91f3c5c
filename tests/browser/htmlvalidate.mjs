// The recommended rules of html-validate, but for those that a reason is given for.
export default {
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    // A line break in a customer's text is kept, and the blank before it.
    'no-trailing-whitespace': 'off',
    // A page of a case or run is named for it, whatever length its name has.
    'long-title': 'off',
    // A list may have a name in ARIA 1.2; this rule would leave it to landmarks and controls.
    'aria-label-misuse': ['error', { allowAnyNamable: true }],
  },
};
