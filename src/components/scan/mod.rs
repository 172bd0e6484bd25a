//! Scanners: ways to cut a stream of bytes into messages.

use crate::component::ScannerSpec;

pub const SCANNERS: &[&ScannerSpec] = &[];
