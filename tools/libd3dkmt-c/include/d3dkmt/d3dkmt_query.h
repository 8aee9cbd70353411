/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What D3DKMTQueryAdapterInfo answers: a structure for each KMTQAITYPE. */
#ifndef D3DKMT_QUERY_H
#define D3DKMT_QUERY_H

#include "d3dkmdt.h"

typedef enum _KMTUMDVERSION {
	KMTUMDVERSION_DX9 = 0,
	KMTUMDVERSION_DX10 = 1,
	KMTUMDVERSION_DX11 = 2,
	KMTUMDVERSION_DX12 = 3,
} KMTUMDVERSION;

/* KMTQAITYPE_UMDRIVERNAME */
typedef struct _D3DKMT_UMDFILENAMEINFO {
	KMTUMDVERSION Version; /* in */
	WCHAR UmdFileName[MAX_PATH]; /* out */
} D3DKMT_UMDFILENAMEINFO;

/* KMTQAITYPE_GETSEGMENTSIZE: bytes */
typedef struct _D3DKMT_SEGMENTSIZEINFO {
	ULONGLONG DedicatedVideoMemorySize;
	ULONGLONG DedicatedSystemMemorySize;
	ULONGLONG SharedSystemMemorySize;
} D3DKMT_SEGMENTSIZEINFO;

/* KMTQAITYPE_ADAPTERADDRESS: the place on the PCI bus */
typedef struct _D3DKMT_ADAPTERADDRESS {
	UINT BusNumber;
	UINT DeviceNumber;
	UINT FunctionNumber;
} D3DKMT_ADAPTERADDRESS;

/* KMTQAITYPE_ADAPTERREGISTRYINFO, ..._RENDER */
typedef struct _D3DKMT_ADAPTERREGISTRYINFO {
	WCHAR AdapterString[MAX_PATH];
	WCHAR BiosString[MAX_PATH];
	WCHAR DacType[MAX_PATH];
	WCHAR ChipType[MAX_PATH];
} D3DKMT_ADAPTERREGISTRYINFO;

/* KMTQAITYPE_DRIVERVERSION, ..._RENDER */
typedef enum _D3DKMT_DRIVERVERSION {
	KMT_DRIVERVERSION_WDDM_1_0 = 1000,
	KMT_DRIVERVERSION_WDDM_1_1_PRERELEASE = 1102,
	KMT_DRIVERVERSION_WDDM_1_1 = 1105,
	KMT_DRIVERVERSION_WDDM_1_2 = 1200,
	KMT_DRIVERVERSION_WDDM_1_3 = 1300,
	KMT_DRIVERVERSION_WDDM_2_0 = 2000,
	KMT_DRIVERVERSION_WDDM_2_1 = 2100,
	KMT_DRIVERVERSION_WDDM_2_2 = 2200,
	KMT_DRIVERVERSION_WDDM_2_3 = 2300,
	KMT_DRIVERVERSION_WDDM_2_4 = 2400,
	KMT_DRIVERVERSION_WDDM_2_5 = 2500,
	KMT_DRIVERVERSION_WDDM_2_6 = 2600,
	KMT_DRIVERVERSION_WDDM_2_7 = 2700,
	KMT_DRIVERVERSION_WDDM_2_8 = 2800,
	KMT_DRIVERVERSION_WDDM_2_9 = 2900,
	KMT_DRIVERVERSION_WDDM_3_0 = 3000,
	KMT_DRIVERVERSION_WDDM_3_1 = 3100,
} D3DKMT_DRIVERVERSION;

