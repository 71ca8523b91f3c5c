#include "runtally/analysis/stats.h"

#include <stdbool.h>
#include <stdlib.h>

#include "runtally/base/arena.h"

#define MICRO 1000000

/*
 * Newton's iteration from above. Addition and division are exact to the last bit in IEEE 754, so
 * that every machine gives the same; `sqrt` would, too, but needs libm.
 */
static double square_root(double value)
{
	double root = value > 1 ? value : 1;

	if (value <= 0)
		return 0;
	for (;;) {
		double next = (root + value / root) / 2;

		if (next >= root)
			return root;
		root = next;
	}
}

static int32_t to_micro(double ratio)
{
	double micro = ratio * MICRO;

	micro = micro + 0.5;
	return micro <= 0 ? 0 : micro >= MICRO ? MICRO : (int32_t)micro;
}

struct interval {
	double low, high;
};

/*
 * (2k + z² ± z √(z² + 4k(n - k) / n)) / (2(n + z²)). One operation a statement where a product is
 * added: a compiler may else fuse the two into one instruction, which rounds otherwise.
 */
static struct interval wilson(uint64_t passed, uint64_t total)
{
	const double z = 1.959963984540054, z2 = z * z;
	double k = (double)passed, n = (double)total;
	double variance = 4 * k * (n - k) / n;
	double spread = z * square_root(z2 + variance);
	double twice = 2 * k;
	double centre = twice + z2, width = 2 * (n + z2);

	return (struct interval){(centre - spread) / width, (centre + spread) / width};
}

void wilson_interval(uint64_t passed, uint64_t total, int32_t *low_micro, int32_t *high_micro)
{
	struct interval interval = wilson(passed, total);

	*low_micro = to_micro(interval.low);
	*high_micro = to_micro(interval.high);
}

static double hypotenuse(double a, double b)
{
	double a2 = a * a, b2 = b * b;

	return square_root(a2 + b2);
}

static int32_t to_signed_micro(double points)
{
	return points < 0 ? -to_micro(-points) : to_micro(points);
}

void newcombe_difference(uint64_t passed_a, uint64_t total_a, uint64_t passed_b, uint64_t total_b,
			 int32_t *low_micro, int32_t *high_micro)
{
	struct interval a = wilson(passed_a, total_a), b = wilson(passed_b, total_b);
	double rate_a = (double)passed_a / (double)total_a;
	double rate_b = (double)passed_b / (double)total_b;
	double points = rate_a - rate_b;

	*low_micro = to_signed_micro(points - hypotenuse(rate_a - a.low, b.high - rate_b));
	*high_micro = to_signed_micro(points + hypotenuse(a.high - rate_a, rate_b - b.low));
}

/* ---- exact tests: weights relative to that of the likeliest outcome, which is 1 ---- */

/*
 * Of `draws` from `good` and `bad` ones, the likelihoods of how many are good: from `least` to
 * `most`.
 */
struct draw {
	uint64_t good, bad, draws, least, most, likeliest;
};

static struct draw draw_of(uint64_t passed_a, uint64_t total_a, uint64_t passed_b, uint64_t total_b)
{
	uint64_t good = passed_a + passed_b, bad = total_a + total_b - good;
	double products = ((double)total_a + 1) * ((double)good + 1);
	struct draw draw = {
		.good = good,
		.bad = bad,
		.draws = total_a,
		.least = total_a > bad ? total_a - bad : 0,
		.most = total_a < good ? total_a : good,
		.likeliest = (uint64_t)(products / ((double)total_a + (double)total_b + 2)),
	};

	if (draw.likeliest < draw.least)
		draw.likeliest = draw.least;
	if (draw.likeliest > draw.most)
		draw.likeliest = draw.most;
	return draw;
}

/* How much likelier `k` + 1 good ones are than `k`. */
static double growth(const struct draw *draw, uint64_t k)
{
	double up = (double)(draw->good - k) * (double)(draw->draws - k);
	double down = (double)(k + 1) * (double)(draw->bad + k + 1 - draw->draws);

	return up / down;
}

