/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Contexts, hardware queues, submission. */
#ifndef D3DKMT_CONTEXT_H
#define D3DKMT_CONTEXT_H

#include "d3dkmdt.h"

D3DKMT_BEGIN

typedef enum _D3DKMT_CLIENTHINT {
	D3DKMT_CLIENTHINT_UNKNOWN = 0,
	D3DKMT_CLIENTHINT_OPENGL = 1,
	D3DKMT_CLIENTHINT_CDD = 2,
	D3DKMT_CLIENTHINT_OPENCL = 3,
	D3DKMT_CLIENTHINT_VULKAN = 4,
	D3DKMT_CLIENTHINT_CUDA = 5,
	D3DKMT_CLIENTHINT_RESERVED = 6,
	D3DKMT_CLIENTHINT_DX7 = 7,
	D3DKMT_CLIENTHINT_DX8 = 8,
	D3DKMT_CLIENTHINT_DX9 = 9,
	D3DKMT_CLIENTHINT_DX10 = 10,
	D3DKMT_CLIENTHINT_DX11 = 11,
	D3DKMT_CLIENTHINT_DX12 = 12,
	D3DKMT_CLIENTHINT_9ON12 = 13,
	D3DKMT_CLIENTHINT_11ON12 = 14,
	D3DKMT_CLIENTHINT_MFT_ENCODE = 15,
	D3DKMT_CLIENTHINT_GLON12 = 16,
	D3DKMT_CLIENTHINT_CLON12 = 17,
	D3DKMT_CLIENTHINT_DML_TENSORFLOW = 18,
	D3DKMT_CLIENTHINT_ONEAPI_LEVEL0 = 19,
} D3DKMT_CLIENTHINT;

typedef struct _D3DKMT_CREATECONTEXT {
	D3DKMT_HANDLE hDevice; /* in */
	UINT NodeOrdinal; /* in */
	UINT EngineAffinity; /* in */
	D3DDDI_CREATECONTEXTFLAGS Flags; /* in */
	VOID *pPrivateDriverData; /* in */
	UINT PrivateDriverDataSize; /* in */
	D3DKMT_CLIENTHINT ClientHint; /* in */
	D3DKMT_HANDLE hContext; /* out */
	VOID *pCommandBuffer; /* out */
	UINT CommandBufferSize; /* out */
	D3DDDI_ALLOCATIONLIST *pAllocationList; /* out */
	UINT AllocationListSize; /* out */
	D3DDDI_PATCHLOCATIONLIST *pPatchLocationList; /* out */
	UINT PatchLocationListSize; /* out */
	D3DGPU_VIRTUAL_ADDRESS CommandBuffer; /* out */
} D3DKMT_CREATECONTEXT;

typedef struct _D3DKMT_CREATECONTEXTVIRTUAL {
	D3DKMT_HANDLE hDevice; /* in */
	UINT NodeOrdinal; /* in */
	UINT EngineAffinity; /* in */
	D3DDDI_CREATECONTEXTFLAGS Flags; /* in */
	VOID *pPrivateDriverData; /* in */
	UINT PrivateDriverDataSize; /* in */
	D3DKMT_CLIENTHINT ClientHint; /* in */
	D3DKMT_HANDLE hContext; /* out */
} D3DKMT_CREATECONTEXTVIRTUAL;

typedef struct _D3DKMT_DESTROYCONTEXT {
	D3DKMT_HANDLE hContext; /* in */
} D3DKMT_DESTROYCONTEXT;

typedef struct _D3DKMT_CREATEHWCONTEXT {
	D3DKMT_HANDLE hDevice; /* in */
	UINT NodeOrdinal; /* in */
	UINT EngineAffinity; /* in */
	D3DDDI_CREATEHWCONTEXTFLAGS Flags; /* in */
	UINT PrivateDriverDataSize; /* in */
	VOID *pPrivateDriverData; /* in */
	D3DKMT_HANDLE hHwContext; /* out */
} D3DKMT_CREATEHWCONTEXT;

typedef struct _D3DKMT_DESTROYHWCONTEXT {
	D3DKMT_HANDLE hHwContext; /* in */
} D3DKMT_DESTROYHWCONTEXT;

