#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "view/charts.h"

enum { RUNS_MOST = 30 };

static enum outcome outcome_of(char letter)
{
	static const char letters[] = "pfe.?";

	return (enum outcome)(strchr(letters, letter) - letters);
}

/* What is drawn for runs of these outcomes. */
static void draw(const char *outcomes, struct strbuf *out)
{
	struct run items[RUNS_MOST] = {{0}}, *runs[RUNS_MOST];
	size_t count = strlen(outcomes);

	assert_true(count <= RUNS_MOST);
	for (size_t i = 0; i < count; i++) {
		items[i].outcome = outcome_of(outcomes[i]);
		runs[i] = &items[i];
	}
	chart_sparkline(runs, count, out);
}

#define SVG(width, words, paths)                                                                   \
	"<svg class=\"strip\" width=\"" width "\" height=\"20\" viewBox=\"0 0 " width " 20\""      \
	" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Latest runs, oldest "             \
	"first: " words "\">" paths "</svg>"

static void sparklines(void **state)
{
	static const struct {
		const char *outcomes, *svg;
	} cases[] = {
		{"", ""},
		{"p", SVG("4", "1 passed", "<path class=\"passed\" d=\"M0 5h4\"/>")},
		{"ppp", SVG("14", "3 passed", "<path class=\"passed\" d=\"M0 5h14\"/>")},
		{"pfpp", SVG("19", "1 passed, 1 failed, 2 passed",
			     "<path class=\"passed\" d=\"M0 5h4M10 5h9\"/>"
			     "<path class=\"failed\" d=\"M5 15h4\"/>")},
		{"ee", SVG("9", "2 error",
			   "<path class=\"error\" d=\"M0.75 11.25v7.5h2.5v-7.5z"
			   "M5.75 11.25v7.5h2.5v-7.5z\"/>")},
		{"?.", SVG("9", "1 unknown, 1 pending",
			   "<path class=\"pending\" d=\"M5 10h4\"/>"
			   "<path class=\"unknown\" d=\"M0 10h4\"/>")},
		{"pppppppppppppppppppppppppppppp",
		 SVG("149", "30 passed", "<path class=\"passed\" d=\"M0 5h149\"/>")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf svg = STRBUF_INIT;

		draw(cases[i].outcomes, &svg);
		assert_string_equal(svg.text, cases[i].svg);
		strbuf_release(&svg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sparklines)};

	return cmocka_run_group_tests_name("sparkline", tests, NULL, NULL);
}
