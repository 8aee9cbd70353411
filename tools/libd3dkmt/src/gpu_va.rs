// SPDX-License-Identifier: MIT OR Apache-2.0
//! GPU virtual addresses: reservations, and mappings of allocations.
//!
//! A process has one address space on each adapter, for all of its devices there.

use crate::{
    allocation::{Allocation, OpenAllocation},
    call::check,
    device::OpenDevice,
    fence::{OpenQueue, PagingQueue},
    handle::{AdapterHandle, AllocationHandle, PagingQueueHandle},
    sys, Device, Dxg, Error, GpuProtection, ReservationType,
};
use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Bytes of a page of GPU virtual addresses.
pub const GPU_PAGE_SIZE: u64 = 4096;

/// Between which GPU virtual addresses the kernel may choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GpuVaLimits {
    /// The first address, in bytes; 0 for no limit.
    pub minimum: u64,
    /// The first address behind the last one, in bytes; 0 for no limit.
    pub maximum: u64,
}

/// Which bytes of an allocation are mapped, and how (D3DDDI_MAPGPUVIRTUALADDRESS). The default maps all
/// of them, for reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MapOptions {
    /// Bytes of the allocation before those that are mapped, a multiple of [`GPU_PAGE_SIZE`].
    pub offset: u64,
    /// Bytes to map, a multiple of [`GPU_PAGE_SIZE`]; `None` for all behind `offset`.
    pub bytes: Option<u64>,
    /// What commands may do there, beside reading: `WRITE`, `EXECUTE`.
    pub protection: GpuProtection,
    /// Bits that mean something to the driver alone.
    pub driver_protection: u64,
    /// Where the addresses are to be, in multiples of [`GPU_PAGE_SIZE`]. Inside a [`Reservation`] they
    /// count for nothing.
    pub limits: GpuVaLimits,
}

/// GPU virtual addresses that mean bytes of an allocation (D3DKMTMapGpuVirtualAddress).
///
/// When it is dropped, the addresses are free again, or their reservation's. It keeps the allocation alive,
/// and is itself kept by submissions that use it ([`Context::submit`](crate::Context::submit)).
///
/// Commands fault unless the allocation is also resident
/// ([`PagingQueue::make_resident`](crate::PagingQueue::make_resident)).
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{
///     gem::Buffer, AllocationInfo, Dxg, GpuProtection, MadeResident, MakeResidentFlags, PagingPriority,
/// };
///
/// let adapter = Dxg::open()?.adapters()?.remove(0);
/// let device = adapter.create_device()?;
/// let queue = device.create_paging_queue(PagingPriority::NORMAL)?;
/// let mut buffer = device.allocate(AllocationInfo::buffer(Buffer::new(1 << 20)))?;
/// if let MadeResident::OverBudget(bytes) = queue.make_resident(&[&buffer], MakeResidentFlags::empty())? {
///     panic!("{bytes} bytes too many");
/// }
/// let mapping = queue.map_gpu_va(&mut buffer, GpuProtection::WRITE)?;
/// println!("{} bytes at 0x{:x}", mapping.bytes(), mapping.address());
/// buffer.write(0, b"what commands will see there")?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Mapping {
    shared: Arc<OpenMapping>,
}

/// The addresses, freed when nobody needs them any more.
#[derive(Debug)]
pub(crate) struct OpenMapping {
    address: u64,
    bytes: u64,
    place: Place,
    // Behind the others: the addresses go first.
    _allocation: Arc<OpenAllocation>,
}

/// Where the addresses of a mapping come from.
#[derive(Debug)]
enum Place {
    /// From the mapping itself.
    Own(Arc<OpenDevice>),
    /// From a reservation, to which they return by way of the queue.
    Reserved(Arc<OpenReservation>, Arc<OpenQueue>),
}

impl OpenMapping {
    fn unmap(&self) -> Result<(), Error> {
        match &self.place {
            Place::Own(device) => free(device, self.address, self.bytes),
            Place::Reserved(reservation, queue) => {
                reservation.unmap(queue, self.address, self.bytes)
            }
        }
    }
}

