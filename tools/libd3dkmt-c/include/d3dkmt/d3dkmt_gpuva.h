/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Addresses of the GPU. */
#ifndef D3DKMT_GPUVA_H
#define D3DKMT_GPUVA_H

#include "d3dkmdt.h"

D3DKMT_BEGIN

typedef struct _D3DKMT_FREEGPUVIRTUALADDRESS {
	D3DKMT_HANDLE hAdapter; /* in */
	D3DGPU_VIRTUAL_ADDRESS BaseAddress; /* in */
	D3DGPU_SIZE_T Size; /* in */
} D3DKMT_FREEGPUVIRTUALADDRESS;

typedef struct _D3DKMT_UPDATEGPUVIRTUALADDRESS {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hContext; /* in */
	D3DKMT_HANDLE hFenceObject; /* in */
	UINT NumOperations; /* in */
	D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION *Operations; /* in */
	UINT Reserved0; /* 0 */
	UINT Reserved1; /* 0 */
	UINT64 Reserved2; /* 0 */
	UINT64 FenceValue; /* in */
	union {
		__extension__ struct {
			UINT DoNotWait : 1; /* don't wait for the fence first */
			UINT Reserved : 31;
		};
		UINT Value;
	} Flags; /* in */
} D3DKMT_UPDATEGPUVIRTUALADDRESS;

D3DKMT_FUNCTION(ReserveGpuVirtualAddress, RESERVEGPUVIRTUALADDRESS, D3DDDI_RESERVEGPUVIRTUALADDRESS *);
D3DKMT_FUNCTION(MapGpuVirtualAddress, MAPGPUVIRTUALADDRESS, D3DDDI_MAPGPUVIRTUALADDRESS *);
D3DKMT_FUNCTION(FreeGpuVirtualAddress, FREEGPUVIRTUALADDRESS, CONST D3DKMT_FREEGPUVIRTUALADDRESS *);
D3DKMT_FUNCTION(UpdateGpuVirtualAddress, UPDATEGPUVIRTUALADDRESS, CONST D3DKMT_UPDATEGPUVIRTUALADDRESS *);

D3DKMT_END

#endif /* D3DKMT_GPUVA_H */
