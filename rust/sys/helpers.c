// SPDX-License-Identifier: GPL-2.0
/* See helpers.h: inline functions and macros of the kernel, as functions. */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/ktime.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>

#include "helpers.h"

/* The identity of the calling process, with a reference. */
struct pid *dxg_get_current_tgid(void)
{
	return get_pid(task_tgid(current));
}

bool dxg_is_current_tgid(const struct pid *pid)
{
	return task_tgid(current) == pid;
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
 * Charges pages that stay pinned to the address space (VmPin), up to
 * RLIMIT_MEMLOCK for those without CAP_IPC_LOCK. -ENOMEM when over it.
 */
int dxg_account_pinned(struct mm_struct *mm, unsigned long pages)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	s64 pinned = atomic64_add_return(pages, &mm->pinned_vm);

	if (pinned > limit && !capable(CAP_IPC_LOCK)) {
		atomic64_sub(pages, &mm->pinned_vm);
		return -ENOMEM;
	}
	return 0;
}

void dxg_unaccount_pinned(struct mm_struct *mm, unsigned long pages)
{
	atomic64_sub(pages, &mm->pinned_vm);
}

/*
 * Makes a new VMA a window onto pages that the core must not touch: no
 * get_user_pages(), no growth by mremap(), no copy at fork(), no core dump.
 */
void dxg_vma_set_pfnmap(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTCOPY |
			  VM_DONTDUMP);
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
	cond_resched();
}

void dxg_page_copy(struct page *to, struct page *from)
{
	copy_highpage(to, from);
	cond_resched();
}

u32 dxg_page_word(struct page *page, unsigned long index)
{
	u32 *words = kmap_local_page(page);
	u32 word = READ_ONCE(words[index]);

	kunmap_local(words);
	return word;
}

/* Whether [addr, addr + len) is one whole VMA of @file. */
bool dxg_vma_is(struct mm_struct *mm, unsigned long addr, unsigned long len,
		const struct file *file)
{
	struct vm_area_struct *vma;
	bool is;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, addr);
	is = vma && vma->vm_file == file && vma->vm_start == addr &&
	     vma->vm_end == addr + len;
	mmap_read_unlock(mm);
	return is;
}

/*
 * Keeps a new VMA at @addr from the children of this process, and from becoming
 * writable if it shall not. The file that it maps, with a reference: whoever
 * made the VMA may have chosen another one. NULL if there is none any more.
 */
struct file *dxg_vma_settle(struct mm_struct *mm, unsigned long addr,
			     bool writable)
{
	struct vm_area_struct *vma;
	struct file *file = NULL;

	mmap_write_lock(mm);
	vma = vma_lookup(mm, addr);
	if (vma && vma->vm_file) {
		vm_flags_set(vma, VM_DONTCOPY);
		if (!writable)
			vm_flags_clear(vma, VM_MAYWRITE);
		file = get_file(vma->vm_file);
	}
	mmap_write_unlock(mm);
	return file;
}

unsigned long dxg_file_count(struct file *file)
{
	return file_count(file);
}

/* Mappings of @file belong to the address space of @space from now on. */
void dxg_file_set_space(struct file *file, const struct file *space)
{
	file->f_mapping = space->f_mapping;
}

/* Takes all pages out of all mappings; the next access of one faults. */
void dxg_zap_space(const struct file *space)
{
	unmap_mapping_range(space->f_mapping, 0, 0, 1);
}

struct workqueue_struct *dxg_alloc_workqueue(void)
{
	return alloc_ordered_workqueue("dxgkrnl", 0);
}

void dxg_flush_workqueue(struct workqueue_struct *queue)
{
	flush_workqueue(queue);
}

/* Ten lines in five seconds, as printk_ratelimited() has it. */
bool dxg_may_log(void)
{
	static DEFINE_RATELIMIT_STATE(state, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);

	return __ratelimit(&state);
}

u64 dxg_total_ram_bytes(void)
{
	return (u64)totalram_pages() << PAGE_SHIFT;
}

u64 dxg_ktime_get_ns(void)
{
	return ktime_get_ns();
}
