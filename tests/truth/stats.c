/*
 * stats: what stats.h says of the numbers that come in, for tests/truth/stats.py.
 *
 * A line of standard input is a word and its numbers; one of standard output is what it gives.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runtally/analysis/stats.h"

enum { NUMBERS_MOST = 4 };

static void print_newcombe(const uint64_t *of)
{
	int32_t low, high;

	newcombe_difference(of[0], of[1], of[2], of[3], &low, &high);
	printf("%" PRId32 " %" PRId32 "\n", low, high);
}

static void print_wilson(const uint64_t *of)
{
	int32_t low, high;

	wilson_interval(of[0], of[1], &low, &high);
	printf("%" PRId32 " %" PRId32 "\n", low, high);
}

static void print_fisher(const uint64_t *of)
{
	printf("%.17g %.17g\n", fisher_exact(of[0], of[1], of[2], of[3]),
	       fisher_least(of[0], of[1], of[2], of[3]));
}

static void print_mcnemar(const uint64_t *of)
{
	printf("%.17g\n", mcnemar_exact(of[0], of[1]));
}

static void print_runs(const uint64_t *of)
{
	printf("%" PRIu64 "\n", runs_needed((int32_t)of[0]));
}

static void print_pass(const uint64_t *of)
{
	printf("%" PRId32 "\n", pass_hat_k(of[0], of[1], (unsigned)of[2]));
}

/* Millionths, as many as the first number says. */
static void print_adjusted(FILE *stream, uint64_t count)
{
	double probabilities[1000];

	if (count > sizeof(probabilities) / sizeof(*probabilities))
		return;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t micro = 0;

		if (fscanf(stream, "%" SCNu64, &micro) != 1)
			return;
		probabilities[i] = (double)micro / 1e6;
	}
	benjamini_hochberg(probabilities, (size_t)count);
	for (uint64_t i = 0; i < count; i++)
		printf("%.17g%c", probabilities[i], i + 1 < count ? ' ' : '\n');
}

static const struct question {
	const char *word;
	int numbers;
	void (*print)(const uint64_t *of);
} questions[] = {
	{"wilson", 2, print_wilson},   {"newcombe", 4, print_newcombe}, {"fisher", 4, print_fisher},
	{"mcnemar", 2, print_mcnemar}, {"runs", 1, print_runs},         {"pass", 3, print_pass},
	{"adjust", 1, NULL},
};

static int answer(const struct question *question)
{
	uint64_t numbers[NUMBERS_MOST] = {0};

	for (int i = 0; i < question->numbers; i++)
		if (scanf("%" SCNu64, &numbers[i]) != 1)
			return 1;
	if (question->print)
		question->print(numbers);
	else
		print_adjusted(stdin, numbers[0]);
	return 0;
}

int main(void)
{
	const size_t count = sizeof(questions) / sizeof(*questions);
	char word[16];
	int failed = 0;

	while (!failed && scanf("%15s", word) == 1) {
		size_t i = 0;

		while (i < count && strcmp(questions[i].word, word) != 0)
			i++;
		failed = i == count || answer(&questions[i]);
	}
	return failed;
}
