// SPDX-License-Identifier: MIT OR Apache-2.0
//! A `bitflags` type for every flag word of the ABI.
//!
//! Names are the WDK's in Rust's spelling: each constant's text begins with the WDK's own. Bits
//! without a name are kept, so that `from_bits_retain` can make any word. `RESERVED` of the
//! structures is not here: [`super::bindings`] has it.
#![allow(non_camel_case_types)]

use super::bindings as c;

/// Defines the types, and the ways between them and the structures that hold such a word alone.
macro_rules! flag_words {
    ($(
        $(#[$doc:meta])*
        $name:ident: $word:ty $(, $holder:ident)? {$(
            $(#[$attr:ident $($text:tt)*])* $bit:ident = $value:ident;
        )*}
    )*) => {$(
        bitflags::bitflags! {
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            pub struct $name: $word {
                $($(#[$attr $($text)*])* const $bit = c::$value as $word;)*
            }
        }
        $(
            impl From<$name> for c::$holder {
                fn from(flags: $name) -> Self {
                    Self { value: flags.bits() }
                }
            }
            impl From<c::$holder> for $name {
                fn from(holder: c::$holder) -> Self {
                    Self::from_bits_retain(holder.value)
                }
            }
        )?
    )*};
}

flag_words! {
    /// Flags in [`c::d3dkmt_enumadapters_filter`].
    D3DKMT_ENUMADAPTERS_FILTER: u64, d3dkmt_enumadapters_filter {
        /// IncludeComputeOnly: adapters without display.
        INCLUDE_COMPUTE_ONLY = D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_COMPUTE_ONLY;
        /// IncludeDisplayOnly: adapters without rendering.
        INCLUDE_DISPLAY_ONLY = D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_DISPLAY_ONLY;
    }
    /// Flags in [`c::d3dkmt_adaptertype`].
    D3DKMT_ADAPTERTYPE: u32, d3dkmt_adaptertype {
        /// RenderSupported: can render.
        RENDER_SUPPORTED = D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED;
        /// DisplaySupported: has display outputs.
        DISPLAY_SUPPORTED = D3DKMT_ADAPTERTYPE_DISPLAY_SUPPORTED;
        /// SoftwareDevice: has no hardware.
        SOFTWARE_DEVICE = D3DKMT_ADAPTERTYPE_SOFTWARE_DEVICE;
        /// PostDevice: showed the firmware's messages.
        POST_DEVICE = D3DKMT_ADAPTERTYPE_POST_DEVICE;
        /// HybridDiscrete: discrete half of a hybrid system.
        HYBRID_DISCRETE = D3DKMT_ADAPTERTYPE_HYBRID_DISCRETE;
        /// HybridIntegrated: integrated half of a hybrid system.
        HYBRID_INTEGRATED = D3DKMT_ADAPTERTYPE_HYBRID_INTEGRATED;
        /// IndirectDisplayDevice: display without a GPU of its own.
        INDIRECT_DISPLAY_DEVICE = D3DKMT_ADAPTERTYPE_INDIRECT_DISPLAY_DEVICE;
        /// Paravirtualized: GPU of a host.
        PARAVIRTUALIZED = D3DKMT_ADAPTERTYPE_PARAVIRTUALIZED;
        /// AcgSupported: arbitrary code guard.
        ACG_SUPPORTED = D3DKMT_ADAPTERTYPE_ACG_SUPPORTED;
        /// SupportSetTimingsFromVidPn: one call sets all timings.
        SUPPORT_SET_TIMINGS_FROM_VIDPN = D3DKMT_ADAPTERTYPE_SUPPORT_SET_TIMINGS_FROM_VIDPN;
        /// Detachable: can be unplugged.
        DETACHABLE = D3DKMT_ADAPTERTYPE_DETACHABLE;
        /// ComputeOnly: computes, but neither draws nor displays.
        COMPUTE_ONLY = D3DKMT_ADAPTERTYPE_COMPUTE_ONLY;
        /// Prototype: not a product.
        PROTOTYPE = D3DKMT_ADAPTERTYPE_PROTOTYPE;
    }
    /// Flags in [`c::d3dkmt_wddm_1_2_caps`].
    D3DKMT_WDDM_1_2_CAPS_FLAGS: u32 {
        /// SupportNonVGA: works without VGA.
        SUPPORT_NON_VGA = D3DKMT_WDDM_1_2_CAPS_SUPPORT_NON_VGA;
        /// SupportSmoothRotation: rotates smoothly.
        SUPPORT_SMOOTH_ROTATION = D3DKMT_WDDM_1_2_CAPS_SUPPORT_SMOOTH_ROTATION;
        /// SupportPerEngineTDR: resets one engine alone.
        SUPPORT_PER_ENGINE_TDR = D3DKMT_WDDM_1_2_CAPS_SUPPORT_PER_ENGINE_TDR;
        /// SupportKernelModeCommandBuffer: renders from the kernel.
        SUPPORT_KERNEL_MODE_COMMAND_BUFFER = D3DKMT_WDDM_1_2_CAPS_SUPPORT_KERNEL_MODE_COMMAND_BUFFER;
        /// SupportCCD: connects and configures displays.
        SUPPORT_CCD = D3DKMT_WDDM_1_2_CAPS_SUPPORT_CCD;
        /// SupportSoftwareDeviceBitmaps: shows bitmaps of GDI.
        SUPPORT_SOFTWARE_DEVICE_BITMAPS = D3DKMT_WDDM_1_2_CAPS_SUPPORT_SOFTWARE_DEVICE_BITMAPS;
        /// SupportGammaRamp: has gamma ramps.
        SUPPORT_GAMMA_RAMP = D3DKMT_WDDM_1_2_CAPS_SUPPORT_GAMMA_RAMP;
        /// SupportHWCursor: has a hardware cursor.
        SUPPORT_HW_CURSOR = D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_CURSOR;
        /// SupportHWVSync: has a vertical sync interrupt.
        SUPPORT_HW_VSYNC = D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_VSYNC;
        /// SupportSurpriseRemovalInHibernation: may go meanwhile.
        SUPPORT_SURPRISE_REMOVAL_IN_HIBERNATION = D3DKMT_WDDM_1_2_CAPS_SUPPORT_SURPRISE_REMOVAL_IN_HIBERNATION;
    }
    /// Flags in [`c::d3dkmt_wddm_2_0_caps`].
    D3DKMT_WDDM_2_0_CAPS: u32, d3dkmt_wddm_2_0_caps {
        /// Support64BitAtomics: 64-bit atomic operations.
        SUPPORT_64BIT_ATOMICS = D3DKMT_WDDM_2_0_CAPS_SUPPORT_64BIT_ATOMICS;
        /// GpuMmuSupported: the GPU has page tables.
        GPUMMU_SUPPORTED = D3DKMT_WDDM_2_0_CAPS_GPUMMU_SUPPORTED;
        /// IoMmuSupported: the GPU uses an IOMMU's address spaces.
        IOMMU_SUPPORTED = D3DKMT_WDDM_2_0_CAPS_IOMMU_SUPPORTED;
        /// FlipOverwriteSupported: a flip may replace a waiting one.
        FLIP_OVERWRITE_SUPPORTED = D3DKMT_WDDM_2_0_CAPS_FLIP_OVERWRITE_SUPPORTED;
        /// SupportContextlessPresent: presents without a context.
        SUPPORT_CONTEXTLESS_PRESENT = D3DKMT_WDDM_2_0_CAPS_SUPPORT_CONTEXTLESS_PRESENT;
        /// SupportSurpriseRemoval: may be unplugged while in use.
        SUPPORT_SURPRISE_REMOVAL = D3DKMT_WDDM_2_0_CAPS_SUPPORT_SURPRISE_REMOVAL;
    }
    /// Flags in [`c::d3dkmt_wddm_2_7_caps`].
    D3DKMT_WDDM_2_7_CAPS: u32, d3dkmt_wddm_2_7_caps {
        /// HwSchSupported: can schedule in hardware.
        HWSCH_SUPPORTED = D3DKMT_WDDM_2_7_CAPS_HWSCH_SUPPORTED;
        /// HwSchEnabled: does schedule in hardware.
        HWSCH_ENABLED = D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED;
        /// HwSchEnabledByDefault: does so unless told otherwise.
        HWSCH_ENABLED_BY_DEFAULT = D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED_BY_DEFAULT;
        /// IndependentVidPnVSyncControl: sync interrupt per source.
        INDEPENDENT_VIDPN_VSYNC_CONTROL = D3DKMT_WDDM_2_7_CAPS_INDEPENDENT_VIDPN_VSYNC_CONTROL;
    }
    /// Flags in [`c::d3dkmt_createdeviceflags`].
    D3DKMT_CREATEDEVICEFLAGS: u32, d3dkmt_createdeviceflags {
        /// LegacyMode: device of a program older than WDDM.
        LEGACY_MODE = D3DKMT_CREATEDEVICE_LEGACY_MODE;
        /// RequestVSync: presents wait for vertical sync.
        REQUEST_VSYNC = D3DKMT_CREATEDEVICE_REQUEST_VSYNC;
        /// DisableGpuTimeout: long-running work is no hang.
        DISABLE_GPU_TIMEOUT = D3DKMT_CREATEDEVICE_DISABLE_GPU_TIMEOUT;
        /// GdiDevice: device of GDI.
        GDI_DEVICE = D3DKMT_CREATEDEVICE_GDI_DEVICE;
    }
    /// Flags in [`c::d3dkmt_createallocationflags`].
    D3DKMT_CREATEALLOCATIONFLAGS: u32, d3dkmt_createallocationflags {
        /// CreateResource: make a resource of the allocations.
        CREATE_RESOURCE = D3DKMT_CREATEALLOCATION_CREATE_RESOURCE;
        /// CreateShared: shareable; needs CREATE_RESOURCE.
        CREATE_SHARED = D3DKMT_CREATEALLOCATION_CREATE_SHARED;
        /// NonSecure: any process may open it.
        NON_SECURE = D3DKMT_CREATEALLOCATION_NON_SECURE;
        /// CreateProtected: not from user mode.
        CREATE_PROTECTED = D3DKMT_CREATEALLOCATION_CREATE_PROTECTED;
        /// RestrictSharedAccess: shared with restrictions.
        RESTRICT_SHARED_ACCESS = D3DKMT_CREATEALLOCATION_RESTRICT_SHARED_ACCESS;
        /// ExistingSysMem: memory of the caller; needs STANDARD_ALLOCATION.
        EXISTING_SYSMEM = D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM;
        /// NtSecuritySharing: shared by NT handle alone; needs CREATE_SHARED.
        NT_SECURITY_SHARING = D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING;
        /// ReadOnly: not written to.
        READ_ONLY = D3DKMT_CREATEALLOCATION_READ_ONLY;
        /// CreateWriteCombined: not from user mode.
        CREATE_WRITE_COMBINED = D3DKMT_CREATEALLOCATION_CREATE_WRITE_COMBINED;
        /// CreateCached: not from user mode.
        CREATE_CACHED = D3DKMT_CREATEALLOCATION_CREATE_CACHED;
        /// SwapChainBackBuffer: buffer of a swap chain.
        SWAP_CHAIN_BACK_BUFFER = D3DKMT_CREATEALLOCATION_SWAP_CHAIN_BACK_BUFFER;
        /// CrossAdapter: shared between adapters.
        CROSS_ADAPTER = D3DKMT_CREATEALLOCATION_CROSS_ADAPTER;
        /// OpenCrossAdapter: not from user mode.
        OPEN_CROSS_ADAPTER = D3DKMT_CREATEALLOCATION_OPEN_CROSS_ADAPTER;
        /// PartialSharedCreation: part of a shared resource.
        PARTIAL_SHARED_CREATION = D3DKMT_CREATEALLOCATION_PARTIAL_SHARED_CREATION;
        /// Zeroed: out, the pages were zero.
        ZEROED = D3DKMT_CREATEALLOCATION_ZEROED;
        /// WriteWatch: keep track of written pages.
        WRITE_WATCH = D3DKMT_CREATEALLOCATION_WRITE_WATCH;
        /// StandardAllocation: standard_allocation counts.
        STANDARD_ALLOCATION = D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION;
        /// ExistingSection: memory of a section; needs STANDARD_ALLOCATION.
        EXISTING_SECTION = D3DKMT_CREATEALLOCATION_EXISTING_SECTION;
        /// AllowNotZeroed: the pages need not be zero.
        ALLOW_NOT_ZEROED = D3DKMT_CREATEALLOCATION_ALLOW_NOT_ZEROED;
        /// PhysicallyContiguous: one run of physical memory.
        PHYSICALLY_CONTIGUOUS = D3DKMT_CREATEALLOCATION_PHYSICALLY_CONTIGUOUS;
        /// NoKmdAccess: the miniport does not see it.
        NO_KMD_ACCESS = D3DKMT_CREATEALLOCATION_NO_KMD_ACCESS;
        /// SharedDisplayable: shared and scanned out.
        SHARED_DISPLAYABLE = D3DKMT_CREATEALLOCATION_SHARED_DISPLAYABLE;
    }
    /// Flags in [`c::d3dddi_allocationinfo2_flags`].
    D3DDDI_ALLOCATIONINFO2_FLAGS: u32, d3dddi_allocationinfo2_flags {
        /// Primary: can be scanned out.
        PRIMARY = D3DDDI_ALLOCATIONINFO2_PRIMARY;
        /// Stereo: stereo primary; needs PRIMARY.
        STEREO = D3DDDI_ALLOCATIONINFO2_STEREO;
        /// OverridePriority: the caller gives the priority.
        OVERRIDE_PRIORITY = D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY;
    }
    /// Flags in [`c::d3dkmt_createstandardallocationflags`]: none has a meaning.
    D3DKMT_CREATESTANDARDALLOCATIONFLAGS: u32, d3dkmt_createstandardallocationflags {}
    /// Flags in [`c::d3dddicb_destroyallocation2flags`].
    D3DDDICB_DESTROYALLOCATION2FLAGS: u32, d3dddicb_destroyallocation2flags {
        /// AssumeNotInUse: don't wait for queued work.
        ASSUME_NOT_IN_USE = D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE;
        /// SynchronousDestroy: return when memory is back.
        SYNCHRONOUS_DESTROY = D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY;
        /// SystemUseOnly: not from user mode.
        SYSTEM_USE_ONLY = D3DDDICB_DESTROYALLOCATION2_SYSTEM_USE_ONLY;
    }
    /// Flags in [`c::d3dddicb_lock2flags`]: none has a meaning.
    D3DDDICB_LOCK2FLAGS: u32, d3dddicb_lock2flags {}
    /// Flags in [`c::d3dddi_makeresident_flags`].
    D3DDDI_MAKERESIDENT_FLAGS: u32, d3dddi_makeresident_flags {
        /// CantTrimFurther: may go over the budget.
        CANT_TRIM_FURTHER = D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER;
        /// MustSucceed: failing is an error of the device.
        MUST_SUCCEED = D3DDDI_MAKERESIDENT_MUST_SUCCEED;
    }
    /// Flags in [`c::d3dddi_evict_flags`].
    D3DDDI_EVICT_FLAGS: u32, d3dddi_evict_flags {
        /// EvictOnlyIfNecessary: may stay while there is room.
        EVICT_ONLY_IF_NECESSARY = D3DDDI_EVICT_EVICT_ONLY_IF_NECESSARY;
        /// NotWrittenTo: the contents did not change.
        NOT_WRITTEN_TO = D3DDDI_EVICT_NOT_WRITTEN_TO;
    }
    /// Flags in [`c::d3dkmt_offer_flags`].
    D3DKMT_OFFER_FLAGS: u32, d3dkmt_offer_flags {
        /// OfferImmediate: don't wait for queued work.
        OFFER_IMMEDIATELY = D3DKMT_OFFER_FLAG_OFFER_IMMEDIATELY;
        /// AllowDecommit: commitment may be lost as well.
        ALLOW_DECOMMIT = D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT;
    }
    /// Flags in [`c::d3dddi_updateallocproperty_flags`].
    D3DDDI_UPDATEALLOCPROPERTY_FLAGS: u32, d3dddi_updateallocproperty_flags {
        /// AccessedPhysically: by physical address.
        ACCESSED_PHYSICALLY = D3DDDI_UPDATEALLOCPROPERTY_FLAG_ACCESSED_PHYSICALLY;
        /// Unmoveable: must stay where it is.
        UNMOVEABLE = D3DDDI_UPDATEALLOCPROPERTY_FLAG_UNMOVEABLE;
    }
    /// Property mask in [`c::d3dddi_updateallocproperty`].
    D3DDDI_UPDATEALLOCPROPERTY_MASK: u32 {
        /// SetAccessedPhysically: that flag.
        SET_ACCESSED_PHYSICALLY = D3DDDI_UPDATEALLOCPROPERTY_SET_ACCESSED_PHYSICALLY;
        /// SetSupportedSegmentSet: the supported segments.
        SET_SUPPORTED_SEGMENTSET = D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET;
        /// SetPreferredSegment: the preferred segments.
        SET_PREFERRED_SEGMENT = D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT;
        /// SetUnmoveable: that flag.
        SET_UNMOVEABLE = D3DDDI_UPDATEALLOCPROPERTY_SET_UNMOVEABLE;
    }
    /// Flags in [`c::d3dddigpuva_protection_type`].
    D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE: u64, d3dddigpuva_protection_type {
        /// Write: may be written.
        WRITE = D3DDDIGPUVA_PROTECTION_WRITE;
        /// Execute: may be executed.
        EXECUTE = D3DDDIGPUVA_PROTECTION_EXECUTE;
        /// Zero: reads zeros, drops writes.
        ZERO = D3DDDIGPUVA_PROTECTION_ZERO;
        /// NoAccess: may not be accessed.
        NO_ACCESS = D3DDDIGPUVA_PROTECTION_NO_ACCESS;
        /// SystemUseOnly: not from user mode.
        SYSTEM_USE_ONLY = D3DDDIGPUVA_PROTECTION_SYSTEM_USE_ONLY;
    }
    /// Flags in [`c::d3dkmt_updategpuvirtualaddress_flags`].
    D3DKMT_UPDATEGPUVIRTUALADDRESS_FLAGS: u32, d3dkmt_updategpuvirtualaddress_flags {
        /// DoNotWait: don't wait for the fence first.
        DO_NOT_WAIT = D3DKMT_UPDATEGPUVIRTUALADDRESS_DO_NOT_WAIT;
    }
    /// Flags in [`c::d3dddi_createcontextflags`].
    D3DDDI_CREATECONTEXTFLAGS: u32, d3dddi_createcontextflags {
        /// NullRendering: drops what is submitted.
        NULL_RENDERING = D3DDDI_CREATECONTEXT_NULL_RENDERING;
        /// InitialData: has initial data.
        INITIAL_DATA = D3DDDI_CREATECONTEXT_INITIAL_DATA;
        /// DisableGpuTimeout: long-running work is no hang.
        DISABLE_GPU_TIMEOUT = D3DDDI_CREATECONTEXT_DISABLE_GPU_TIMEOUT;
        /// SynchronizationOnly: only waits and signals.
        SYNCHRONIZATION_ONLY = D3DDDI_CREATECONTEXT_SYNCHRONIZATION_ONLY;
        /// HwQueueSupported: hardware queues are made on it.
        HW_QUEUE_SUPPORTED = D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED;
        /// NoKmdAccess: the miniport does not see it.
        NO_KMD_ACCESS = D3DDDI_CREATECONTEXT_NO_KMD_ACCESS;
    }
    /// Flags in [`c::D3DKMT_CREATEHWCONTEXT`]: none has a meaning.
    D3DDDI_CREATEHWCONTEXTFLAGS: u32 {}
    /// Flags in [`c::d3dddi_createhwqueueflags`].
    D3DDDI_CREATEHWQUEUEFLAGS: u32, d3dddi_createhwqueueflags {
        /// DisableGpuTimeout: long-running work is no hang.
        DISABLE_GPU_TIMEOUT = D3DDDI_CREATEHWQUEUE_DISABLE_GPU_TIMEOUT;
        /// NoBroadcastSignal: signals are not broadcast.
        NO_BROADCAST_SIGNAL = D3DDDI_CREATEHWQUEUE_NO_BROADCAST_SIGNAL;
        /// NoBroadcastWait: waits are not broadcast.
        NO_BROADCAST_WAIT = D3DDDI_CREATEHWQUEUE_NO_BROADCAST_WAIT;
        /// NoKmdAccess: the miniport does not see it.
        NO_KMD_ACCESS = D3DDDI_CREATEHWQUEUE_NO_KMD_ACCESS;
    }
    /// Flags in [`c::d3dkmt_submitcommandflags`].
    D3DKMT_SUBMITCOMMANDFLAGS: u32, d3dkmt_submitcommandflags {
        /// NullRendering: drops the work.
        NULL_RENDERING = D3DKMT_SUBMITCOMMAND_NULL_RENDERING;
        /// PresentRedirected: presents to a compositor.
        PRESENT_REDIRECTED = D3DKMT_SUBMITCOMMAND_PRESENT_REDIRECTED;
        /// NoKmdAccess: the miniport does not see it.
        NO_KMD_ACCESS = D3DKMT_SUBMITCOMMAND_NO_KMD_ACCESS;
    }
    /// Flags in [`c::D3DKMT_RENDER`].
    D3DKMT_RENDERFLAGS: u32 {
        /// ResizeCommandBuffer: another size for the next buffer.
        RESIZE_COMMAND_BUFFER = D3DKMT_RENDER_RESIZE_COMMAND_BUFFER;
        /// ResizeAllocationList: another size for the next list.
        RESIZE_ALLOCATION_LIST = D3DKMT_RENDER_RESIZE_ALLOCATION_LIST;
        /// ResizePatchLocationList: another size for the next list.
        RESIZE_PATCH_LOCATION_LIST = D3DKMT_RENDER_RESIZE_PATCH_LOCATION_LIST;
        /// NullRendering: drops the work.
        NULL_RENDERING = D3DKMT_RENDER_NULL_RENDERING;
        /// PresentRedirected: presents to a compositor.
        PRESENT_REDIRECTED = D3DKMT_RENDER_PRESENT_REDIRECTED;
        /// RenderKm: commands of the kernel's.
        RENDER_KM = D3DKMT_RENDER_RENDER_KM;
        /// RenderKmReadback: the same, read back.
        RENDER_KM_READBACK = D3DKMT_RENDER_RENDER_KM_READBACK;
    }
    /// Flags in [`c::d3dddi_allocationlist`], beside its offer priority.
    D3DDDI_ALLOCATIONLIST_FLAGS: u32 {
        /// WriteOperation: is written to.
        WRITE_OPERATION = D3DDDI_ALLOCATIONLIST_WRITE_OPERATION;
        /// DoNotRetireInstance: stays in use.
        DO_NOT_RETIRE_INSTANCE = D3DDDI_ALLOCATIONLIST_DO_NOT_RETIRE_INSTANCE;
    }
    /// Flags in [`c::d3dddi_synchronizationobject_flags`].
    D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS: u32, d3dddi_synchronizationobject_flags {
        /// Shared: shareable.
        SHARED = D3DDDI_SYNCHRONIZATIONOBJECT_SHARED;
        /// NtSecuritySharing: shared by NT handle alone; needs SHARED.
        NT_SECURITY_SHARING = D3DDDI_SYNCHRONIZATIONOBJECT_NT_SECURITY_SHARING;
        /// CrossAdapter: shared between adapters.
        CROSS_ADAPTER = D3DDDI_SYNCHRONIZATIONOBJECT_CROSS_ADAPTER;
        /// TopOfPipeline: signalled when work begins.
        TOP_OF_PIPELINE = D3DDDI_SYNCHRONIZATIONOBJECT_TOP_OF_PIPELINE;
        /// NoSignal: this device does not signal it.
        NO_SIGNAL = D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL;
        /// NoWait: this device does not wait for it.
        NO_WAIT = D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT;
        /// NoSignalMaxValueOnTdr: a reset leaves it.
        NO_SIGNAL_MAX_VALUE_ON_TDR = D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL_MAX_VALUE_ON_TDR;
        /// NoGPUAccess: for CPUs only.
        NO_GPU_ACCESS = D3DDDI_SYNCHRONIZATIONOBJECT_NO_GPU_ACCESS;
        /// SignalByKmd: the miniport signals it.
        SIGNAL_BY_KMD = D3DDDI_SYNCHRONIZATIONOBJECT_SIGNAL_BY_KMD;
    }
    /// Flags in [`c::d3dddicb_signalflags`].
    D3DDDICB_SIGNALFLAGS: u32, d3dddicb_signalflags {
        /// SignalAtSubmission: when the commands are submitted.
        SIGNAL_AT_SUBMISSION = D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION;
        /// EnqueueCpuEvent: signals a CPU event instead.
        ENQUEUE_CPU_EVENT = D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT;
        /// AllowFenceRewind: the value may go down.
        ALLOW_FENCE_REWIND = D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND;
        /// DXGK_SIGNAL_FLAG_INTERNAL0: not from user mode.
        INTERNAL0 = D3DDDICB_SIGNAL_INTERNAL0;
    }
    /// Flags in [`c::d3dddi_waitforsynchronizationobjectfromcpu_flags`].
    D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS: u32, d3dddi_waitforsynchronizationobjectfromcpu_flags {
        /// WaitAny: one object is enough.
        WAIT_ANY = D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_WAIT_ANY;
    }
    /// Flags in [`c::d3dkmt_devicereset_state`].
    D3DKMT_DEVICERESET_STATE: u32, d3dkmt_devicereset_state {
        /// DesktopSwitched: the desktop changed.
        DESKTOP_SWITCHED = D3DKMT_DEVICERESET_STATE_DESKTOP_SWITCHED;
    }
    /// Flags in [`c::d3dddi_escapeflags`].
    D3DDDI_ESCAPEFLAGS: u32, d3dddi_escapeflags {
        /// HardwareAccess: may touch the hardware.
        HARDWARE_ACCESS = D3DDDI_ESCAPE_HARDWARE_ACCESS;
        /// DeviceStatusQuery: asks for the state of a device.
        DEVICE_STATUS_QUERY = D3DDDI_ESCAPE_DEVICE_STATUS_QUERY;
        /// ChangeFrameLatency: changes the frame latency.
        CHANGE_FRAME_LATENCY = D3DDDI_ESCAPE_CHANGE_FRAME_LATENCY;
        /// NoAdapterSynchronization: may run beside other calls.
        NO_ADAPTER_SYNCHRONIZATION = D3DDDI_ESCAPE_NO_ADAPTER_SYNCHRONIZATION;
        /// VirtualMachineData: comes from a virtual machine.
        VIRTUAL_MACHINE_DATA = D3DDDI_ESCAPE_VIRTUAL_MACHINE_DATA;
        /// DriverKnownEscape: enum d3dddi_knownescapetype is in the data.
        DRIVER_KNOWN_ESCAPE = D3DDDI_ESCAPE_DRIVER_KNOWN_ESCAPE;
        /// DriverCommonEscape: common to drivers.
        DRIVER_COMMON_ESCAPE = D3DDDI_ESCAPE_DRIVER_COMMON_ESCAPE;
    }
    /// Flags in [`c::dxgk_gpuclockdata_flags`].
    DXGK_GPUCLOCKDATA_FLAGS: u32, dxgk_gpuclockdata_flags {
        /// ContextManagementProcessor: the GPU keeps contexts itself.
        CONTEXT_MANAGEMENT_PROCESSOR = DXGK_GPUCLOCKDATA_CONTEXT_MANAGEMENT_PROCESSOR;
    }
    /// Flags in [`c::dxgk_isfeatureenabled_result`].
    DXGK_ISFEATUREENABLED_FLAGS: u16 {
        /// Enabled: in use.
        ENABLED = DXGK_ISFEATUREENABLED_ENABLED;
        /// KnownFeature: the system knows the number.
        KNOWN_FEATURE = DXGK_ISFEATUREENABLED_KNOWN_FEATURE;
        /// SupportedByDriver: the driver can.
        SUPPORTED_BY_DRIVER = DXGK_ISFEATUREENABLED_SUPPORTED_BY_DRIVER;
        /// SupportedOnConfig: this machine can.
        SUPPORTED_ON_CONFIG = DXGK_ISFEATUREENABLED_SUPPORTED_ON_CONFIG;
    }
    /// Flags in [`c::d3dkmt_devicepagefault_state`].
    DXGK_PAGE_FAULT_FLAGS: u32 {
        /// Write: the access was a write.
        WRITE = DXGK_PAGE_FAULT_WRITE;
        /// FenceInvalid: no fence is known for the fault.
        FENCE_INVALID = DXGK_PAGE_FAULT_FENCE_INVALID;
        /// AdapterResetRequired: the adapter must be reset.
        ADAPTER_RESET_REQUIRED = DXGK_PAGE_FAULT_ADAPTER_RESET_REQUIRED;
        /// EngineResetRequired: the engine must be reset.
        ENGINE_RESET_REQUIRED = DXGK_PAGE_FAULT_ENGINE_RESET_REQUIRED;
        /// FatalHardwareError: the hardware is broken.
        FATAL_HARDWARE_ERROR = DXGK_PAGE_FAULT_FATAL_HARDWARE_ERROR;
        /// IoMmu: the fault is the IOMMU's.
        IOMMU = DXGK_PAGE_FAULT_IOMMU;
        /// HwContextValid: the context is known.
        HW_CONTEXT_VALID = DXGK_PAGE_FAULT_HW_CONTEXT_VALID;
        /// ProcessHandleValid: the process is known.
        PROCESS_HANDLE_VALID = DXGK_PAGE_FAULT_PROCESS_HANDLE_VALID;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_unknown_bits() {
        let flags = D3DKMT_CREATEALLOCATIONFLAGS::from_bits_retain(0x8000_0001);
        let holder = c::d3dkmt_createallocationflags::from(flags);
        assert_eq!(holder.value, 0x8000_0001);
        assert_eq!(D3DKMT_CREATEALLOCATIONFLAGS::from(holder), flags);
        assert!(flags.contains(D3DKMT_CREATEALLOCATIONFLAGS::CREATE_RESOURCE));
    }
}