typedef struct _D3DKMT_CREATEHWQUEUE {
	D3DKMT_HANDLE hHwContext; /* in */
	D3DDDI_CREATEHWQUEUEFLAGS Flags; /* in */
	UINT PrivateDriverDataSize; /* in */
	VOID *pPrivateDriverData; /* in */
	D3DKMT_HANDLE hHwQueue; /* out */
	D3DKMT_HANDLE hHwQueueProgressFence; /* out */
	VOID *HwQueueProgressFenceCPUVirtualAddress; /* out */
	D3DGPU_VIRTUAL_ADDRESS HwQueueProgressFenceGPUVirtualAddress; /* out */
} D3DKMT_CREATEHWQUEUE;

typedef struct _D3DKMT_DESTROYHWQUEUE {
	D3DKMT_HANDLE hHwQueue; /* in */
} D3DKMT_DESTROYHWQUEUE;

typedef struct _D3DKMT_SETCONTEXTSCHEDULINGPRIORITY {
	D3DKMT_HANDLE hContext; /* in */
	INT Priority; /* in */
} D3DKMT_SETCONTEXTSCHEDULINGPRIORITY;

typedef struct _D3DKMT_GETCONTEXTSCHEDULINGPRIORITY {
	D3DKMT_HANDLE hContext; /* in */
	INT Priority; /* out */
} D3DKMT_GETCONTEXTSCHEDULINGPRIORITY;

typedef struct _D3DKMT_SETCONTEXTINPROCESSSCHEDULINGPRIORITY {
	D3DKMT_HANDLE hContext; /* in */
	INT Priority; /* in */
} D3DKMT_SETCONTEXTINPROCESSSCHEDULINGPRIORITY;

typedef struct _D3DKMT_GETCONTEXTINPROCESSSCHEDULINGPRIORITY {
	D3DKMT_HANDLE hContext; /* in */
	INT Priority; /* out */
} D3DKMT_GETCONTEXTINPROCESSSCHEDULINGPRIORITY;

typedef struct _D3DKMT_RENDERFLAGS {
	UINT ResizeCommandBuffer : 1;
	UINT ResizeAllocationList : 1;
	UINT ResizePatchLocationList : 1;
	UINT NullRendering : 1;
	UINT PresentRedirected : 1;
	UINT RenderKm : 1;
	UINT RenderKmReadback : 1;
	UINT Reserved : 25;
} D3DKMT_RENDERFLAGS;

typedef struct _D3DKMT_RENDER {
	__extension__ union {
		D3DKMT_HANDLE hDevice;
		D3DKMT_HANDLE hContext; /* in */
	};
	UINT CommandOffset; /* in */
	UINT CommandLength; /* in */
	UINT AllocationCount; /* in */
	UINT PatchLocationCount; /* in */
	VOID *pNewCommandBuffer; /* out */
	UINT NewCommandBufferSize; /* in/out */
	D3DDDI_ALLOCATIONLIST *pNewAllocationList; /* out */
	UINT NewAllocationListSize; /* in/out */
	D3DDDI_PATCHLOCATIONLIST *pNewPatchLocationList; /* out */
	UINT NewPatchLocationListSize; /* in/out */
	D3DKMT_RENDERFLAGS Flags; /* in */
	ULONGLONG PresentHistoryToken; /* in */
	ULONG BroadcastContextCount; /* in */
	D3DKMT_HANDLE BroadcastContext[D3DDDI_MAX_BROADCAST_CONTEXT]; /* in */
	ULONG QueuedBufferCount; /* out */
	D3DGPU_VIRTUAL_ADDRESS NewCommandBuffer; /* out */
	VOID *pPrivateDriverData; /* in */
	UINT PrivateDriverDataSize; /* in */
} D3DKMT_RENDER;

typedef struct _D3DKMT_SUBMITCOMMANDFLAGS {
	UINT NullRendering : 1;
	UINT PresentRedirected : 1;
	UINT Reserved : 30;
} D3DKMT_SUBMITCOMMANDFLAGS;

