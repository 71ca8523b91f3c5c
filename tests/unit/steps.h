/*
 * How much work was done, on any machine and however busy it is: the basic blocks that ran in the
 * sources which the Makefile builds to count them (COUNTED). Other sources do not count.
 */
#ifndef RUNTALLY_TESTS_STEPS_H
#define RUNTALLY_TESTS_STEPS_H

#include <stdint.h>

extern uint64_t steps;

#endif
