// SPDX-License-Identifier: GPL-2.0
/* See helpers.h: inline functions and macros of the kernel, as functions. */

#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/debug_locks.h>
#include <linux/debugfs.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/highmem.h>
#include <linux/ktime.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/ratelimit.h>
#include <linux/memcontrol.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/srcu.h>
#include <linux/string.h>
#include <linux/shmem_fs.h>
#include <linux/shrinker.h>
#include <linux/swap.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>

#include "helpers.h"
#ifdef CONFIG_X86_64
#include <asm/fpu/api.h>
#endif

/* The identity of the calling process, with a reference. */
struct pid *dxg_get_current_tgid(void)
{
	return get_pid(task_tgid(current));
}

bool dxg_is_current_tgid(const struct pid *pid)
{
	return task_tgid(current) == pid;
}

int dxg_pid_number(struct pid *pid)
{
	return pid_nr(pid);
}

/* The caller's effective user, and its namespace with a reference. */
struct user_namespace *dxg_get_current_user(u32 *uid)
{
	*uid = __kuid_val(current_euid());
	return get_user_ns(current_user_ns());
}

void dxg_put_user_namespace(struct user_namespace *ns)
{
	put_user_ns(ns);
}

u32 dxg_current_uid(void)
{
	return __kuid_val(current_euid());
}

bool dxg_capable_resource(void)
{
	return capable(CAP_SYS_RESOURCE);
}

void dxg_mmgrab(struct mm_struct *mm)
{
	mmgrab(mm);
}

void dxg_mmdrop(struct mm_struct *mm)
{
	mmdrop(mm);
}

struct mm_struct *dxg_current_mm(void)
{
	return current->mm;
}

/*
 * Charges long-term pinned pages to the calling user, up to RLIMIT_MEMLOCK for
 * callers without CAP_IPC_LOCK: the pin may outlive the address space, which only
 * shows it (VmPin). Returns the user, with a reference; NULL if over the limit.
 */
struct user_struct *dxg_account_pinned(struct mm_struct *mm,
				       unsigned long pages)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	struct user_struct *user = get_uid(current_user());

	atomic64_add(pages, &mm->pinned_vm);
	if (atomic_long_add_return(pages, &user->locked_vm) > limit &&
	    !capable(CAP_IPC_LOCK)) {
		dxg_unaccount_pinned(user, mm, pages);
		return NULL;
	}
	return user;
}

void dxg_unaccount_pinned(struct user_struct *user, struct mm_struct *mm,
			  unsigned long pages)
{
	atomic64_sub(pages, &mm->pinned_vm);
	atomic_long_sub(pages, &user->locked_vm);
	free_uid(user);
}

/*
 * Makes a new VMA a mapping onto pages that the core must not touch: no
 * get_user_pages(), no growth by mremap(), no core dump; and no copy at fork(),
 * unless children are to inherit it.
 */
void dxg_vma_set_pfnmap(struct vm_area_struct *vma, bool inherited)
{
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP |
			  (inherited ? 0 : VM_DONTCOPY));
}

/* Keeps a new VMA from the children of its process. */
void dxg_vma_set_dontcopy(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_DONTCOPY);
}

/* The mount of anonymous inodes, which exists as long as the kernel runs. */
static struct vfsmount *dxg_anon_mount;

/* Only a file on the mount leads to it. */
int dxg_find_anon_mount(void)
{
	static const struct file_operations none;
	struct file *file = anon_inode_getfile("dxg", &none, NULL, O_RDONLY);

	if (IS_ERR(file))
		return PTR_ERR(file);
	dxg_anon_mount = file->f_path.mnt;
	__fput_sync(file);
	return 0;
}

/*
 * As anon_inode_create_getfile(), but the file takes no entry of the system's
 * file table: it never gets a descriptor, so no RLIMIT_NOFILE would limit it.
 */
struct file *dxg_anon_file(const char *name, const struct file_operations *fops,
			   void *private_data, int access)
{
	struct inode *inode;
	struct file *file;

	if (!try_module_get(fops->owner))
		return ERR_PTR(-ENOENT);
	inode = alloc_anon_inode(dxg_anon_mount->mnt_sb);
	if (IS_ERR(inode)) {
		module_put(fops->owner);
		return ERR_CAST(inode);
	}
	file = alloc_file_pseudo_noaccount(inode, dxg_anon_mount, name, access,
					   fops);
	if (IS_ERR(file)) {
		iput(inode);
		module_put(fops->owner);
		return file;
	}
	file->private_data = private_data;
	return file;
}

