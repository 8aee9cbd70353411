// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where the Rust side has the bitfields of C: as constants of a word.

/// A structure that bindgen sees as a word, with or without other fields.
pub struct Word {
    /// Name that bindgen gives the structure.
    pub holder: &'static str,
    /// Field with the word.
    pub field: &'static str,
    /// What the names of its constants begin with.
    pub prefix: &'static str,
    /// Type in `libd3dkmt::sys::flags`, if the word consists of flags.
    pub flags: Option<&'static str>,
}

/// Rows: structure, word, prefix, flags type or "".
const WORDS: &[[&str; 4]] = &[
    ["d3dkmthandle", "v", "D3DKMTHANDLE_", ""],
    [
        "d3dddi_escapeflags",
        "value",
        "D3DDDI_ESCAPE_",
        "D3DDDI_ESCAPEFLAGS",
    ],
    [
        "d3dkmt_enumadapters_filter",
        "value",
        "D3DKMT_ENUMADAPTERS_FILTER_",
        "D3DKMT_ENUMADAPTERS_FILTER",
    ],
    [
        "d3dkmt_adaptertype",
        "value",
        "D3DKMT_ADAPTERTYPE_",
        "D3DKMT_ADAPTERTYPE",
    ],
    [
        "d3dkmt_createdeviceflags",
        "value",
        "D3DKMT_CREATEDEVICE_",
        "D3DKMT_CREATEDEVICEFLAGS",
    ],
    [
        "d3dkmt_createallocationflags",
        "value",
        "D3DKMT_CREATEALLOCATION_",
        "D3DKMT_CREATEALLOCATIONFLAGS",
    ],
    [
        "d3dddi_allocationinfo2_flags",
        "value",
        "D3DDDI_ALLOCATIONINFO2_",
        "D3DDDI_ALLOCATIONINFO2_FLAGS",
    ],
    [
        "d3dkmt_createstandardallocationflags",
        "value",
        "D3DKMT_CREATESTANDARDALLOCATION_",
        "D3DKMT_CREATESTANDARDALLOCATIONFLAGS",
    ],
    [
        "d3dddicb_destroyallocation2flags",
        "value",
        "D3DDDICB_DESTROYALLOCATION2_",
        "D3DDDICB_DESTROYALLOCATION2FLAGS",
    ],
    [
        "d3dddicb_lock2flags",
        "value",
        "D3DDDICB_LOCK2_",
        "D3DDDICB_LOCK2FLAGS",
    ],
    [
        "d3dddi_makeresident_flags",
        "value",
        "D3DDDI_MAKERESIDENT_",
        "D3DDDI_MAKERESIDENT_FLAGS",
    ],
    [
        "d3dddi_evict_flags",
        "value",
        "D3DDDI_EVICT_",
        "D3DDDI_EVICT_FLAGS",
    ],
    [
        "d3dkmt_offer_flags",
        "value",
        "D3DKMT_OFFER_FLAG_",
        "D3DKMT_OFFER_FLAGS",
    ],
    [
        "d3dddi_updateallocproperty_flags",
        "value",
        "D3DDDI_UPDATEALLOCPROPERTY_FLAG_",
        "D3DDDI_UPDATEALLOCPROPERTY_FLAGS",
    ],
    [
        "d3dddi_updateallocproperty",
        "property_mask_value",
        "D3DDDI_UPDATEALLOCPROPERTY_",
        "D3DDDI_UPDATEALLOCPROPERTY_MASK",
    ],
    [
        "d3dddigpuva_protection_type",
        "value",
        "D3DDDIGPUVA_PROTECTION_",
        "D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE",
    ],
    [
        "d3dkmt_updategpuvirtualaddress_flags",
        "value",
        "D3DKMT_UPDATEGPUVIRTUALADDRESS_",
        "D3DKMT_UPDATEGPUVIRTUALADDRESS_FLAGS",
    ],
    [
        "d3dddi_createcontextflags",
        "value",
        "D3DDDI_CREATECONTEXT_",
        "D3DDDI_CREATECONTEXTFLAGS",
    ],
    [
        "D3DKMT_CREATEHWCONTEXT__bindgen_ty_1",
        "Value",
        "D3DDDI_CREATEHWCONTEXT_",
        "D3DDDI_CREATEHWCONTEXTFLAGS",
    ],
    [
        "d3dddi_createhwqueueflags",
        "value",
        "D3DDDI_CREATEHWQUEUE_",
        "D3DDDI_CREATEHWQUEUEFLAGS",
    ],
    [
        "d3dkmt_submitcommandflags",
        "value",
        "D3DKMT_SUBMITCOMMAND_",
        "D3DKMT_SUBMITCOMMANDFLAGS",
    ],
    [
        "D3DKMT_RENDER__bindgen_ty_1",
        "Value",
        "D3DKMT_RENDER_",
        "D3DKMT_RENDERFLAGS",
    ],
    [
        "d3dddi_allocationlist",
        "value",
        "D3DDDI_ALLOCATIONLIST_",
        "D3DDDI_ALLOCATIONLIST_FLAGS",
    ],
    [
        "d3dddi_synchronizationobject_flags",
        "value",
        "D3DDDI_SYNCHRONIZATIONOBJECT_",
        "D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS",
    ],
    [
        "d3dddicb_signalflags",
        "value",
        "D3DDDICB_SIGNAL_",
        "D3DDDICB_SIGNALFLAGS",
    ],
    [
        "d3dddi_waitforsynchronizationobjectfromcpu_flags",
        "value",
        "D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_",
        "D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS",
    ],
    [
        "d3dkmt_devicereset_state",
        "value",
        "D3DKMT_DEVICERESET_STATE_",
        "D3DKMT_DEVICERESET_STATE",
    ],
    [
        "dxgk_gpuclockdata_flags",
        "value",
        "DXGK_GPUCLOCKDATA_",
        "DXGK_GPUCLOCKDATA_FLAGS",
    ],
    [
        "dxgk_isfeatureenabled_result",
        "value",
        "DXGK_ISFEATUREENABLED_",
        "DXGK_ISFEATUREENABLED_FLAGS",
    ],
    [
        "D3DKMT_CREATECONTEXT__bindgen_ty_1",
        "Value",
        "D3DDDI_CREATECONTEXT_",
        "D3DDDI_CREATECONTEXTFLAGS",
    ],
    [
        "dxgk_fault_error_code",
        "value",
        "DXGK_FAULT_ERROR_CODE_",
        "",
    ],
    [
        "d3dddi_segmentpreference",
        "value",
        "D3DDDI_SEGMENTPREFERENCE_",
        "",
    ],
    [
        "d3dddi_patchlocationlist",
        "value",
        "D3DDDI_PATCHLOCATIONLIST_",
        "",
    ],
];