impl Drop for OpenMapping {
    fn drop(&mut self) {
        // The address is 0 after `Mapping::unmap`.
        if self.address != 0 {
            let _ = self.unmap();
        }
    }
}

impl Mapping {
    fn new(address: u64, bytes: u64, place: Place, allocation: &mut Allocation) -> Self {
        Self {
            shared: Arc::new(OpenMapping {
                address,
                bytes,
                place,
                _allocation: allocation.map().clone(),
            }),
        }
    }

    /// A mapping that no call has made.
    #[cfg(test)]
    pub(crate) fn for_tests(device: &Device, address: u64, allocation: &mut Allocation) -> Self {
        let place = Place::Own(device.shared().clone());
        Self::new(address, GPU_PAGE_SIZE, place, allocation)
    }

    pub(crate) fn shared(&self) -> &Arc<OpenMapping> {
        &self.shared
    }

    /// The first address, in bytes.
    pub fn address(&self) -> u64 {
        self.shared.address
    }

    /// How many bytes are mapped from there on.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes
    }

    /// Ends the mapping and says whether that worked (D3DKMTFreeGpuVirtualAddress; in a reservation
    /// D3DKMTMapGpuVirtualAddress of zeros or of nothing). Dropping it does the same, without saying.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when submissions use it: it ends with the last of them. `NO_MEMORY`.
    pub fn unmap(self) -> Result<(), Error> {
        let mut open = Arc::try_unwrap(self.shared).map_err(|_| Error::InUse("mapping"))?;
        let result = open.unmap();
        open.address = 0;
        result
    }
}

impl PagingQueue {
    /// Maps all of an allocation at GPU virtual addresses that the kernel chooses
    /// (D3DKMTMapGpuVirtualAddress), and waits until commands can use them.
    ///
    /// From now on the allocation's bytes are copied ([`Allocation::write`], [`Allocation::read`]), or
    /// locked by [`Allocation::lock_sized`] alone: a command may write to them at any time. That stays
    /// so when the mapping is gone.
    ///
    /// # Errors
    ///
    /// [`Error::SizeUnknown`] when [`Allocation::size`] is `None`. `INVALID_PARAMETER`: an allocation of
    /// another adapter, a protection of the system's. `ACCESS_DENIED`: `WRITE` for memory that may only be
    /// read. `NO_MEMORY`: no addresses, too many mappings, or no memory. `DEVICE_REMOVED`.
    pub fn map_gpu_va(
        &self,
        allocation: &mut Allocation,
        protection: GpuProtection,
    ) -> Result<Mapping, Error> {
        let options = MapOptions {
            protection,
            ..Default::default()
        };
        self.map_gpu_va_with(allocation, &options)
    }

    /// [`Self::map_gpu_va`] of a part of an allocation, or between limits.
    ///
    /// # Errors
    ///
    /// As for [`Self::map_gpu_va`]; [`Error::SizeUnknown`] only without a number of bytes;
    /// [`Error::Argument`] for what is no whole number of pages. `INVALID_PARAMETER`: no bytes, or more
    /// than the allocation has; limits that are no addresses.
    pub fn map_gpu_va_with(
        &self,
        allocation: &mut Allocation,
        options: &MapOptions,
    ) -> Result<Mapping, Error> {
        let queue = self.shared();
        let bytes = bytes_to_map(allocation.size(), options)?;
        let argument = to_map(queue.handle(), 0, allocation.handle(), bytes, options);
        let (address, value) = map(self.dxg(), argument)?;
        let place = Place::Own(queue.device().clone());
        let mapping = Mapping::new(address, bytes, place, allocation);
        wait(queue, value)?;
        Ok(mapping)
    }
}

