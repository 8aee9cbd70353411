// SPDX-License-Identifier: MIT OR Apache-2.0

//! Flags of CreateAllocation2.

use super::*;

/// Whether flags go together, said another way than the module does.
fn go_together(flags: u32) -> bool {
    let by_global_handle = CREATE_RESOURCE | CREATE_SHARED;
    let by_nt_handle = by_global_handle | NT_SECURITY_SHARING;
    let good = [0, CREATE_RESOURCE, by_global_handle, by_nt_handle];
    flags & !ALLOWED == 0 && good.contains(&(flags & by_nt_handle))
}

/// Cases 52 and 58 and the bits that are not for user mode.
#[test]
fn every_bit_alone() {
    for bit in (0..32).map(|bit| 1 << bit) {
        if ALONE & bit != 0 {
            assert!(parse(bit).is_ok(), "{bit:#x}");
        } else {
            refused(parse(bit));
        }
    }
    assert!(parse(0).is_ok());
    assert!(parse(ALONE).is_ok());
    assert!(parse(ALLOWED).is_ok());
    refused(parse(u32::MAX));
}

/// A bit that is refused is refused among others as well.
#[test]
fn every_pair_and_triple_of_bits() {
    let bits = || (0..32).map(|bit| 1u32 << bit);
    for a in bits() {
        for b in bits() {
            for c in bits() {
                let flags = a | b | c;
                match parse(flags) {
                    Ok(_) => assert!(go_together(flags), "{flags:#x}"),
                    Err(status) => {
                        assert!(!go_together(flags), "{flags:#x}");
                        assert_eq!(status, NtStatus::INVALID_PARAMETER);
                    }
                }
            }
        }
    }
}

/// Cases 99, 101 and 102.
#[test]
fn sharing_is_of_a_resource() {
    let by_nt_handle = parse(CREATE_RESOURCE | CREATE_SHARED | NT_SECURITY_SHARING).unwrap();
    assert!(by_nt_handle.create_shared() && by_nt_handle.nt_security_sharing());
    let by_global_handle = parse(CREATE_RESOURCE | CREATE_SHARED).unwrap();
    assert!(by_global_handle.create_shared() && !by_global_handle.nt_security_sharing());
    refused(parse(CREATE_SHARED));
    refused(parse(CREATE_SHARED | NT_SECURITY_SHARING));
    refused(parse(CREATE_RESOURCE | NT_SECURITY_SHARING));
    refused(parse(NT_SECURITY_SHARING));
}

#[test]
fn what_was_set_can_be_asked_for() {
    for flags in (0..32)
        .map(|bit| 1u32 << bit)
        .filter(|bit| ALONE & bit != 0)
    {
        let parsed = parse(flags).unwrap();
        assert_eq!(parsed.create_resource(), flags == CREATE_RESOURCE);
        assert!(!parsed.create_shared());
        assert_eq!(parsed.read_only(), flags == READ_ONLY);
        assert_eq!(parsed.standard_allocation(), flags == STANDARD);
    }
    assert!(parse(ALLOWED).unwrap().create_shared());
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn any_flags(flags in prop_oneof![any::<u32>(), any::<u32>().prop_map(|f| f & ALLOWED)]) {
        match parse(flags) {
            Ok(_) => prop_assert!(go_together(flags)),
            Err(status) => {
                prop_assert_eq!(status, NtStatus::INVALID_PARAMETER);
                prop_assert!(!go_together(flags));
            }
        }
    }
}