typedef struct _D3DKMT_SUBMITCOMMAND {
	D3DGPU_VIRTUAL_ADDRESS Commands; /* in */
	UINT CommandLength; /* in */
	D3DKMT_SUBMITCOMMANDFLAGS Flags; /* in */
	ULONGLONG PresentHistoryToken; /* in */
	UINT BroadcastContextCount; /* in */
	D3DKMT_HANDLE BroadcastContext[D3DDDI_MAX_BROADCAST_CONTEXT]; /* in */
	VOID *pPrivateDriverData; /* in */
	UINT PrivateDriverDataSize; /* in */
	UINT NumPrimaries; /* in */
	D3DKMT_HANDLE WrittenPrimaries[D3DDDI_MAX_WRITTEN_PRIMARIES]; /* in */
	UINT NumHistoryBuffers; /* in */
	D3DKMT_HANDLE *HistoryBufferArray; /* in */
} D3DKMT_SUBMITCOMMAND;

typedef struct _D3DKMT_SUBMITCOMMANDTOHWQUEUE {
	D3DKMT_HANDLE hHwQueue; /* in */
	UINT64 HwQueueProgressFenceId; /* in */
	D3DGPU_VIRTUAL_ADDRESS CommandBuffer; /* in */
	UINT CommandLength; /* in */
	UINT PrivateDriverDataSize; /* in */
	VOID *pPrivateDriverData; /* in */
	UINT NumPrimaries; /* in */
	CONST D3DKMT_HANDLE *WrittenPrimaries; /* in */
} D3DKMT_SUBMITCOMMANDTOHWQUEUE;

D3DKMT_FUNCTION(CreateContext, CREATECONTEXT, D3DKMT_CREATECONTEXT *);
D3DKMT_FUNCTION(CreateContextVirtual, CREATECONTEXTVIRTUAL, D3DKMT_CREATECONTEXTVIRTUAL *);
D3DKMT_FUNCTION(DestroyContext, DESTROYCONTEXT, CONST D3DKMT_DESTROYCONTEXT *);
D3DKMT_FUNCTION(CreateHwContext, CREATEHWCONTEXT, D3DKMT_CREATEHWCONTEXT *);
D3DKMT_FUNCTION(DestroyHwContext, DESTROYHWCONTEXT, CONST D3DKMT_DESTROYHWCONTEXT *);
D3DKMT_FUNCTION(CreateHwQueue, CREATEHWQUEUE, D3DKMT_CREATEHWQUEUE *);
D3DKMT_FUNCTION(DestroyHwQueue, DESTROYHWQUEUE, CONST D3DKMT_DESTROYHWQUEUE *);
D3DKMT_FUNCTION(SetContextSchedulingPriority, SETCONTEXTSCHEDULINGPRIORITY,
		CONST D3DKMT_SETCONTEXTSCHEDULINGPRIORITY *);
D3DKMT_FUNCTION(GetContextSchedulingPriority, GETCONTEXTSCHEDULINGPRIORITY, D3DKMT_GETCONTEXTSCHEDULINGPRIORITY *);
D3DKMT_FUNCTION(SetContextInProcessSchedulingPriority, SETCONTEXTINPROCESSSCHEDULINGPRIORITY,
		CONST D3DKMT_SETCONTEXTINPROCESSSCHEDULINGPRIORITY *);
D3DKMT_FUNCTION(GetContextInProcessSchedulingPriority, GETCONTEXTINPROCESSSCHEDULINGPRIORITY,
		D3DKMT_GETCONTEXTINPROCESSSCHEDULINGPRIORITY *);
D3DKMT_FUNCTION(Render, RENDER, D3DKMT_RENDER *);
D3DKMT_FUNCTION(SubmitCommand, SUBMITCOMMAND, CONST D3DKMT_SUBMITCOMMAND *);
D3DKMT_FUNCTION(SubmitCommandToHwQueue, SUBMITCOMMANDTOHWQUEUE, CONST D3DKMT_SUBMITCOMMANDTOHWQUEUE *);

D3DKMT_END

#endif /* D3DKMT_CONTEXT_H */