/* Maps a whole file into the caller; as vm_mmap(). */
unsigned long dxg_mmap_shared(struct file *file, unsigned long bytes,
			      bool writable)
{
	unsigned long prot = PROT_READ | (writable ? PROT_WRITE : 0);

	return vm_mmap(file, 0, bytes, prot, MAP_SHARED, 0);
}

unsigned long dxg_page_to_pfn(struct page *page)
{
	return page_to_pfn(page);
}

void dxg_page_fill(struct page *page, u32 pattern)
{
	u32 *words = kmap_local_page(page);

	memset32(words, pattern, PAGE_SIZE / sizeof(*words));
	kunmap_local(words);
}

void dxg_page_copy(struct page *to, struct page *from)
{
	copy_highpage(to, from);
}

/* The bytes of the following functions lie in one page each. */
void dxg_page_read(struct page *page, unsigned long offset, void *to,
		   unsigned long bytes)
{
	memcpy_from_page(to, page, offset, bytes);
}

void dxg_page_write(struct page *page, unsigned long offset, const void *from,
		    unsigned long bytes)
{
	memcpy_to_page(page, offset, from, bytes);
}

/* Stores of 128 bits, as memset() of user space has them: string instructions,
 * as in memset32(), are slow where they are emulated.
 */
static void begin_fill(u32 pattern)
{
#ifdef CONFIG_X86_64
	kernel_fpu_begin();
	asm volatile("movd %0, %%xmm0\n\tpshufd $0, %%xmm0, %%xmm0"
		     : : "r" (pattern));
#endif
}

static void fill_lines(void *line, const void *end, u32 pattern)
{
#ifdef CONFIG_X86_64
	for (; line < end; line += 64)
		asm volatile("movdqa %%xmm0, (%0)\n\t"
			     "movdqa %%xmm0, 16(%0)\n\t"
			     "movdqa %%xmm0, 32(%0)\n\t"
			     "movdqa %%xmm0, 48(%0)"
			     : : "r" (line) : "memory");
#else
	memset32(line, pattern, (end - line) / sizeof(pattern));
#endif
}

static void end_fill(void)
{
#ifdef CONFIG_X86_64
	kernel_fpu_end();
#endif
}

static void fill_words(u32 *word, u32 *end, u32 pattern)
{
	void *line = PTR_ALIGN(word, 64);
	void *last = PTR_ALIGN_DOWN(end, 64);

	if (line < last) {
		for (; (void *)word < line; word++)
			*word = pattern;
		fill_lines(line, last, pattern);
		word = last;
	}
	for (; word < end; word++)
		*word = pattern;
}

/* Offset, from the first page on, and bytes are multiples of 4. It is preempted
 * between runs of pages, as the FPU is held in each.
 */
void dxg_pages_fill_part(struct page *const *pages, unsigned long offset,
			 unsigned long bytes, u32 pattern)
{
	unsigned int run = 0;

	begin_fill(pattern);
	while (bytes) {
		void *address = kmap_local_page(*pages++);
		unsigned long part = min(bytes, PAGE_SIZE - offset);

		fill_words(address + offset, address + offset + part, pattern);
		kunmap_local(address);
		bytes -= part;
		offset = 0;
		if (++run % 16 == 0) {
			end_fill();
			begin_fill(pattern);
		}
	}
	end_fill();
}

/* The parts may overlap. */
void dxg_page_copy_part(struct page *to, unsigned long to_offset,
			struct page *from, unsigned long from_offset,
			unsigned long bytes)
{
	void *source = kmap_local_page(from);
	void *destination = kmap_local_page(to);

	memmove(destination + to_offset, source + from_offset, bytes);
	kunmap_local(destination);
	kunmap_local(source);
}

/* The offset is a multiple of 8. Processes may have the page mapped. */
void dxg_page_store64(struct page *page, unsigned long offset, u64 value)
{
	void *address = kmap_local_page(page);

	atomic64_set_release((atomic64_t *)(address + offset), value);
	kunmap_local(address);
}

void dxg_page_add64(struct page *page, unsigned long offset, u64 operand)
{
	void *address = kmap_local_page(page);

	atomic64_add(operand, (atomic64_t *)(address + offset));
	smp_mb__after_atomic();
	kunmap_local(address);
}

u32 dxg_page_word(struct page *page, unsigned long index)
{
	u32 *words = kmap_local_page(page);
	u32 word = READ_ONCE(words[index]);

	kunmap_local(words);
	return word;
}

void *dxg_page_address(struct page *page)
{
	return page_address(page);
}

void dxg_eventfd_signal(struct eventfd_ctx *ctx)
{
	eventfd_signal(ctx);
}