/* KMTQAITYPE_ADAPTERTYPE, ..._RENDER */
__extension__ typedef struct _D3DKMT_ADAPTERTYPE {
	__extension__ union {
		__extension__ struct {
			UINT RenderSupported : 1;
			UINT DisplaySupported : 1;
			UINT SoftwareDevice : 1;
			UINT PostDevice : 1;
			UINT HybridDiscrete : 1;
			UINT HybridIntegrated : 1;
			UINT IndirectDisplayDevice : 1;
			UINT Paravirtualized : 1;
			UINT ACGSupported : 1;
			UINT SupportSetTimingsFromVidPn : 1;
			UINT Detachable : 1;
			UINT ComputeOnly : 1;
			UINT Prototype : 1;
			UINT Reserved : 19;
		};
		UINT Value;
	};
} D3DKMT_ADAPTERTYPE;

/* KMTQAITYPE_WDDM_1_2_CAPS, ..._RENDER */
typedef struct _D3DKMT_WDDM_1_2_CAPS {
	D3DKMDT_PREEMPTION_CAPS PreemptionCaps;
	__extension__ union {
		__extension__ struct {
			UINT SupportNonVGA : 1;
			UINT SupportSmoothRotation : 1;
			UINT SupportPerEngineTDR : 1;
			UINT SupportKernelModeCommandBuffer : 1;
			UINT SupportCCD : 1;
			UINT SupportSoftwareDeviceBitmaps : 1;
			UINT SupportGammaRamp : 1;
			UINT SupportHWCursor : 1;
			UINT SupportHWVSync : 1;
			UINT SupportSurpriseRemovalInHibernation : 1;
			UINT Reserved : 22;
		};
		UINT Value;
	};
} D3DKMT_WDDM_1_2_CAPS;

/* KMTQAITYPE_UMD_DRIVER_VERSION: four 16-bit parts, the most significant first */
typedef struct _D3DKMT_UMD_DRIVER_VERSION {
	LARGE_INTEGER DriverVersion;
} D3DKMT_UMD_DRIVER_VERSION;

/* KMTQAITYPE_KMD_DRIVER_VERSION */
typedef struct _D3DKMT_KMD_DRIVER_VERSION {
	LARGE_INTEGER DriverVersion;
} D3DKMT_KMD_DRIVER_VERSION;

/* KMTQAITYPE_WDDM_2_0_CAPS */
__extension__ typedef struct _D3DKMT_WDDM_2_0_CAPS {
	__extension__ union {
		__extension__ struct {
			UINT Support64BitAtomics : 1;
			UINT GpuMmuSupported : 1;
			UINT IoMmuSupported : 1;
			UINT FlipOverwriteSupported : 1;
			UINT SupportContextlessPresent : 1;
			UINT SupportSurpriseRemoval : 1;
			UINT Reserved : 26;
		};
		UINT Value;
	};
} D3DKMT_WDDM_2_0_CAPS;

/* KMTQAITYPE_WDDM_2_7_CAPS */
__extension__ typedef struct _D3DKMT_WDDM_2_7_CAPS {
	__extension__ union {
		__extension__ struct {
			UINT HwSchSupported : 1;
			UINT HwSchEnabled : 1;
			UINT HwSchEnabledByDefault : 1;
			UINT IndependentVidPnVSyncControl : 1;
			UINT Reserved : 28;
		};
		UINT Value;
	};
} D3DKMT_WDDM_2_7_CAPS;

/* KMTQAITYPE_NODEMETADATA */
#pragma pack(push, 1)
typedef struct _D3DKMT_NODEMETADATA {
	UINT NodeOrdinalAndAdapterIndex; /* in: node 15:0, physical adapter 31:16 */
	DXGK_NODEMETADATA NodeData; /* out */
} D3DKMT_NODEMETADATA;
#pragma pack(pop)

/* KMTQAITYPE_PHYSICALADAPTERCOUNT */
typedef struct _D3DKMT_PHYSICAL_ADAPTER_COUNT {
	UINT Count;
} D3DKMT_PHYSICAL_ADAPTER_COUNT;

typedef struct _D3DKMT_DEVICE_IDS {
	UINT VendorID;
	UINT DeviceID;
	UINT SubVendorID;
	UINT SubSystemID;
	UINT RevisionID;
	UINT BusType;
} D3DKMT_DEVICE_IDS;

