// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the node to its adapters.

use crate::{
    adapter::{Adapter, Luid},
    call::{self, Enumerated},
    handle::AdapterHandle,
    sys, AdapterFilter, Dxg, Error, NtStatus,
};

/// D3DKMTOpenAdapterFromLuid.
pub(crate) fn by_luid(dxg: &Dxg, luid: Luid) -> Result<Adapter, Error> {
    let handle = call::open_adapter_from_luid(dxg, luid)?;
    Ok(Adapter::new(dxg, handle, luid, 0))
}

/// D3DKMTEnumAdapters3: asks how many adapters there are, then for that many. More can appear in
/// between: then the array is too small (case 17), and both questions are asked again.
pub(crate) fn adapters(dxg: &Dxg, filter: AdapterFilter) -> Result<Vec<Adapter>, Error> {
    let ask = |place: Enumerated<'_>| call::enum_adapters3(dxg, filter, place);
    loop {
        let count = ask(Enumerated::Count)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut infos = vec![sys::D3DKMT_ADAPTERINFO::default(); count];
        match ask(Enumerated::Fill(&mut infos)) {
            Ok(filled) => {
                infos.truncate(filled);
                return Ok(infos.iter().map(|info| adopt(dxg, info)).collect());
            }
            Err(error) if error.status() == Some(NtStatus::BUFFER_TOO_SMALL) => {}
            Err(error) => return Err(error),
        }
    }
}

fn adopt(dxg: &Dxg, info: &sys::D3DKMT_ADAPTERINFO) -> Adapter {
    let luid = Luid {
        high: info.adapter_luid.b,
        low: info.adapter_luid.a,
    };
    let handle = AdapterHandle(info.adapter_handle.v);
    Adapter::new(dxg, handle, luid, info.num_sources)
}