/*
 * The VMA of @file that is [addr, addr + len), with the mmap_lock held until
 * dxg_mm_unlock(). NULL, and nothing is locked, if there is none.
 */
struct vm_area_struct *dxg_vma_lock(struct mm_struct *mm, unsigned long addr,
				    unsigned long len, const struct file *file)
{
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, addr);
	if (vma && vma->vm_file == file && vma->vm_start == addr &&
	    vma->vm_end == addr + len)
		return vma;
	mmap_read_unlock(mm);
	return NULL;
}

void dxg_mm_unlock(struct mm_struct *mm)
{
	mmap_read_unlock(mm);
}

unsigned long dxg_file_count(struct file *file)
{
	return file_count(file);
}

/* As fput(), but after the last reference the file has ended when it returns. */
void dxg_file_put_sync(struct file *file)
{
	__fput_sync(file);
}

/* The file of the VMA at @addr, with a reference; NULL if there is none. */
struct file *dxg_vma_file(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	struct file *file = NULL;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, addr);
	if (vma && vma->vm_file)
		file = get_file(vma->vm_file);
	mmap_read_unlock(mm);
	return file;
}

/*
 * Releases the mmap_lock of a page fault, so that the fault can wait; it has to
 * be retried then (VM_FAULT_RETRY). False if the fault does not allow that, or
 * was retried already and shall not be once more. Without map_pages() there are
 * no faults under a VMA lock alone.
 */
bool dxg_fault_unlock(struct vm_fault *vmf, bool again)
{
	if (!(vmf->flags & FAULT_FLAG_ALLOW_RETRY) ||
	    (vmf->flags & FAULT_FLAG_RETRY_NOWAIT) ||
	    (!again && (vmf->flags & FAULT_FLAG_TRIED)))
		return false;
	mmap_read_unlock(vmf->vma->vm_mm);
	return true;
}

/* Zaps all pages of a file in all mappings; the next access to one faults. */
void dxg_zap_file(const struct file *file)
{
	unmap_mapping_range(file->f_mapping, 0, 0, 1);
}

struct workqueue_struct *dxg_alloc_workqueue(void)
{
	return alloc_ordered_workqueue("dxgkrnl", 0);
}

void dxg_flush_workqueue(struct workqueue_struct *queue)
{
	flush_workqueue(queue);
}

/* All device gates are one lock class. */
int dxg_init_srcu(struct srcu_struct *srcu)
{
	return init_srcu_struct(srcu);
}

int dxg_srcu_read_lock(struct srcu_struct *srcu)
{
	return srcu_read_lock(srcu);
}

void dxg_srcu_read_unlock(struct srcu_struct *srcu, int index)
{
	srcu_read_unlock(srcu, index);
}

int dxg_mutex_lock_killable(struct mutex *lock)
{
	return mutex_lock_killable(lock);
}

bool dxg_resched_and_is_dying(void)
{
	cond_resched();
	return fatal_signal_pending(current);
}

/* The whole process ends, and not only this thread, as when another one calls exec. */
bool dxg_resched_and_process_ends(void)
{
	cond_resched();
	return fatal_signal_pending(current) &&
	       (READ_ONCE(current->signal->flags) & SIGNAL_GROUP_EXIT);
}

/* Has lockdep complain if the caller holds a lock or is inside a gate. */
void dxg_check_no_locks_held(void)
{
	debug_check_no_locks_held();
}

void dxg_drain_workqueue(struct workqueue_struct *queue)
{
	drain_workqueue(queue);
}

/* Without CONFIG_DEBUG_FS these do nothing, like the functions that they call. */
struct dentry *dxg_debugfs_dir(const char *name)
{
	return debugfs_create_dir(name, NULL);
}

void dxg_debugfs_file(const char *name, u16 mode, struct dentry *parent,
		      void *data, const struct file_operations *fops)
{
	debugfs_create_file(name, mode, parent, data, fops);
}

void dxg_debugfs_remove(struct dentry *dentry)
{
	debugfs_remove(dentry);
}

/* Ten lines in five seconds, as printk_ratelimited() allows. */
bool dxg_may_log(void)
{
	static DEFINE_RATELIMIT_STATE(state, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);

	return __ratelimit(&state);
}

/*
 * The kernel crate's warn_on!() includes files that only a built kernel tree
 * has.
 */
void dxg_warn(const char *what)
{
	WARN(1, "dxgkrnl: %s\n", what);
}

u64 dxg_total_ram_bytes(void)
{
	return (u64)totalram_pages() << PAGE_SHIFT;
}

u64 dxg_ktime_get_ns(void)
{
	return ktime_get_ns();
}

/*
 * Ordered for each work item; different items run concurrently. None runs while
 * devices are suspended.
 */
