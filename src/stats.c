#include "runtally/stats.h"

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