/* Of `k` good ones, relative to the likeliest; 0 where it is of no weight. */
static double weight_of(const struct draw *draw, uint64_t k)
{
	double weight = 1;

	for (uint64_t i = draw->likeliest; i < k && weight >= PROBABILITY_LEAST; i++)
		weight *= growth(draw, i);
	for (uint64_t i = draw->likeliest; i > k && weight >= PROBABILITY_LEAST; i--)
		weight /= growth(draw, i - 1);
	return weight >= PROBABILITY_LEAST ? weight : 0;
}

static double share(double part, double whole)
{
	double probability = part / whole;

	if (probability > 1)
		return 1;
	return probability < PROBABILITY_LEAST ? PROBABILITY_LEAST : probability;
}

static double draw_test(const struct draw *draw, uint64_t k)
{
	const double bound = weight_of(draw, k) * (1 + 1e-7);
	double weight = 1, all = 1, unlikely = weight <= bound ? 1 : 0;

	for (uint64_t i = draw->likeliest; i < draw->most && weight >= PROBABILITY_LEAST; i++) {
		weight *= growth(draw, i);
		all += weight;
		unlikely += weight <= bound ? weight : 0;
	}
	weight = 1;
	for (uint64_t i = draw->likeliest; i > draw->least && weight >= PROBABILITY_LEAST; i--) {
		weight /= growth(draw, i - 1);
		all += weight;
		unlikely += weight <= bound ? weight : 0;
	}
	return share(unlikely, all);
}

double fisher_exact(uint64_t passed_a, uint64_t total_a, uint64_t passed_b, uint64_t total_b)
{
	struct draw draw = draw_of(passed_a, total_a, passed_b, total_b);

	return draw_test(&draw, passed_a);
}

double fisher_least(uint64_t passed_a, uint64_t total_a, uint64_t passed_b, uint64_t total_b)
{
	struct draw draw = draw_of(passed_a, total_a, passed_b, total_b);
	double lowest = draw_test(&draw, draw.least), highest = draw_test(&draw, draw.most);

	return lowest < highest ? lowest : highest;
}

double mcnemar_exact(uint64_t broken, uint64_t fixed)
{
	uint64_t count = broken + fixed, fewer = broken < fixed ? broken : fixed;
	uint64_t middle = count / 2;
	double weight = 1, all = count % 2 ? 2 : 1, tail = fewer == middle ? 1 : 0;

	if (fewer * 2 == count)
		return 1;
	/* Both halves are alike, so one of them is walked. */
	for (uint64_t k = middle; k > 0 && weight >= PROBABILITY_LEAST; k--) {
		weight *= (double)k / (double)(count - k + 1);
		all += 2 * weight;
		if (k - 1 <= fewer)
			tail += weight;
	}
	return share(2 * tail, all);
}

/* ---- many tests ---- */

struct p_value {
	double probability;
	size_t at;
};

static int compare_p_values(const void *left, const void *right)
{
	const struct p_value *a = left, *b = right;

	if (a->probability != b->probability)
		return a->probability < b->probability ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

void benjamini_hochberg(double *probabilities, size_t count)
{
	struct p_value *ranked = memory_alloc(count * sizeof(*ranked));
	double least = 1;

	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct p_value){probabilities[i], i};
	if (count)
		qsort(ranked, count, sizeof(*ranked), compare_p_values);
	for (size_t rank = count; rank > 0; rank--) {
		double adjusted = ranked[rank - 1].probability * (double)count / (double)rank;

		if (adjusted < least)
			least = adjusted;
		probabilities[ranked[rank - 1].at] = least;
	}
	memory_free(ranked);
}

int32_t probability_micro(double probability)
{
	int32_t micro = to_micro(probability);

	return micro == 0 && probability > 0 ? 1 : micro;
}

/* ---- how many runs ---- */