/// Reserved GPU virtual addresses (D3DKMTReserveGpuVirtualAddress), freed when it is dropped and no mapping
/// in it is left.
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{
///     gem::Buffer, AllocationInfo, Dxg, MapOptions, PagingPriority, ReservationType,
/// };
///
/// let adapter = Dxg::open()?.adapters()?.remove(0);
/// let device = adapter.create_device()?;
/// let queue = device.create_paging_queue(PagingPriority::NORMAL)?;
/// let mut buffer = device.allocate(AllocationInfo::buffer(Buffer::new(1 << 16)))?;
/// let tiles = device.reserve_gpu_va(1 << 20, ReservationType::ZERO)?;
/// let tile = tiles.map(&queue, 3 << 16, &mut buffer, &MapOptions::default())?;
/// assert_eq!(tile.address(), tiles.address() + (3 << 16));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Reservation {
    shared: Arc<OpenReservation>,
}

/// The addresses, freed when nobody needs them any more.
#[derive(Debug)]
pub(crate) struct OpenReservation {
    device: Arc<OpenDevice>,
    address: u64,
    bytes: u64,
    reservation_type: ReservationType,
    /// Where there are mappings: the end of each by its beginning.
    mapped: Mutex<BTreeMap<u64, u64>>,
}

impl OpenReservation {
    fn mapped(&self) -> MutexGuard<'_, BTreeMap<u64, u64>> {
        self.mapped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The addresses of so many bytes, for a mapping of their own: two in one place would end each other.
    fn take(&self, offset: u64, bytes: u64) -> Result<Range<u64>, Error> {
        let end = offset.checked_add(bytes);
        let outside = end.is_none_or(|end| end > self.bytes);
        if outside || bytes == 0 || offset % GPU_PAGE_SIZE != 0 {
            return Err(Error::Argument(
                "a mapping is whole pages of its reservation",
            ));
        }
        let span = self.address + offset..self.address + offset + bytes;
        let mut mapped = self.mapped();
        let below = mapped.range(..span.end).next_back();
        if below.is_some_and(|(_, &end)| end > span.start) {
            return Err(Error::Argument("there is a mapping in this place"));
        }
        mapped.insert(span.start, span.end);
        Ok(span)
    }

    fn give_back(&self, address: u64) {
        self.mapped().remove(&address);
    }

    /// What is there without a mapping.
    fn without_mapping(&self) -> GpuProtection {
        match self.reservation_type {
            ReservationType::ZERO => GpuProtection::ZERO,
            ReservationType::NO_ACCESS | ReservationType::NO_COMMIT => GpuProtection::NO_ACCESS,
        }
    }

    /// Ends a mapping. Nobody waits for it: who maps there next gets a later value of a queue.
    fn unmap(&self, queue: &OpenQueue, address: u64, bytes: u64) -> Result<(), Error> {
        let options = MapOptions {
            protection: self.without_mapping(),
            ..Default::default()
        };
        let nothing = AllocationHandle(0);
        let argument = to_map(queue.handle(), address, nothing, bytes, &options);
        map(self.device.dxg(), argument)?;
        self.give_back(address);
        Ok(())
    }
}

impl Drop for OpenReservation {
    fn drop(&mut self) {
        // The address is 0 after `Reservation::free`.
        if self.address != 0 {
            let _ = free(&self.device, self.address, self.bytes);
        }
    }
}

impl Reservation {
    /// The first address, in bytes.
    pub fn address(&self) -> u64 {
        self.shared.address
    }

    /// How many bytes of addresses there are.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes
    }

    /// Maps an allocation `offset` bytes behind the first address, a multiple of [`GPU_PAGE_SIZE`]
    /// (D3DKMTMapGpuVirtualAddress), as [`PagingQueue::map_gpu_va`] does elsewhere. The queue is of a device
    /// on the reservation's adapter; the mapping keeps it, and the reservation.
    ///
    /// # Errors
    ///
    /// As for [`PagingQueue::map_gpu_va_with`]; [`Error::Argument`] also for addresses outside of the
    /// reservation, and for those of another mapping.
    pub fn map(
        &self,
        queue: &PagingQueue,
        offset: u64,
        allocation: &mut Allocation,
        options: &MapOptions,
    ) -> Result<Mapping, Error> {
        let queue = queue.shared();
        let bytes = bytes_to_map(allocation.size(), options)?;
        let span = self.shared.take(offset, bytes)?;
        let argument = to_map(
            queue.handle(),
            span.start,
            allocation.handle(),
            bytes,
            options,
        );
        let mapped = map(self.shared.device.dxg(), argument);
        let (_, value) = mapped.inspect_err(|_| self.shared.give_back(span.start))?;
        let place = Place::Reserved(self.shared.clone(), queue.clone());
        let mapping = Mapping::new(span.start, bytes, place, allocation);
        wait(queue, value)?;
        Ok(mapping)
    }

    /// Frees the addresses and says whether that worked (D3DKMTFreeGpuVirtualAddress). Dropping it does the
    /// same, without saying.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when mappings in it are alive: the last of them frees it. What the kernel says.
    pub fn free(self) -> Result<(), Error> {
        let mut open = Arc::try_unwrap(self.shared).map_err(|_| Error::InUse("reservation"))?;
        let result = free(&open.device, open.address, open.bytes);
        open.address = 0;
        result
    }
}