/// Bitfields whose constants have other names than the rule makes.
const RENAMED: &[[&str; 3]] = &[
    [
        "d3dddicb_signalflags",
        "DXGK_SIGNAL_FLAG_INTERNAL0",
        "INTERNAL0",
    ],
    [
        "D3DKMT_CREATECONTEXT__bindgen_ty_1",
        "Reserved",
        "WDK_RESERVED",
    ],
];

/// The word of a structure that has bitfields in C.
pub fn word(holder: &str) -> Option<Word> {
    let [holder, field, prefix, flags] = *WORDS.iter().find(|row| row[0] == holder)?;
    Some(Word {
        holder,
        field,
        prefix,
        flags: (!flags.is_empty()).then_some(flags),
    })
}

impl Word {
    /// Name of the constant of a bitfield, without the prefix.
    pub fn constant(&self, bitfield: &str) -> String {
        let renamed = RENAMED
            .iter()
            .find(|[holder, from, _]| *holder == self.holder && *from == bitfield);
        match renamed {
            Some([_, _, to]) => (*to).to_owned(),
            None => upper_snake(bitfield),
        }
    }

    /// Name of the constant in the flags type, if that has one: it has all single bits with a
    /// meaning.
    pub fn flag(&self, bitfield: &str, count: u32) -> Option<String> {
        let constant = self.constant(bitfield);
        let flags = self.flags?;
        let named = count == 1 && !constant.starts_with("RESERVED");
        named.then(|| format!("{flags}::{constant}"))
    }
}

/// `NoKmdAccess` and `no_kmd_access` as `NO_KMD_ACCESS`.
fn upper_snake(name: &str) -> String {
    if name.contains('_') || name.starts_with(char::is_lowercase) {
        return name.to_uppercase();
    }
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_uppercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_named() {
        let word = word("D3DKMT_CREATECONTEXT__bindgen_ty_1").unwrap();
        assert_eq!(word.constant("NoKmdAccess"), "NO_KMD_ACCESS");
        assert_eq!(word.constant("Reserved"), "WDK_RESERVED");
        assert_eq!(word.flag("Reserved", 26), None);
        assert_eq!(
            word.flag("NullRendering", 1).as_deref(),
            Some("D3DDDI_CREATECONTEXTFLAGS::NULL_RENDERING")
        );
        assert_eq!(upper_snake("request_vSync"), "REQUEST_VSYNC");
        assert_eq!(upper_snake("reserved"), "RESERVED");
    }
}
