/* SPDX-License-Identifier: GPL-2.0 */
/* C side of the drm room: inline functions and macros, as functions. */
#ifndef DXG_DRM_HELPERS_H
#define DXG_DRM_HELPERS_H

#include <linux/types.h>

struct class;
struct device;
struct drm_device;
struct drm_gem_object;
struct drm_minor;
struct page;
struct sg_table;

/**
 * struct dxg_pci_identity - where and what a PCI device is
 */
struct dxg_pci_identity {
	u32 bus;
	u32 device;
	u32 function;
	u32 vendor_id;
	u32 device_id;
	u32 subsystem_vendor_id;
	u32 subsystem_id;
	u32 revision;
};

const struct class *dxg_drm_class(void);
struct drm_minor *dxg_drm_primary_minor(struct device *dev);
bool dxg_drm_is_usable(const struct drm_device *dev);
bool dxg_drm_pci_identity(const struct drm_device *dev,
			  struct dxg_pci_identity *id);

void dxg_drm_gem_object_put(struct drm_gem_object *obj);
int dxg_drm_gem_name(struct drm_gem_object *obj);
unsigned int dxg_drm_gem_object_users(const struct drm_gem_object *obj);
void dxg_sg_table_free(struct sg_table *sgt);
unsigned long dxg_sg_table_get_pages(struct sg_table *sgt, const struct file *file,
				     struct page **pages, unsigned long max);
void dxg_page_put(struct page *page);

bool dxg_has_free_bytes(unsigned long bytes);
unsigned int dxg_noreclaim_begin(void);
void dxg_noreclaim_end(unsigned int flags);

#endif /* DXG_DRM_HELPERS_H */
