// SPDX-License-Identifier: GPL-2.0

//! Thin safe types over C DRM.
//!
//! `kernel::drm` exists only where DRM is built in, and cannot make objects on another driver's device; so this
//! room calls C DRM itself, through its own bindings.

pub(crate) mod class_interface;
pub(crate) mod device;
pub(crate) mod drm_device;
pub(crate) mod gem;
pub(crate) mod hotplug_notifier;
mod object;
mod prime;
