/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Sharing: resources by NT handle, which is a descriptor, or by global handle,
 * which is a number that other processes of the user can guess.
 */
#ifndef D3DKMT_SHARING_H
#define D3DKMT_SHARING_H

#include "d3dkmdt.h"

D3DKMT_BEGIN

#define D3DKMT_MAX_OBJECTS_PER_HANDLE 3

/* Rights for D3DKMTShareObjects. Without the first a resource is opened for reading only. */
#define SHARED_ALLOCATION_WRITE 0x1
#define SHARED_ALLOCATION_ALL_ACCESS (0x000f0000 | SHARED_ALLOCATION_WRITE)

typedef struct _D3DKMT_QUERYRESOURCEINFO {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hGlobalShare; /* in */
	VOID *pPrivateRuntimeData; /* not written: opening brings the data */
	UINT PrivateRuntimeDataSize; /* out */
	UINT TotalPrivateDriverDataSize; /* out: of all allocations */
	UINT ResourcePrivateDriverDataSize; /* out */
	UINT NumAllocations; /* out */
} D3DKMT_QUERYRESOURCEINFO;

typedef struct _D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
	D3DKMT_HANDLE hDevice; /* in */
	HANDLE hNtHandle; /* in */
	VOID *pPrivateRuntimeData; /* not written: opening brings the data */
	UINT PrivateRuntimeDataSize; /* out */
	UINT TotalPrivateDriverDataSize; /* out: of all allocations */
	UINT ResourcePrivateDriverDataSize; /* out */
	UINT NumAllocations; /* out */
} D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE;

/* Numbers and sizes have to be those of the query. */
typedef struct _D3DKMT_OPENRESOURCE {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hGlobalShare; /* in */
	UINT NumAllocations; /* in */
	__extension__ union {
		D3DDDI_OPENALLOCATIONINFO *pOpenAllocationInfo; /* in: D3DKMTOpenResource */
		D3DDDI_OPENALLOCATIONINFO2 *pOpenAllocationInfo2; /* in: D3DKMTOpenResource2 */
	};
	VOID *pPrivateRuntimeData; /* in: where to */
	UINT PrivateRuntimeDataSize; /* in */
	VOID *pResourcePrivateDriverData; /* in: where to */
	UINT ResourcePrivateDriverDataSize; /* in */
	VOID *pTotalPrivateDriverDataBuffer; /* in: where to */
	UINT TotalPrivateDriverDataBufferSize; /* in/out: room; what there was */
	D3DKMT_HANDLE hResource; /* out */
} D3DKMT_OPENRESOURCE;

typedef struct _D3DKMT_OPENRESOURCEFROMNTHANDLE {
	D3DKMT_HANDLE hDevice; /* in */
	HANDLE hNtHandle; /* in */
	UINT NumAllocations; /* in */
	D3DDDI_OPENALLOCATIONINFO2 *pOpenAllocationInfo2; /* in */
	UINT PrivateRuntimeDataSize; /* in */
	VOID *pPrivateRuntimeData; /* in: where to */
	UINT ResourcePrivateDriverDataSize; /* in */
	VOID *pResourcePrivateDriverData; /* in: where to */
	UINT TotalPrivateDriverDataBufferSize; /* in/out: room; what there was */
	VOID *pTotalPrivateDriverDataBuffer; /* in: where to */
	D3DKMT_HANDLE hResource; /* out */
	D3DKMT_HANDLE hKeyedMutex; /* out: 0 */
	VOID *pKeyedMutexPrivateRuntimeData; /* not written */
	UINT KeyedMutexPrivateRuntimeDataSize; /* out: 0 */
	D3DKMT_HANDLE hSyncObject; /* out: 0 */
} D3DKMT_OPENRESOURCEFROMNTHANDLE;

typedef struct _D3DKMT_GETSHAREDRESOURCEADAPTERLUID {
	D3DKMT_HANDLE hGlobalShare; /* in */
	HANDLE hNtHandle; /* in */
	LUID AdapterLuid; /* out */
} D3DKMT_GETSHAREDRESOURCEADAPTERLUID;

typedef struct _D3DKMT_SHAREOBJECTWITHHOST {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hObject; /* in */
	UINT64 Reserved;
	UINT64 hVailProcessNtHandle; /* out */
} D3DKMT_SHAREOBJECTWITHHOST;

typedef struct _D3DKMT_OPENNTHANDLEFROMNAME {
	DWORD dwDesiredAccess; /* in */
	OBJECT_ATTRIBUTES *pObjAttrib; /* in */
	HANDLE hNtHandle; /* out */
} D3DKMT_OPENNTHANDLEFROMNAME;

typedef NTSTATUS(APIENTRY *PFND3DKMT_SHAREOBJECTS)(UINT, CONST D3DKMT_HANDLE *, POBJECT_ATTRIBUTES, DWORD, HANDLE *);
/*
 * Makes an NT handle of cObjects objects. It is a new descriptor, to be closed
 * with close(); pObjectAttributes is not read.
 */
NTSTATUS APIENTRY D3DKMTShareObjects(UINT cObjects, CONST D3DKMT_HANDLE *hObjects, POBJECT_ATTRIBUTES pObjectAttributes,
				     DWORD dwDesiredAccess, HANDLE *phSharedNtHandle);

D3DKMT_FUNCTION(QueryResourceInfo, QUERYRESOURCEINFO, D3DKMT_QUERYRESOURCEINFO *);
D3DKMT_FUNCTION(QueryResourceInfoFromNtHandle, QUERYRESOURCEINFOFROMNTHANDLE, D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE *);
D3DKMT_FUNCTION(OpenResource, OPENRESOURCE, D3DKMT_OPENRESOURCE *);
D3DKMT_FUNCTION(OpenResource2, OPENRESOURCE2, D3DKMT_OPENRESOURCE *);
D3DKMT_FUNCTION(OpenResourceFromNtHandle, OPENRESOURCEFROMNTHANDLE, D3DKMT_OPENRESOURCEFROMNTHANDLE *);
D3DKMT_FUNCTION(GetSharedResourceAdapterLuid, GETSHAREDRESOURCEADAPTERLUID, D3DKMT_GETSHAREDRESOURCEADAPTERLUID *);
D3DKMT_FUNCTION(ShareObjectWithHost, SHAREOBJECTWITHHOST, D3DKMT_SHAREOBJECTWITHHOST *);
D3DKMT_FUNCTION(OpenNtHandleFromName, OPENNTHANDLEFROMNAME, D3DKMT_OPENNTHANDLEFROMNAME *);

D3DKMT_END

#endif /* D3DKMT_SHARING_H */