uint64_t runs_needed(int32_t rate_micro)
{
	/* of 5 % two-sided, and of 80 % */
	const double z_error = 1.959963984540054, z_power = 0.8416212335729143;
	const double points = 0.05;
	double p = (double)rate_micro / MICRO;
	double other = p < points ? p + points : p - points;
	double mean = (p + other) / 2;
	double spread_none = z_error * square_root(2 * mean * (1 - mean));
	double own = p * (1 - p), others = other * (1 - other);
	double spread_both = z_power * square_root(own + others);
	double spread = spread_none + spread_both;
	double runs = spread * spread / (points * points);
	uint64_t whole = (uint64_t)runs;

	return (double)whole < runs ? whole + 1 : whole;
}

/* ---- integers ---- */

int64_t percentile(const int64_t *values, size_t count, unsigned percent)
{
	size_t rank = count / 100 * percent + (count % 100 * percent + 99) / 100;

	return values[rank - 1];
}

int64_t divide_rounded(int64_t numerator, int64_t denominator)
{
	int64_t quotient = numerator / denominator, rest = numerator % denominator;

	if (rest < 0)
		return rest <= -(denominator - denominator / 2) ? quotient - 1 : quotient;
	return rest >= denominator - denominator / 2 ? quotient + 1 : quotient;
}

int32_t ratio_micro(uint64_t numerator, uint64_t denominator)
{
	uint64_t micro = (numerator * MICRO + denominator / 2) / denominator;

	return micro > INT32_MAX ? INT32_MAX : (int32_t)micro;
}

/* ---- pass^k: quotients of products that do not fit into 64 bits ---- */

/* Eight factors below 2^32, times 10, times 2. */
enum { LIMBS = 10 };

struct wide {
	uint32_t limbs[LIMBS]; /* the lowest first */
};

static void wide_multiply(struct wide *wide, uint32_t by)
{
	uint64_t carry = 0;

	for (int i = 0; i < LIMBS; i++) {
		carry += (uint64_t)wide->limbs[i] * by;
		wide->limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

/* Subtracts `other` where it is not above *wide; false: it is. */
static bool wide_take(struct wide *wide, const struct wide *other)
{
	struct wide rest;
	uint64_t borrow = 0;

	for (int i = 0; i < LIMBS; i++) {
		uint64_t limb = (uint64_t)wide->limbs[i] - other->limbs[i] - borrow;

		rest.limbs[i] = (uint32_t)limb;
		borrow = limb >> 63;
	}
	if (!borrow)
		*wide = rest;
	return !borrow;
}

/* n (n - 1) ..., k factors. */
static struct wide falling(uint64_t n, unsigned k)
{
	struct wide product = {{1}};

	for (unsigned i = 0; i < k; i++)
		wide_multiply(&product, (uint32_t)(n - i));
	return product;
}

/* Of fewer passed than all. Digit by digit, as on paper; the rest of the last one rounds it. */
static int64_t pass_hat(uint64_t total, uint64_t passed, unsigned k, unsigned decimals)
{
	struct wide rest = falling(passed, k), divisor = falling(total, k);
	int64_t quotient = 0;

	for (unsigned i = 0; i < decimals; i++) {
		quotient *= 10;
		wide_multiply(&rest, 10);
		while (wide_take(&rest, &divisor))
			quotient++;
	}
	wide_multiply(&rest, 2);
	return quotient + wide_take(&rest, &divisor);
}

int32_t pass_hat_k(uint64_t total, uint64_t passed, unsigned k)
{
	int32_t micro;

	if (passed == total || passed < k)
		return passed == total ? MICRO : 0;
	micro = (int32_t)pass_hat(total, passed, k, 6);
	return micro == MICRO ? MICRO - 1 : micro == 0 ? 1 : micro;
}

int64_t pass_hat_pico(uint64_t total, uint64_t passed, unsigned k)
{
	if (passed == total || passed < k)
		return passed == total ? INT64_C(1000000000000) : 0;
	return pass_hat(total, passed, k, 12);
}
