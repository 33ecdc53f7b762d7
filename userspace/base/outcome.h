/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exit codes of edgectl.
 */
#ifndef BASE_OUTCOME_H
#define BASE_OUTCOME_H

/**
 * enum outcome - the exit codes
 * @DONE: success
 * @REFUSED: a policy or a bad configuration refuses
 * @USAGE: a wrong command line
 * @SYSTEM: the kernel or the system failed
 */
enum outcome {
	DONE = 0,
	REFUSED = 1,
	USAGE = 2,
	SYSTEM = 3,
};

#endif /* BASE_OUTCOME_H */
