/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KUnit of the kernel in user space, as far as the tests use it: a program runs
 * one suite and prints TAP.
 */
#ifndef SHIM_KUNIT_TEST_H
#define SHIM_KUNIT_TEST_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

struct kunit {
	jmp_buf out;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(function) { .run_case = function, .name = #function }

#define KUNIT_FAIL_AND_ABORT(test, ...)					\
	do {								\
		printf("# %s:%d: ", __FILE__, __LINE__);		\
		printf(__VA_ARGS__);					\
		putchar('\n');						\
		longjmp((test)->out, 1);				\
	} while (0)

#define KUNIT_ASSERT_TRUE(test, condition)				\
	do {								\
		if (!(condition))					\
			KUNIT_FAIL_AND_ABORT(test, "not %s", #condition); \
	} while (0)

#define KUNIT_ASSERT_EQ(test, left, right)				\
	do {								\
		__typeof__(left) __left = (left);			\
		__typeof__(left) __right = (right);			\
		if (__left != __right)					\
			KUNIT_FAIL_AND_ABORT(test, "%s is %lld, not %s, %lld", \
					     #left, (long long)__left,	\
					     #right, (long long)__right); \
	} while (0)

#define KUNIT_ASSERT_PTR_EQ(test, left, right)				\
	KUNIT_ASSERT_TRUE(test, (const void *)(left) == (const void *)(right))

#define KUNIT_ASSERT_NOT_NULL(test, pointer)				\
	KUNIT_ASSERT_TRUE(test, (pointer) != NULL)

#define KUNIT_ASSERT_NULL(test, pointer)				\
	KUNIT_ASSERT_TRUE(test, (pointer) == NULL)

#define KUNIT_ASSERT_STREQ(test, left, right)				\
	do {								\
		const char *__left = (left);				\
		const char *__right = (right);				\
		if (strcmp(__left, __right))				\
			KUNIT_FAIL_AND_ABORT(test, "%s is \"%s\", not \"%s\"", \
					     #left, __left, __right);	\
	} while (0)

static inline bool shim_run_case(const struct kunit_suite *suite,
				 const struct kunit_case *c)
{
	struct kunit test;
	bool ok = !setjmp(test.out);

	if (ok) {
		if (suite->init)
			KUNIT_ASSERT_EQ(&test, suite->init(&test), 0);
		c->run_case(&test);
	}
	if (suite->exit)
		suite->exit(&test);
	return ok;
}

static inline int shim_run(const struct kunit_suite *suite)
{
	const struct kunit_case *c;
	int n = 0, failed = 0;

	/* A sanitizer that ends the program writes nothing out. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (c = suite->test_cases; c->run_case; c++) {
		bool ok = shim_run_case(suite, c);

		failed += !ok;
		printf("%s %d - %s\n", ok ? "ok" : "not ok", ++n, c->name);
	}
	printf("1..%d\n", n);
	return failed != 0;
}

#define kunit_test_suite(suite)						\
	int main(void) { return shim_run(&(suite)); }			\
	struct kunit_suite

#endif
