// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sizes for people.

/// A size in MiB, with the digits that tell pages apart.
pub fn mib(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    if bytes % MIB == 0 {
        format!("{} MiB", bytes / MIB)
    } else {
        format!("{:.3} MiB", bytes as f64 / MIB as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_broken_sizes() {
        assert_eq!(mib(0), "0 MiB");
        assert_eq!(mib(256 << 20), "256 MiB");
        assert_eq!(mib(4096), "0.004 MiB");
        assert_eq!(mib((1 << 20) + (1 << 19)), "1.500 MiB");
    }
}
