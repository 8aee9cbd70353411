// SPDX-License-Identifier: MIT OR Apache-2.0
//! What to do about an error, in the line that tells of it.

use libd3dkmt::{Error, NtStatus};
use std::error::Error as StdError;

/// What there is to see when no adapter is there.
pub const NO_ADAPTERS: &str = "no adapters: the module makes one of every DRM device that has \
    dumb buffers; `modprobe vkms` makes such a device, and soft_adapter=1 an adapter without one";

/// The error, and what to do about it where that is known, as one line.
pub fn line(error: &(dyn StdError + 'static)) -> String {
    match error.downcast_ref::<Error>().and_then(advice) {
        Some(advice) => format!("{error}: {advice}"),
        None => error.to_string(),
    }
}

fn advice(error: &Error) -> Option<&'static str> {
    let errno = error.errno().map(|errno| errno.raw_os_error());
    match (error, errno) {
        (Error::Open { .. }, Some(ENOENT | ENODEV | ENXIO)) => {
            Some("the module is not loaded; run `make module` and `insmod dxgkrnl.ko` as root")
        }
        (Error::Open { .. }, Some(EACCES | EPERM)) => {
            Some("not allowed; run as root, or load the module with node_mode=0666")
        }
        (Error::Call(_), Some(ENOTTY)) => {
            Some("the node does not know this call; dxg and the module that is loaded differ")
        }
        _ => match error.status()? {
            NtStatus::NO_MEMORY => Some("out of memory, or of memory to lock (see `ulimit -l`)"),
            NtStatus::GRAPHICS_NO_VIDEO_MEMORY => Some("load the module with a larger commit_mib"),
            NtStatus::GRAPHICS_DRIVER_MISMATCH => Some("dxg and the module that is loaded differ"),
            NtStatus::DEVICE_REMOVED => Some("the DRM device has gone; run `dxg list`"),
            _ => None,
        },
    }
}

const EPERM: i32 = 1;
const ENOENT: i32 = 2;
const ENXIO: i32 = 6;
const EACCES: i32 = 13;
const ENODEV: i32 = 19;
const ENOTTY: i32 = 25;

#[cfg(test)]
mod tests {
    use super::*;
    use libd3dkmt::{CallError, Dxg};

    #[test]
    fn a_missing_node_says_how_to_load_the_module() {
        let error = Dxg::open_path("/dev/no-such-node").unwrap_err();
        assert_eq!(
            line(&error),
            "/dev/no-such-node: ENOENT: the module is not loaded; run `make module` and \
             `insmod dxgkrnl.ko` as root"
        );
    }

    #[test]
    fn another_node_is_told_apart() {
        let error = Dxg::open_path("/dev/null").unwrap().adapters().unwrap_err();
        assert_eq!(
            line(&error),
            "D3DKMTEnumAdapters3: STATUS_UNSUCCESSFUL (0xC0000001, ENOTTY): the node does not \
             know this call; dxg and the module that is loaded differ"
        );
    }

    #[test]
    fn an_error_without_advice_stands_alone() {
        let error = CallError::from_status("D3DKMTLock2", NtStatus::INVALID_PARAMETER);
        let text = error.to_string();
        assert_eq!(line(&Error::from(error)), text);
        assert_eq!(line(&std::fmt::Error), std::fmt::Error.to_string());
    }
}
