// SPDX-License-Identifier: GPL-2.0
/* The fence of packets that write to what others may show. */
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#include "helpers.h"

/* Memory of the fence is freed as that of its first member. */
struct write_fence {
	struct dma_fence base;
	spinlock_t lock;
	struct timer_list timer;
};

static const char *driver_name(struct dma_fence *fence)
{
	return "dxgkrnl";
}

static const char *timeline_name(struct dma_fence *fence)
{
	return "written primary";
}

/* Without release and wait, a fence that is signalled needs no code of ours. */
static const struct dma_fence_ops ops = {
	.get_driver_name = driver_name,
	.get_timeline_name = timeline_name,
};

static void time_out(struct timer_list *timer)
{
	struct write_fence *fence = container_of(timer, struct write_fence, timer);

	dma_fence_set_error(&fence->base, -ETIMEDOUT);
	dma_fence_signal(&fence->base);
}

/* NULL: there is no memory. A fence has to end, so the packets have as many
 * milliseconds.
 */
struct dma_fence *dxg_write_fence_new(gfp_t gfp, unsigned int milliseconds)
{
	struct write_fence *fence = kzalloc(sizeof(*fence), gfp);

	if (!fence)
		return NULL;
	BUILD_BUG_ON(offsetof(struct write_fence, base));
	spin_lock_init(&fence->lock);
	/* Packets of several contexts end in any order: each has a timeline. */
	dma_fence_init(&fence->base, &ops, &fence->lock,
		       dma_fence_context_alloc(1), 1);
	timer_setup(&fence->timer, time_out, 0);
	mod_timer(&fence->timer, jiffies + msecs_to_jiffies(milliseconds));
	return &fence->base;
}

/* The packets have ended; drops the caller's reference. */
void dxg_write_fence_end(struct dma_fence *base)
{
	struct write_fence *fence = container_of(base, struct write_fence, base);

	timer_shutdown_sync(&fence->timer);
	dma_fence_signal(base);
	dma_fence_put(base);
}

/* Whoever reads under this reservation waits for the fence. Or, if 'most' of
 * ours are there already, '*before' becomes a reference on one of them, and
 * nothing is added.
 */
int dxg_resv_add_write_fence(struct dma_resv *resv, struct dma_fence *fence,
			     unsigned int most, struct dma_fence **before)
{
	struct dma_fence *other, *first = NULL;
	struct dma_resv_iter cursor;
	unsigned int count = 0;
	int error;

	error = dma_resv_lock_interruptible(resv, NULL);
	if (error)
		return error;
	dma_resv_for_each_fence(&cursor, resv, DMA_RESV_USAGE_WRITE, other) {
		/* A call may name an object twice. */
		if (other == fence || other->ops != &ops ||
		    dma_fence_is_signaled(other))
			continue;
		first = first ?: other;
		count++;
	}
	if (count >= most) {
		*before = dma_fence_get(first);
	} else {
		error = dma_resv_reserve_fences(resv, 1);
		if (!error)
			dma_resv_add_fence(resv, fence, DMA_RESV_USAGE_WRITE);
	}
	dma_resv_unlock(resv);
	return error;
}

/* 0, or an error if a signal comes first. */
int dxg_fence_wait(struct dma_fence *fence)
{
	return dma_fence_wait(fence, true);
}

void dxg_fence_put(struct dma_fence *fence)
{
	dma_fence_put(fence);
}
