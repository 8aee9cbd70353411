/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inline functions and macros of the kernel that Rust cannot call, as
 * functions. Each does what its namesake does, no more.
 */
#ifndef DXG_SYS_HELPERS_H
#define DXG_SYS_HELPERS_H

#include <linux/types.h>

struct dentry;
struct dma_fence;
struct dma_resv;
struct eventfd_ctx;
struct file;
struct file_operations;
struct mem_cgroup;
struct mutex;
struct mm_struct;
struct page;
struct pid;
struct shrinker;
struct srcu_struct;
struct user_namespace;
struct user_struct;
struct vm_area_struct;
struct vm_fault;
struct workqueue_struct;

struct pid *dxg_get_current_tgid(void);
bool dxg_is_current_tgid(const struct pid *pid);
int dxg_pid_number(struct pid *pid);

struct user_namespace *dxg_get_current_user(u32 *uid);
void dxg_put_user_namespace(struct user_namespace *ns);
u32 dxg_current_uid(void);
bool dxg_capable_resource(void);

void dxg_mmgrab(struct mm_struct *mm);
void dxg_mmdrop(struct mm_struct *mm);
struct mm_struct *dxg_current_mm(void);

struct user_struct *dxg_account_pinned(struct mm_struct *mm,
				       unsigned long pages);
void dxg_unaccount_pinned(struct user_struct *user, struct mm_struct *mm,
			  unsigned long pages);

void dxg_vma_set_pfnmap(struct vm_area_struct *vma, bool inherited);
void dxg_vma_set_dontcopy(struct vm_area_struct *vma);
int dxg_find_anon_mount(void);
struct file *dxg_anon_file(const char *name, const struct file_operations *fops,
			   void *private_data, int access);
unsigned long dxg_mmap_shared(struct file *file, unsigned long bytes,
			      bool writable);
unsigned long dxg_page_to_pfn(struct page *page);
void dxg_page_fill(struct page *page, u32 pattern);
void dxg_page_copy(struct page *to, struct page *from);
void dxg_page_read(struct page *page, unsigned long offset, void *to,
		   unsigned long bytes);
void dxg_page_write(struct page *page, unsigned long offset, const void *from,
		    unsigned long bytes);
void dxg_pages_fill_part(struct page *const *pages, unsigned long offset,
			 unsigned long bytes, u32 pattern);
void dxg_page_copy_part(struct page *to, unsigned long to_offset,
			struct page *from, unsigned long from_offset,
			unsigned long bytes);
void dxg_page_store64(struct page *page, unsigned long offset, u64 value);
void dxg_page_add64(struct page *page, unsigned long offset, u64 operand);
u32 dxg_page_word(struct page *page, unsigned long index);
void *dxg_page_address(struct page *page);
void dxg_eventfd_signal(struct eventfd_ctx *ctx);
struct vm_area_struct *dxg_vma_lock(struct mm_struct *mm, unsigned long addr,
				    unsigned long len, const struct file *file);
void dxg_mm_unlock(struct mm_struct *mm);

struct file *dxg_vma_file(struct mm_struct *mm, unsigned long addr);
bool dxg_fault_unlock(struct vm_fault *vmf, bool again);

unsigned long dxg_file_count(struct file *file);
void dxg_file_put_sync(struct file *file);
void dxg_zap_file(const struct file *file);

struct workqueue_struct *dxg_alloc_workqueue(void);
void dxg_flush_workqueue(struct workqueue_struct *queue);
void dxg_drain_workqueue(struct workqueue_struct *queue);

int dxg_init_srcu(struct srcu_struct *srcu);
int dxg_srcu_read_lock(struct srcu_struct *srcu);
void dxg_srcu_read_unlock(struct srcu_struct *srcu, int index);
int dxg_mutex_lock_killable(struct mutex *lock);
bool dxg_resched_and_is_dying(void);
bool dxg_resched_and_process_ends(void);
void dxg_check_no_locks_held(void);

struct dentry *dxg_debugfs_dir(const char *name);
void dxg_debugfs_file(const char *name, u16 mode, struct dentry *parent,
		      void *data, const struct file_operations *fops);
void dxg_debugfs_remove(struct dentry *dentry);

struct dentry *dxg_debugfs_dir(const char *name);
void dxg_debugfs_file(const char *name, u16 mode, struct dentry *parent,
		      void *data, const struct file_operations *fops);
void dxg_debugfs_remove(struct dentry *dentry);

bool dxg_may_log(void);
void dxg_warn(const char *what);

struct workqueue_struct *dxg_alloc_worker_queue(const char *name);

int dxg_mount_shmem(void);
void dxg_unmount_shmem(void);
struct file *dxg_shmem_file(loff_t size);
u64 dxg_shmem_present(const struct file *file);
void dxg_shmem_empty(const struct file *file);
struct page *dxg_shmem_page(const struct file *file, unsigned long index,
			    bool may_wait);
struct page *dxg_shmem_cached_page(const struct file *file, unsigned long index);
void dxg_shmem_put(struct page *page);
struct page *dxg_alloc_page(void);
bool dxg_can_swap(void);

struct mem_cgroup *dxg_memcg_get_current(void);
struct mem_cgroup *dxg_memcg_root(void);
void dxg_memcg_put(struct mem_cgroup *memcg);
struct mem_cgroup *dxg_memcg_set_active(struct mem_cgroup *memcg);

struct shrinker *dxg_shrinker_alloc(void);

u64 dxg_total_ram_bytes(void);
u64 dxg_ktime_get_ns(void);

struct dma_fence *dxg_write_fence_new(gfp_t gfp, unsigned int milliseconds);
void dxg_write_fence_end(struct dma_fence *base);
int dxg_resv_add_write_fence(struct dma_resv *resv, struct dma_fence *fence,
			     unsigned int most, struct dma_fence **before);
int dxg_fence_wait(struct dma_fence *fence);
void dxg_fence_put(struct dma_fence *fence);

/* Tracepoints: see trace.h. */
enum dxg_trace_allocation {
	DXG_TRACE_CREATE,
	DXG_TRACE_DESTROY,
	DXG_TRACE_LOCK,
	DXG_TRACE_FAULT,
	DXG_TRACE_PAGE_IN,
	DXG_TRACE_DISCARD,
};
void dxg_trace_allocation(enum dxg_trace_allocation event, u64 adapter, int process,
			  const void *allocation, u64 bytes, u32 handle);
void dxg_trace_evict(u64 adapter, int process, const void *allocation, u64 bytes, bool for_others);
void dxg_trace_signal(u64 adapter, int process, u32 handle, u64 value);
void dxg_trace_wait(u64 adapter, int process, u32 handle, u64 value);
void dxg_trace_unplug(u64 adapter);

#endif /* DXG_SYS_HELPERS_H */