impl Device {
    /// Reserves so many bytes of GPU virtual addresses, a multiple of 64 KiB, where the kernel chooses
    /// (D3DKMTReserveGpuVirtualAddress). The type says what is there without a mapping.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: another size. `NO_MEMORY`: no such addresses are free, too many reservations, or
    /// no memory. `DEVICE_REMOVED`.
    pub fn reserve_gpu_va(
        &self,
        bytes: u64,
        reservation_type: ReservationType,
    ) -> Result<Reservation, Error> {
        self.reserve_gpu_va_within(bytes, reservation_type, GpuVaLimits::default())
    }

    /// [`Self::reserve_gpu_va`] between limits, which are multiples of 64 KiB.
    ///
    /// # Errors
    ///
    /// As for [`Self::reserve_gpu_va`]; `INVALID_PARAMETER`: limits that are no addresses.
    pub fn reserve_gpu_va_within(
        &self,
        bytes: u64,
        reservation_type: ReservationType,
        limits: GpuVaLimits,
    ) -> Result<Reservation, Error> {
        self.reserve(0, limits, bytes, reservation_type)
    }

    /// [`Self::reserve_gpu_va`] from an address on, a multiple of 64 KiB.
    ///
    /// # Errors
    ///
    /// As for [`Self::reserve_gpu_va`]; `INVALID_PARAMETER`: addresses that are not free, or do not exist;
    /// [`Error::Argument`] for address 0.
    pub fn reserve_gpu_va_at(
        &self,
        address: u64,
        bytes: u64,
        reservation_type: ReservationType,
    ) -> Result<Reservation, Error> {
        if address == 0 {
            return Err(Error::Argument("0 is no address"));
        }
        self.reserve(address, GpuVaLimits::default(), bytes, reservation_type)
    }

    fn reserve(
        &self,
        base: u64,
        limits: GpuVaLimits,
        bytes: u64,
        reservation_type: ReservationType,
    ) -> Result<Reservation, Error> {
        const CALL: &str = "D3DKMTReserveGpuVirtualAddress";
        let device = self.shared().clone();
        let mut argument = to_reserve(device.adapter(), base, limits, bytes, reservation_type);
        // SAFETY: The argument holds no address of the CPU.
        let result = unsafe { sys::D3DKMTReserveGpuVirtualAddress(self.dxg(), &mut argument) };
        check(CALL, result)?;
        let address = given(CALL, argument.virtual_address)?;
        Ok(Reservation {
            shared: Arc::new(OpenReservation {
                device,
                address,
                bytes,
                reservation_type,
                mapped: Mutex::default(),
            }),
        })
    }
}

/// An address that a call has given out.
fn given(call: &'static str, address: u64) -> Result<u64, Error> {
    let what = "0 is no GPU virtual address";
    let address = Some(address).filter(|&address| address != 0);
    address.ok_or(Error::Answer { call, what })
}

