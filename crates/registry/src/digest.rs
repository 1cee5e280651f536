//! Digests of files as receipts name them.

use std::{io::Read as _, path::Path};

/// What the public is told of a file: a digest that names it, and from which no cell can be
/// guessed without the salt that its department has.
#[must_use]
pub fn salted(salt: &str, file_digest: &str) -> String {
    format!("sm3:{}", domain::sealed::sm3_hex(format!("{salt} {file_digest}").as_bytes()))
}

/// SM3 and length of a file.
pub fn of_file(path: &Path) -> std::io::Result<(String, u64)> {
    use sm3::Digest as _;
    let mut file = std::fs::File::open(path)?;
    let mut hasher = sm3::Sm3::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((domain::sealed::hex(&hasher.finalize()), bytes));
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
}
