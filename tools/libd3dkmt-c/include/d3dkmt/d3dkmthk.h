/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The D3DKMT functions of Windows, as libd3dkmt has them for /dev/dxg.
 *
 * Names and layouts are those of the WDK. Functions that the module does not
 * serve yet answer STATUS_NOT_SUPPORTED; Documentation/uapi.md says what each
 * of the others does, status by status.
 */
#ifndef D3DKMT_D3DKMTHK_H
#define D3DKMT_D3DKMTHK_H

#include "d3dkmdt.h"

#include "d3dkmt_adapter.h"
#include "d3dkmt_query.h"
#include "d3dkmt_device.h"
#include "d3dkmt_allocation.h"
#include "d3dkmt_sharing.h"
#include "d3dkmt_residency.h"
#include "d3dkmt_gpuva.h"
#include "d3dkmt_context.h"
#include "d3dkmt_sync.h"
#include "d3dkmt_unsupported.h"

#endif /* D3DKMT_D3DKMTHK_H */