struct workqueue_struct *dxg_alloc_worker_queue(const char *name)
{
	return alloc_workqueue("%s",
			       WQ_UNBOUND | WQ_MEM_RECLAIM | WQ_FREEZABLE, 0,
			       name);
}

/* The mount for shmem files, all of whose pages are single pages. */
static struct vfsmount *dxg_shmem_mount;

/*
 * On other mounts a page fault may allocate 2 MiB at once, even beyond the end of
 * a file: /sys/kernel/mm/transparent_hugepage/shmem_enabled.
 */
int dxg_mount_shmem(void)
{
	struct file_system_type *type = get_fs_type("tmpfs");
	struct fs_context *context;
	int error = 0;

	if (!type)
		return -ENODEV;
	context = fs_context_for_mount(type, SB_KERNMOUNT);
	if (IS_ERR(context))
		return PTR_ERR(context);
	if (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		error = vfs_parse_fs_string(context, "huge", "never");
	if (!error) {
		dxg_shmem_mount = fc_mount_longterm(context);
		error = PTR_ERR_OR_ZERO(dxg_shmem_mount);
	}
	put_fs_context(context);
	return error;
}

void dxg_unmount_shmem(void)
{
	kern_unmount(dxg_shmem_mount);
}

/*
 * A shmem file without a name. Allocating its pages fails rather than
 * invoke the OOM killer.
 */
struct file *dxg_shmem_file(loff_t size)
{
	struct file *file;

	file = shmem_file_setup_with_mnt(dxg_shmem_mount, "dxg-memory", size,
					 mk_vma_flags(VMA_NORESERVE_BIT));
	if (!IS_ERR(file))
		mapping_set_gfp_mask(file->f_mapping,
				     GFP_HIGHUSER | __GFP_RETRY_MAYFAIL |
				     __GFP_NOWARN);
	return file;
}

/* Bytes of a shmem file that exist, in memory or swapped out. */
u64 dxg_shmem_present(const struct file *file)
{
	struct inode *inode = file_inode(file);

	return (u64)READ_ONCE(SHMEM_I(inode)->alloced) << PAGE_SHIFT;
}

/* Frees all pages of a shmem file. */
void dxg_shmem_empty(const struct file *file)
{
	shmem_truncate_range(file_inode(file), 0, (loff_t)-1);
}

/*
 * A page of a shmem file, with a reference; an error pointer on failure. If it
 * may not wait, nothing is reclaimed for it, and the memcg is not throttled.
 */
struct page *dxg_shmem_page(const struct file *file, unsigned long index,
			    bool may_wait)
{
	gfp_t gfp = mapping_gfp_mask(file->f_mapping);

	if (!may_wait)
		gfp &= ~(__GFP_DIRECT_RECLAIM | __GFP_RETRY_MAYFAIL);
	return shmem_read_mapping_page_gfp(file->f_mapping, index, gfp);
}

/* The same, if it is in memory and has its contents; does not wait. */
struct page *dxg_shmem_cached_page(const struct file *file, unsigned long index)
{
	struct folio *folio = filemap_get_folio(file->f_mapping, index);
	struct page *page;

	if (IS_ERR(folio))
		return ERR_CAST(folio);
	page = folio_file_page(folio, index);
	if (!folio_test_uptodate(folio) || PageHWPoison(page)) {
		folio_put(folio);
		return ERR_PTR(-ENOENT);
	}
	return page;
}

/* Puts such a page. It may have been written to. */
void dxg_shmem_put(struct page *page)
{
	set_page_dirty(page);
	put_page(page);
}

/*
 * A page that is charged to the active memcg. The allocation fails rather than
 * invoke the OOM killer.
 */
struct page *dxg_alloc_page(void)
{
	return alloc_page(GFP_KERNEL_ACCOUNT | __GFP_HIGHMEM |
			  __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
}

bool dxg_can_swap(void)
{
	return get_nr_swap_pages() > 0;
}

/* The memory cgroup of the calling process, with a reference; NULL if none. */
struct mem_cgroup *dxg_memcg_get_current(void)
{
	return get_mem_cgroup_from_mm(current->mm);
}

struct mem_cgroup *dxg_memcg_root(void)
{
	return root_mem_cgroup;
}

void dxg_memcg_put(struct mem_cgroup *memcg)
{
	mem_cgroup_put(memcg);
}

struct mem_cgroup *dxg_memcg_set_active(struct mem_cgroup *memcg)
{
	return set_active_memcg(memcg);
}

struct shrinker *dxg_shrinker_alloc(void)
{
	return shrinker_alloc(0, "dxgkrnl");
}
