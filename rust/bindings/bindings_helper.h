/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bindgen makes rust/bindings/bindings_generated.rs of this file: kernel interfaces
 * that the kernel's own Rust bindings leave out, and the module's C helpers.
 */
#include <linux/anon_inodes.h>
#include <linux/device/class.h>
#include <linux/eventfd.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <drm/drm_client.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_mode.h>
#include <drm/drm_prime.h>
#include <drm/drm_sysfs.h>
#include "helpers.h"
#include "trace.h"
#include "drm_helpers.h"

/*
 * Charged to the active memcg; the allocation fails, without a log message,
 * rather than invoke the OOM killer.
 */
const gfp_t DXG_GFP_ACCOUNT = GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL |
			      __GFP_NOWARN;
