#include "runtally/stats.h"

#include <stdbool.h>

#define MICRO 1000000

/*
 * Newton's iteration from above. Addition and division are exact to the last bit in IEEE 754, so
 * that every machine gives the same; `sqrt` would, too, but needs libm.
 */
static double square_root(double value)
{
	double root = value > 1 ? value : 1;

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

/*
 * (2k + z² ± z √(z² + 4k(n - k) / n)) / (2(n + z²)). One operation a statement where a product is
 * added: a compiler may else fuse the two into one instruction, which rounds otherwise.
 */
void wilson_interval(uint64_t passed, uint64_t total, int32_t *low_micro, int32_t *high_micro)
{
	const double z = 1.959963984540054, z2 = z * z;
	double k = (double)passed, n = (double)total;
	double variance = 4 * k * (n - k) / n;
	double spread = z * square_root(z2 + variance);
	double twice = 2 * k;
	double centre = twice + z2, width = 2 * (n + z2);

	*low_micro = to_micro((centre - spread) / width);
	*high_micro = to_micro((centre + spread) / width);
}

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

static bool wide_is_below(const struct wide *wide, const struct wide *other)
{
	int i = LIMBS - 1;

	while (i > 0 && wide->limbs[i] == other->limbs[i])
		i--;
	return wide->limbs[i] < other->limbs[i];
}

/* `other` is not above *wide. */
static void wide_subtract(struct wide *wide, const struct wide *other)
{
	uint64_t borrow = 0;

	for (int i = 0; i < LIMBS; i++) {
		uint64_t rest = (uint64_t)wide->limbs[i] - other->limbs[i] - borrow;

		wide->limbs[i] = (uint32_t)rest;
		borrow = rest >> 63;
	}
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
		for (; !wide_is_below(&rest, &divisor); quotient++)
			wide_subtract(&rest, &divisor);
	}
	wide_multiply(&rest, 2);
	return quotient + !wide_is_below(&rest, &divisor);
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
