#include "steps.h"

uint64_t steps;

/* Compilers call it at the head of each basic block: -fsanitize-coverage=trace-pc. */
void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	steps++;
}
