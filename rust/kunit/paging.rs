// SPDX-License-Identifier: GPL-2.0

//! Paging operations of a miniport, on kernel memory.

use crate::{
    ddi::{
        adapter::Segments,
        answer::SegmentTraits,
        paging::PagingOperation,
        Cookie,
        Miniport, //
    },
    miniport::soft::Soft,
    status::NtStatus,
    sys::{
        kernel_pages::KernelPages,
        page_range::PageRange,
        worker::WorkerQueue,
        PAGE_SIZE, //
    }, //
};
use kernel::{
    error::code::*,
    prelude::*,
    sync::Arc, //
};

fn soft() -> Result<Soft> {
    let segments = Segments {
        local: 1 << 20,
        aperture: 1 << 20,
        by_layout: false,
        traits: SegmentTraits::SYSTEM,
    };
    Soft::new(
        segments,
        &Arc::new(WorkerQueue::new(c"dxgkrnl-test")?, GFP_KERNEL)?,
    )
}

/// The cookie of an allocation that no miniport created.
fn allocation() -> Result<Cookie> {
    Ok(Arc::new((), GFP_KERNEL)?)
}

fn pages(count: usize) -> Result<KernelPages> {
    KernelPages::new(count * PAGE_SIZE)
}

/// Whether every word is the pattern.
fn holds(pages: &KernelPages, pattern: u32) -> bool {
    let mut words = 0;
    let all = PageRange::of(pages).all_words(|word| {
        words += 1;
        word == pattern
    });
    all && words == PageRange::of(pages).bytes() / 4
}

/// Has the miniport fill memory.
fn fill(soft: &Soft, pages: &KernelPages, pattern: u32) -> Result {
    let filled = soft.build_paging_buffer(PagingOperation::Fill {
        allocation: &allocation()?,
        destination: PageRange::of(pages),
        pattern,
    });
    filled.map_err(|_| EIO)
}

#[kunit_tests(dxgkrnl_paging)]
mod tests {
    use super::*;

    #[test]
    fn a_fill_reaches_every_byte() -> Result {
        let (soft, pages) = (soft()?, pages(5)?);
        for pattern in [0, u32::MAX, 0x1234_5678, 0] {
            fill(&soft, &pages, pattern)?;
            assert!(holds(&pages, pattern));
        }
        Ok(())
    }

    #[test]
    fn a_transfer_copies_every_byte() -> Result {
        let (soft, from, to) = (soft()?, pages(3)?, pages(3)?);
        fill(&soft, &from, 0xA5A5_0001)?;
        fill(&soft, &to, 0)?;
        let done = soft.build_paging_buffer(PagingOperation::Transfer {
            allocation: &allocation()?,
            offset: 0,
            source: PageRange::of(&from),
            destination: PageRange::of(&to),
        });
        assert_eq!(done, Ok(()));
        assert!(holds(&to, 0xA5A5_0001));
        assert!(holds(&from, 0xA5A5_0001));
        Ok(())
    }

    #[test]
    fn a_transfer_is_between_places_of_one_size() -> Result {
        let (soft, from, to) = (soft()?, pages(3)?, pages(2)?);
        fill(&soft, &to, 7)?;
        let done = soft.build_paging_buffer(PagingOperation::Transfer {
            allocation: &allocation()?,
            offset: 0,
            source: PageRange::of(&from),
            destination: PageRange::of(&to),
        });
        assert_eq!(done, Err(NtStatus::INVALID_PARAMETER));
        assert!(holds(&to, 7));
        Ok(())
    }

    #[test]
    fn nothing_is_a_range_as_well() -> Result {
        let (soft, none) = (soft()?, pages(0)?);
        fill(&soft, &none, 1)?;
        assert!(holds(&none, 1));
        Ok(())
    }
}
