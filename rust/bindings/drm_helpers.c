// SPDX-License-Identifier: GPL-2.0
/* See helpers.h: inline functions and macros of DRM, as functions. */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kconfig.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_sysfs.h>

#include "drm_helpers.h"

#if !IS_REACHABLE(CONFIG_DRM)
#error "dxgkrnl needs CONFIG_DRM"
#endif
#if !IS_ENABLED(CONFIG_DRM_CLIENT)
#error "dxgkrnl needs CONFIG_DRM_CLIENT (select DRM_FBDEV_EMULATION or DRM_CLIENT_LOG)"
#endif

static void dxg_probe_release(struct device *dev)
{
	kfree(dev);
}

/*
 * The drm class, which is not exported. DRM core sets it in a device that it
 * registers in that class, so this registers a device for a moment. ERR_PTR on
 * failure.
 */
const struct class *dxg_drm_class(void)
{
	const struct class *class;
	struct device *dev;
	int ret;

	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	/* drm_class_device_register() initialises the rest. */
	dev->release = dxg_probe_release;
	dev_set_uevent_suppress(dev, 1);
	ret = dev_set_name(dev, "dxgkrnl-probe");
	if (ret) {
		kfree(dev);
		return ERR_PTR(ret);
	}
	ret = drm_class_device_register(dev);
	if (ret) {
		put_device(dev);
		return ERR_PTR(ret);
	}
	class = dev->class;
	drm_class_device_unregister(dev);
	return class;
}

/*
 * The primary minor behind a device of the drm class, or NULL: connectors and
 * render nodes are in that class too.
 */
struct drm_minor *dxg_drm_primary_minor(struct device *dev)
{
	struct drm_minor *minor;

	if (!dev->type || !dev->type->name ||
	    strcmp(dev->type->name, "drm_minor"))
		return NULL;
	minor = dev_get_drvdata(dev);
	return minor && minor->type == DRM_MINOR_PRIMARY ? minor : NULL;
}

/* Whether an in-kernel client can make GEM objects on this device. */
bool dxg_drm_is_usable(const struct drm_device *dev)
{
	return drm_core_check_feature(dev, DRIVER_MODESET) &&
	       drm_core_check_feature(dev, DRIVER_GEM) &&
	       dev->driver->dumb_create;
}

bool dxg_drm_pci_identity(const struct drm_device *dev,
			  struct dxg_pci_identity *id)
{
	struct device *parent = dev->dev;
	struct pci_dev *pdev;

	/* A virtio device sits right below its PCI function. */
	if (parent && !dev_is_pci(parent))
		parent = parent->parent;
	if (!parent || !dev_is_pci(parent))
		return false;
	pdev = to_pci_dev(parent);
	*id = (struct dxg_pci_identity) {
		.bus = pdev->bus->number,
		.device = PCI_SLOT(pdev->devfn),
		.function = PCI_FUNC(pdev->devfn),
		.vendor_id = pdev->vendor,
		.device_id = pdev->device,
		.subsystem_vendor_id = pdev->subsystem_vendor,
		.subsystem_id = pdev->subsystem_device,
		.revision = pdev->revision,
	};
	return true;
}

void dxg_drm_gem_object_put(struct drm_gem_object *obj)
{
	drm_gem_object_put(obj);
}

/*
 * Gives an object that has a handle a legacy global name, as GEM_FLINK does,
 * so that the device's debugfs lists it. The name ends with the last handle.
 */
int dxg_drm_gem_name(struct drm_gem_object *obj)
{
	struct drm_device *dev = obj->dev;
	int ret = 0;

	mutex_lock(&dev->object_name_lock);
	if (!obj->handle_count) {
		ret = -ENOENT;
	} else if (!obj->name) {
		ret = idr_alloc(&dev->object_name_idr, obj, 1, 0, GFP_KERNEL);
		if (ret > 0) {
			obj->name = ret;
			ret = 0;
		}
	}
	mutex_unlock(&dev->object_name_lock);
	return ret;
}

unsigned int dxg_drm_gem_object_users(const struct drm_gem_object *obj)
{
	return kref_read(&obj->refcount);
}

void dxg_sg_table_free(struct sg_table *sgt)
{
	sg_free_table(sgt);
	kfree(sgt);
}

/*
 * Gets the first pages of a table, at most @max, each with a reference, up to the
 * first that is not a page of @file: other pages may have no reference count, as
 * TTM's are parts of blocks. Returns the number of pages.
 */
unsigned long dxg_sg_table_get_pages(struct sg_table *sgt, const struct file *file,
				     struct page **pages, unsigned long max)
{
	struct sg_page_iter iter;
	unsigned long count = 0;

	for_each_sgtable_page(sgt, &iter, 0) {
		struct page *page = sg_page_iter_page(&iter);

		if (count == max || page_folio(page)->mapping != file->f_mapping)
			break;
		get_page(page);
		pages[count++] = page;
	}
	return count;
}

/* Drops a reference. The page may have been written to. */
void dxg_page_put(struct page *page)
{
	put_page(page);
}

/* Whether that much memory is free beyond the kernel's reserves. */
bool dxg_has_free_bytes(unsigned long bytes)
{
	return global_zone_page_state(NR_FREE_PAGES) >
	       (bytes >> PAGE_SHIFT) + totalram_pages() / 64;
}

unsigned int dxg_noreclaim_begin(void)
{
	return memalloc_noreclaim_save();
}

void dxg_noreclaim_end(unsigned int flags)
{
	memalloc_noreclaim_restore(flags);
}
