// SPDX-License-Identifier: MIT OR Apache-2.0
//! Adapters with the nodes of their cards, for tests that show something.

use libd3dkmt::{Adapter, Dxg};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// An adapter and the node of its card.
pub struct Card {
    /// The adapter.
    pub adapter: Adapter,
    /// Such as `/dev/dri/card0`.
    pub node: PathBuf,
    /// The DRM driver's name.
    pub driver: String,
}

impl Card {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let dxg = Dxg::open().expect("/dev/dxg");
        let adapters = dxg.adapters().expect("adapters");
        let cards = adapters.into_iter().map(|adapter| {
            let info = adapter.registry_info().expect("registry info");
            Self {
                node: Path::new("/dev/dri").join(&info.dac_type),
                driver: info.chip_type,
                adapter,
            }
        });
        cards.collect()
    }

    /// The one with this DRM driver.
    pub fn of(driver: &str) -> Self {
        let mut cards = Self::all().into_iter();
        cards.find(|card| card.driver == driver).expect(driver)
    }

    /// Its name in `/sys/class/drm`.
    pub fn name(&self) -> String {
        let name = self.node.file_name().expect("a node");
        name.to_string_lossy().into_owned()
    }
}

/// Unplugs the monitor of a card, until it is dropped.
pub struct Unplugged(PathBuf);

impl Unplugged {
    /// Of the card's one connector that is none for writeback.
    pub fn of(card: &Card) -> Self {
        let prefix = format!("{}-", card.name());
        let connectors = fs::read_dir("/sys/class/drm").expect("DRM in sysfs");
        let status = connectors
            .map(|entry| entry.expect("a connector").path().join("status"))
            .filter(|path| !path.to_string_lossy().contains("Writeback"))
            .find(|path| path.exists() && path.to_string_lossy().contains(&prefix))
            .expect("a connector");
        fs::write(&status, "off").expect("forced off");
        Self(status)
    }
}

impl Drop for Unplugged {
    fn drop(&mut self) {
        fs::write(&self.0, "detect").expect("as it was");
    }
}