/// How many bytes of an allocation are to be mapped.
fn bytes_to_map(size: Option<usize>, options: &MapOptions) -> Result<u64, Error> {
    let bytes = match options.bytes {
        Some(bytes) => bytes,
        None => {
            let size = size.ok_or(Error::SizeUnknown)? as u64;
            size.checked_sub(options.offset)
                .ok_or(Error::Argument("the allocation ends before that"))?
        }
    };
    if options.offset % GPU_PAGE_SIZE != 0 || bytes % GPU_PAGE_SIZE != 0 {
        return Err(Error::Argument("whole pages are mapped"));
    }
    Ok(bytes)
}

fn to_reserve(
    adapter: AdapterHandle,
    base: u64,
    limits: GpuVaLimits,
    bytes: u64,
    reservation_type: ReservationType,
) -> sys::D3DDDI_RESERVEGPUVIRTUALADDRESS {
    sys::D3DDDI_RESERVEGPUVIRTUALADDRESS {
        adapter: adapter.into(),
        base_address: base,
        minimum_address: limits.minimum,
        maximum_address: limits.maximum,
        size: bytes,
        reservation_type: reservation_type.into(),
        ..Default::default()
    }
}

fn to_map(
    queue: PagingQueueHandle,
    base: u64,
    allocation: AllocationHandle,
    bytes: u64,
    options: &MapOptions,
) -> sys::D3DDDI_MAPGPUVIRTUALADDRESS {
    sys::D3DDDI_MAPGPUVIRTUALADDRESS {
        paging_queue: queue.into(),
        base_address: base,
        minimum_address: options.limits.minimum,
        maximum_address: options.limits.maximum,
        allocation: allocation.into(),
        offset_in_pages: options.offset / GPU_PAGE_SIZE,
        size_in_pages: bytes / GPU_PAGE_SIZE,
        protection: options.protection.into(),
        driver_protection: options.driver_protection,
        ..Default::default()
    }
}

/// The address, and the value of the queue's fence from which on commands can use it.
fn map(dxg: &Dxg, mut argument: sys::D3DDDI_MAPGPUVIRTUALADDRESS) -> Result<(u64, u64), Error> {
    const CALL: &str = "D3DKMTMapGpuVirtualAddress";
    // SAFETY: The argument holds no address of the CPU.
    let result = unsafe { sys::D3DKMTMapGpuVirtualAddress(dxg, &mut argument) };
    check(CALL, result)?;
    let address = given(CALL, argument.virtual_address)?;
    Ok((address, argument.paging_fence_value))
}

/// Waits for a value of a queue, which often is there already.
fn wait(queue: &OpenQueue, value: u64) -> Result<(), Error> {
    if queue.value() < value {
        queue.wait(value)?;
    }
    Ok(())
}

