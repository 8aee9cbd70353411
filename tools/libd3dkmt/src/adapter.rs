// SPDX-License-Identifier: MIT OR Apache-2.0
//! Adapters: what they are and how much memory they have.

use crate::{
    call,
    device::Device,
    handle::AdapterHandle,
    query::{
        self, AdapterAddress, Block, DeviceIds, DriverVersion, RegistryInfo, SegmentSizes,
        Wddm12Caps, WddmVersion,
    },
    sys, Dxg, Error, SegmentGroup,
};
use std::{fmt, mem, slice, str::FromStr, sync::Arc};

/// Names one instance of an adapter. It is stable until the adapter goes, and never used again
/// before the machine starts anew (case 14).
///
/// ```
/// use libd3dkmt::Luid;
///
/// let luid: Luid = "00000000-0000002a".parse().unwrap();
/// assert_eq!((luid.high, luid.low), (0, 42));
/// assert_eq!(luid.to_string(), "00000000-0000002a");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Luid {
    /// LUID.HighPart.
    pub high: u32,
    /// LUID.LowPart.
    pub low: u32,
}

impl fmt::Display for Luid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:08x}", self.high, self.low)
    }
}

/// The text is not a LUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a LUID is written as two hexadecimal numbers, as in 00000000-0000002a")]
pub struct ParseLuidError;

impl FromStr for Luid {
    type Err = ParseLuidError;

    fn from_str(text: &str) -> Result<Self, ParseLuidError> {
        let part = |text: &str| {
            // The conversion would take a sign.
            let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = u32::from_str_radix(text, 16).ok();
            number.filter(|_| digits).ok_or(ParseLuidError)
        };
        let (high, low) = text.split_once('-').ok_or(ParseLuidError)?;
        Ok(Self {
            high: part(high)?,
            low: part(low)?,
        })
    }
}

/// D3DKMT_QUERYVIDEOMEMORYINFO of the calling process, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoMemoryInfo {
    /// What the process should stay below.
    pub budget: u64,
    /// What it uses now.
    pub current_usage: u64,
    /// What it has reserved.
    pub current_reservation: u64,
    /// What it could reserve.
    pub available_for_reservation: u64,
}

/// An opened adapter.
///
/// [`Device`]s keep their adapter open; the handle is closed when the last of them is gone.
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{Dxg, SegmentGroup};
///
/// for adapter in Dxg::open()?.adapters()? {
///     let info = adapter.registry_info()?;
///     let local = adapter.video_memory_info(SegmentGroup::LOCAL)?;
///     println!(
///         "{}: /dev/dri/{}, {} of {} bytes used",
///         info.adapter_string, info.dac_type, local.current_usage, local.budget
///     );
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Adapter {
    shared: Arc<OpenAdapter>,
    sources: u32,
}

/// The handle, closed when nobody needs it any more.
#[derive(Debug)]
pub(crate) struct OpenAdapter {
    pub(crate) dxg: Dxg,
    handle: AdapterHandle,
    luid: Luid,
}

impl OpenAdapter {
    pub(crate) fn handle(&self) -> AdapterHandle {
        self.handle
    }

    pub(crate) fn luid(&self) -> Luid {
        self.luid
    }

    fn close(&self) -> Result<(), Error> {
        call::close_adapter(&self.dxg, self.handle)
    }
}

impl Drop for OpenAdapter {
    fn drop(&mut self) {
        // The handle is 0 after `Adapter::close`.
        if self.handle.0 != 0 {
            let _ = self.close();
        }
    }
}

impl Adapter {
    /// Takes over a handle that the kernel has just given out.
    pub(crate) fn new(dxg: &Dxg, handle: AdapterHandle, luid: Luid, sources: u32) -> Self {
        Self {
            shared: Arc::new(OpenAdapter {
                dxg: dxg.clone(),
                handle,
                luid,
            }),
            sources,
        }
    }

    #[cfg(test)]
    pub(crate) fn shared(&self) -> &Arc<OpenAdapter> {
        &self.shared
    }

    /// The adapter's handle.
    pub fn handle(&self) -> AdapterHandle {
        self.shared.handle
    }

    /// The adapter's LUID.
    pub fn luid(&self) -> Luid {
        self.shared.luid
    }

    /// How many video present sources (VidPN sources) it had when it was enumerated; 0 when it
    /// was opened by LUID.
    pub fn sources(&self) -> u32 {
        self.sources
    }

    /// The node that the adapter was opened through.
    pub fn dxg(&self) -> &Dxg {
        &self.shared.dxg
    }

    /// Makes a device (D3DKMTCreateDevice, case 19).
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED` when the adapter was unplugged (case 20); `NO_MEMORY` (case 21).
    pub fn create_device(&self) -> Result<Device, Error> {
        let handle = call::create_device(self.dxg(), self.handle())?;
        Ok(Device::new(self.shared.clone(), handle))
    }

    /// The memory of this process in one segment group (D3DKMTQueryVideoMemoryInfo, case 243).
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED` when the adapter was unplugged.
    pub fn video_memory_info(&self, group: SegmentGroup) -> Result<VideoMemoryInfo, Error> {
        call::query_video_memory_info(self.dxg(), self.handle(), group)
    }

