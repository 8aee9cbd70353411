// SPDX-License-Identifier: GPL-2.0
/* The parameter of rust/sys/gates.rs; Rust modules cannot have string parameters. */

#include <linux/moduleparam.h>

const char *dxg_gate(void);

static char *gate = "";
module_param(gate, charp, 0);
MODULE_PARM_DESC(gate, "Mistake to make, for tests of the checkers (rust/sys/gates.rs)");

const char *dxg_gate(void)
{
	return gate;
}