fn free(device: &OpenDevice, address: u64, bytes: u64) -> Result<(), Error> {
    let mut argument = sys::D3DKMT_FREEGPUVIRTUALADDRESS {
        adapter: device.adapter().into(),
        base_address: address,
        size: bytes,
        ..Default::default()
    };
    // SAFETY: The argument holds no address of the CPU.
    let result = unsafe { sys::D3DKMTFreeGpuVirtualAddress(device.dxg(), &mut argument) };
    check("D3DKMTFreeGpuVirtualAddress", result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adapter, Luid};

    const ALL: MapOptions = MapOptions {
        offset: 0,
        bytes: None,
        protection: GpuProtection::empty(),
        driver_protection: 0,
        limits: GpuVaLimits {
            minimum: 0,
            maximum: 0,
        },
    };

    /// On a node that refuses every call.
    fn reservation() -> OpenReservation {
        let dxg = Dxg::open_path("/dev/null").unwrap();
        let luid = Luid { high: 0, low: 1 };
        let adapter = Adapter::new(&dxg, AdapterHandle(0x4000_0000), luid, 1);
        OpenReservation {
            device: Device::for_tests(&adapter).shared().clone(),
            address: 0x10_0000,
            bytes: 0x1_0000,
            reservation_type: ReservationType::ZERO,
            mapped: Mutex::default(),
        }
    }

    #[test]
    fn an_argument_of_a_mapping_counts_in_pages() {
        let options = MapOptions {
            offset: 3 * 4096,
            protection: GpuProtection::WRITE | GpuProtection::EXECUTE,
            driver_protection: 5,
            limits: GpuVaLimits {
                minimum: 0x4000_0000,
                maximum: 0x8000_0000,
            },
            ..ALL
        };
        let bytes = bytes_to_map(Some(8 * 4096), &options).unwrap();
        let (queue, allocation) = (
            PagingQueueHandle(0x4000_0100),
            AllocationHandle(0x4000_0140),
        );
        let argument = to_map(queue, 0x5000_0000, allocation, bytes, &options);
        assert_eq!(argument.paging_queue.v, 0x4000_0100);
        assert_eq!(argument.allocation.v, 0x4000_0140);
        assert_eq!(argument.base_address, 0x5000_0000);
        assert_eq!(argument.minimum_address, 0x4000_0000);
        assert_eq!(argument.maximum_address, 0x8000_0000);
        assert_eq!((argument.offset_in_pages, argument.size_in_pages), (3, 5));
        assert_eq!(
            (argument.protection.value, argument.driver_protection),
            (3, 5)
        );
        assert_eq!((argument.reserved0, argument.reserved1), (0, 0));
    }

    #[test]
    fn an_argument_of_a_reservation_counts_in_bytes() {
        let limits = GpuVaLimits {
            minimum: 0x10_0000,
            maximum: 0x20_0000,
        };
        let adapter = AdapterHandle(0x4000_0000);
        let argument = to_reserve(adapter, 0, limits, 0x1_0000, ReservationType::NO_COMMIT);
        assert_eq!(argument.adapter.v, 0x4000_0000);
        assert_eq!((argument.base_address, argument.size), (0, 0x1_0000));
        assert_eq!(argument.minimum_address, 0x10_0000);
        assert_eq!(argument.maximum_address, 0x20_0000);
        assert_eq!(argument.reservation_type, 2);
    }

    #[test]
    fn whole_pages_are_mapped() {
        let part = |offset, bytes| MapOptions {
            offset,
            bytes,
            ..ALL
        };
        assert_eq!(bytes_to_map(Some(8192), &ALL).unwrap(), 8192);
        assert_eq!(bytes_to_map(Some(8192), &part(4096, None)).unwrap(), 4096);
        // What the allocation has is the kernel's to know.
        assert_eq!(
            bytes_to_map(None, &part(4096, Some(1 << 20))).unwrap(),
            1 << 20
        );
        assert!(matches!(bytes_to_map(None, &ALL), Err(Error::SizeUnknown)));
        for (size, options) in [
            (Some(8192), part(12288, None)),
            (Some(8192), part(1, None)),
            (Some(8192), part(0, Some(4097))),
            (Some(8193), ALL),
        ] {
            let wrong = bytes_to_map(size, &options);
            assert!(matches!(wrong, Err(Error::Argument(_))), "{options:?}");
        }
    }

    #[test]
    fn mappings_of_a_reservation_do_not_meet() {
        let reservation = reservation();
        assert_eq!(
            reservation.take(0x1000, 0x2000).unwrap(),
            0x10_1000..0x10_3000
        );
        assert_eq!(
            reservation.take(0x4000, 0xc000).unwrap(),
            0x10_4000..0x11_0000
        );
        for (offset, bytes) in [
            (0, 0x2000),
            (0x1000, 0x2000),
            (0x2000, 0x2000),
            (0, 0x1_0000),
            (0xf000, 0x1000),
            (0xf000, 0x2000),
            (0x1_0000, 0x1000),
            (0x3001, 0x800),
            (0x1000, 0),
            (u64::MAX - 0xfff, 0x1000),
        ] {
            let wrong = reservation.take(offset, bytes);
            assert!(matches!(wrong, Err(Error::Argument(_))), "0x{offset:x}");
        }
        assert_eq!(
            reservation.take(0x3000, 0x1000).unwrap(),
            0x10_3000..0x10_4000
        );
        reservation.give_back(0x10_1000);
        assert_eq!(
            reservation.take(0x2000, 0x1000).unwrap(),
            0x10_2000..0x10_3000
        );
    }
}
