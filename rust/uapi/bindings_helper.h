/* SPDX-License-Identifier: GPL-2.0 */
/* What bindgen reads to make the module's view of the user ABI. */
#include <misc/d3dkmthk.h>
#include <dxgkrnl_gem.h>
#include <misc/dxgkrnl_ext.h>