    /// How much memory the adapter has.
    ///
    /// # Errors
    ///
    /// This and the other questions (D3DKMTQueryAdapterInfo): `DEVICE_REMOVED` when the adapter
    /// has gone; `INVALID_PARAMETER` or `NOT_SUPPORTED` when it does not answer the question.
    pub fn segment_sizes(&self) -> Result<SegmentSizes, Error> {
        self.ask::<sys::d3dkmt_segmentsizeinfo>().map(Into::into)
    }

    /// Where the adapter is on its bus.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn address(&self) -> Result<AdapterAddress, Error> {
        self.ask::<sys::d3dkmt_adapteraddress>().map(Into::into)
    }

    /// Texts about the adapter: its name, its DRM node and its DRM driver.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn registry_info(&self) -> Result<RegistryInfo, Error> {
        self.ask::<sys::d3dkmt_adapterregistryinfo>()
            .map(Into::into)
    }

    /// The version of WDDM that the adapter follows.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn wddm_version(&self) -> Result<WddmVersion, Error> {
        self.ask::<sys::d3dkmt_driverversion>().map(Into::into)
    }

    /// What kind of adapter it is.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn adapter_type(&self) -> Result<sys::D3DKMT_ADAPTERTYPE, Error> {
        self.ask::<sys::d3dkmt_adaptertype>().map(Into::into)
    }

    /// What a WDDM 1.2 driver says about itself.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn wddm_1_2_caps(&self) -> Result<Wddm12Caps, Error> {
        self.ask::<sys::d3dkmt_wddm_1_2_caps>().map(Into::into)
    }

    /// What a WDDM 2.0 driver says about itself.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn wddm_2_0_caps(&self) -> Result<sys::D3DKMT_WDDM_2_0_CAPS, Error> {
        self.ask::<sys::d3dkmt_wddm_2_0_caps>().map(Into::into)
    }

    /// What a WDDM 2.7 driver says about itself.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn wddm_2_7_caps(&self) -> Result<sys::D3DKMT_WDDM_2_7_CAPS, Error> {
        self.ask::<sys::d3dkmt_wddm_2_7_caps>().map(Into::into)
    }

    /// The version of the driver.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn driver_version(&self) -> Result<DriverVersion, Error> {
        self.ask::<sys::d3dkmt_umd_driver_version>().map(Into::into)
    }

    /// How many physical adapters make up this one.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn physical_adapter_count(&self) -> Result<u32, Error> {
        self.ask::<sys::d3dkmt_physical_adapter_count>()
            .map(|block| block.count)
    }

    /// The ids of the first physical adapter; all 0 when it is on no bus.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn device_ids(&self) -> Result<DeviceIds, Error> {
        self.ask::<sys::d3dkmt_query_device_ids>().map(Into::into)
    }

    /// The adapter's name for people.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`].
    pub fn description(&self) -> Result<String, Error> {
        self.ask::<sys::d3dkmt_driver_description>()
            .map(|block| query::text(&block.driver_description))
    }

    /// Asks any question: `block` goes to the kernel and comes back with the answer.
    ///
    /// # Errors
    ///
    /// As for [`Self::segment_sizes`]; `INVALID_PARAMETER` when the block is not as long as the
    /// question wants it (case 13).
    pub fn query_raw(&self, question: u32, block: &mut [u8]) -> Result<(), Error> {
        call::query_adapter_info(self.dxg(), self.handle(), question, block)
    }

    fn ask<B: Block>(&self) -> Result<B, Error> {
        let mut block = B::default();
        // SAFETY: A block has no padding, and any bytes are a good value of it.
        let bytes = unsafe {
            slice::from_raw_parts_mut((&raw mut block).cast::<u8>(), mem::size_of::<B>())
        };
        self.query_raw(B::QUESTION.into(), bytes)?;
        Ok(block)
    }

    /// Closes the adapter and says whether that worked (D3DKMTCloseAdapter, case 6). Dropping it
    /// does the same, without saying.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when devices of it are alive: the last of them closes it.
    pub fn close(self) -> Result<(), Error> {
        let mut open = Arc::try_unwrap(self.shared).map_err(|_| Error::InUse("adapter"))?;
        let result = open.close();
        open.handle = AdapterHandle(0);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luids_read_back_as_written() {
        for (high, low) in [(0, 0), (1, 0x2a), (u32::MAX, u32::MAX)] {
            let luid = Luid { high, low };
            assert_eq!(luid.to_string().parse(), Ok(luid));
        }
    }

    #[test]
    fn other_texts_are_no_luids() {
        for text in [
            "",
            "-",
            "1",
            "1-",
            "-1",
            "1-2-3",
            "100000000-0",
            "x-1",
            "+1-2",
        ] {
            assert_eq!(text.parse::<Luid>(), Err(ParseLuidError), "{text}");
        }
    }
}