/* KMTQAITYPE_PHYSICALADAPTERDEVICEIDS */
typedef struct _D3DKMT_QUERY_DEVICE_IDS {
	UINT PhysicalAdapterIndex; /* in */
	D3DKMT_DEVICE_IDS DeviceIds; /* out */
} D3DKMT_QUERY_DEVICE_IDS;

typedef struct _D3DKMT_GPUMMU_CAPS {
	__extension__ union {
		__extension__ struct {
			UINT ReadOnlyMemorySupported : 1;
			UINT NoExecuteMemorySupported : 1;
			UINT ZeroInPteSupported : 1;
			UINT CacheCoherentMemorySupported : 1;
			UINT LargePageSupported : 1;
			UINT DualPteSupported : 1;
			UINT AllowNonAlignedLargePageAddress : 1;
			UINT Reserved : 25;
		};
		UINT Value;
	} Flags;
	UINT VirtualAddressBitCount;
} D3DKMT_GPUMMU_CAPS;

/* KMTQAITYPE_QUERY_GPUMMU_CAPS */
typedef struct _D3DKMT_QUERY_GPUMMU_CAPS {
	UINT PhysicalAdapterIndex; /* in */
	D3DKMT_GPUMMU_CAPS Caps; /* out */
} D3DKMT_QUERY_GPUMMU_CAPS;

/* KMTQAITYPE_QUERY_ADAPTER_UNIQUE_GUID */
typedef struct _D3DKMT_QUERY_ADAPTER_UNIQUE_GUID {
	WCHAR AdapterUniqueGUID[40];
} D3DKMT_QUERY_ADAPTER_UNIQUE_GUID;

/* KMTQAITYPE_NODEPERFDATA: hertz, millivolts, units of 100 ns */
typedef struct _D3DKMT_NODE_PERFDATA {
	UINT32 NodeOrdinal; /* in */
	UINT32 PhysicalAdapterIndex; /* in */
	ULONGLONG Frequency;
	ULONGLONG MaxFrequency;
	ULONGLONG MaxFrequencyOC;
	ULONG Voltage;
	ULONG VoltageMax;
	ULONG VoltageMaxOC;
	ULONGLONG MaxTransitionLatency;
} D3DKMT_NODE_PERFDATA;

/* KMTQAITYPE_ADAPTERPERFDATA: hertz, bytes, tenths of a percent and of a degree */
typedef struct _D3DKMT_ADAPTER_PERFDATA {
	UINT32 PhysicalAdapterIndex; /* in */
	ULONGLONG MemoryFrequency;
	ULONGLONG MaxMemoryFrequency;
	ULONGLONG MaxMemoryFrequencyOC;
	ULONGLONG MemoryBandwidth;
	ULONGLONG PCIEBandwidth;
	ULONG FanRPM;
	ULONG Power;
	ULONG Temperature;
	UCHAR PowerStateOverride;
} D3DKMT_ADAPTER_PERFDATA;

/* KMTQAITYPE_ADAPTERPERFDATA_CAPS */
typedef struct _D3DKMT_ADAPTER_PERFDATACAPS {
	UINT32 PhysicalAdapterIndex; /* in */
	ULONGLONG MaxMemoryBandwidth;
	ULONGLONG MaxPCIEBandwidth;
	ULONG MaxFanRPM;
	ULONG TemperatureMax;
	ULONG TemperatureWarning;
} D3DKMT_ADAPTER_PERFDATACAPS;

/* KMTQAITYPE_DRIVER_DESCRIPTION, ..._RENDER */
typedef struct _D3DKMT_DRIVER_DESCRIPTION {
	WCHAR DriverDescription[4096];
} D3DKMT_DRIVER_DESCRIPTION;

#endif /* D3DKMT_QUERY_H */
