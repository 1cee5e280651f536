//! The transparency log (透明日志) under the audit: a Merkle tree of RFC 6962 in the tiles of C2SP.
//!
//! Every audit event is a leaf. What stands in the leaf is a salted commitment to the event, so that
//! what an event said of a person can be erased and the tree stays whole. Formats:
//! c2sp.org/tlog-tiles, c2sp.org/tlog-checkpoint, c2sp.org/signed-note.

use sha2::{Digest as _, Sha256};

/// SHA-256, as every hash of the tree.
pub type Hash = [u8; 32];

/// Leaves or subtrees in a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree in a tile.
const TILE_HEIGHT: u32 = 8;

/// The hash of a leaf that holds some bytes.
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash above two others.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The commitment to an event: nothing is learnt from it without the salt.
#[must_use]
pub fn commitment(salt: &[u8], event: &[u8]) -> Hash {
    Sha256::new().chain_update(salt).chain_update(event).finalize().into()
}

/// The hash above a full row of hashes, whose number is a power of two.
#[must_use]
pub fn perfect(row: &[Hash]) -> Hash {
    let mut row = row.to_vec();
    while 1 < row.len() {
        row = row.chunks(2).map(|pair| node(&pair[0], &pair[pair.len() - 1])).collect();
    }
    row.first().copied().unwrap_or_else(|| Sha256::digest([]).into())
}

/// The root of a tree of some size.
///
/// `hash` answers the hash at a place of a tile: the level of the tile and the number of the
/// subtree of 256^level leaves; none where a tile is missing.
pub fn root(size: u64, hash: &mut impl FnMut(u32, u64) -> Option<Hash>) -> Option<Hash> {
    if size == 0 {
        return Some(Sha256::digest([]).into());
    }
    range(0, size, hash)
}

/// The hashes beside the way from a leaf to the root, from the leaf up.
pub fn inclusion(
    index: u64,
    size: u64,
    hash: &mut impl FnMut(u32, u64) -> Option<Hash>,
) -> Option<Vec<Hash>> {
    if size <= index {
        return None;
    }
    let (mut from, mut count, mut path) = (0, size, Vec::new());
    while 1 < count {
        let left = split(count);
        if index < from + left {
            path.push(range(from + left, count - left, hash)?);
            count = left;
        } else {
            path.push(range(from, left, hash)?);
            from += left;
            count -= left;
        }
    }
    path.reverse();
    Some(path)
}

/// The root that a leaf and the hashes beside its way lead to.
#[must_use]
pub fn climb(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let (mut turns, mut from, mut count) = (Vec::new(), 0, size);
    while 1 < count {
        let half = split(count);
        let left = index < from + half;
        turns.push(left);
        if left {
            count = half;
        } else {
            from += half;
            count -= half;
        }
    }
    if turns.len() != path.len() || size <= index {
        return None;
    }
    let up = turns.iter().rev().zip(path);
    Some(up.fold(leaf, |hash, (left, beside)| match left {
        true => node(&hash, beside),
        false => node(beside, &hash),
    }))
}

/// The hash over `count` leaves from `from` on, which is a multiple of the next power of two.
fn range(from: u64, count: u64, hash: &mut impl FnMut(u32, u64) -> Option<Hash>) -> Option<Hash> {
    if !count.is_power_of_two() {
        let left = split(count);
        return Some(node(&range(from, left, hash)?, &range(from + left, count - left, hash)?));
    }
    let levels = count.trailing_zeros();
    let (tile, above) = (levels / TILE_HEIGHT, levels % TILE_HEIGHT);
    let first = from >> (tile * TILE_HEIGHT);
    let row: Option<Vec<Hash>> = (0..1u64 << above).map(|one| hash(tile, first + one)).collect();
    Some(perfect(&row?))
}

/// The greatest power of two below a count above one.
fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The tiles of a tree of some size, each by level, number and width.
pub fn tiles(size: u64) -> impl Iterator<Item = (u32, u64, u64)> {
    let levels = (0..).map(move |level| (level, size >> (level * TILE_HEIGHT)));
    levels.take_while(|(_, count)| 0 < *count).flat_map(|(level, count)| {
        let whole = (0..count / TILE_WIDTH).map(move |number| (level, number, TILE_WIDTH));
        let rest = count % TILE_WIDTH;
        whole.chain((0 < rest).then_some((level, count / TILE_WIDTH, rest)))
    })
}

/// The path of a tile below `tile/`: `0/x001/234`, a partial one with `.p/W` behind.
#[must_use]
pub fn path(level: &str, number: u64, width: u64) -> String {
    let mut parts = vec![format!("{:03}", number % 1000)];
    let mut rest = number / 1000;
    while 0 < rest {
        parts.insert(0, format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    let partial = if width < TILE_WIDTH { format!(".p/{width}") } else { String::new() };
    format!("{level}/{}{partial}", parts.join("/"))
}

/// Number and width of a tile by the part of its path behind the level.
#[must_use]
pub fn read_path(path: &str) -> Option<(u64, u64)> {
    let (path, width) = match path.split_once(".p/") {
        Some((path, width)) => (path, width.parse().ok()?),
        None => (path, TILE_WIDTH),
    };
    let mut number: u64 = 0;
    let parts: Vec<&str> = path.split('/').collect();
    for (position, part) in parts.iter().enumerate() {
        let last = position + 1 == parts.len();
        let digits = if last { Some(*part) } else { part.strip_prefix('x') };
        let digits = digits.filter(|digits| digits.len() == 3)?;
        number = number.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    (1..=TILE_WIDTH).contains(&width).then_some((number, width))
}

/// The text of a checkpoint, which is signed: origin, size, root.
#[must_use]
pub fn checkpoint(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", crate::sealed::base64(root))
}

/// The bytes a key's number is made of: name, newline, algorithm, key.
#[must_use]
pub fn key_number(name: &str, key: &[u8]) -> [u8; 4] {
    let digest =
        Sha256::new().chain_update(name).chain_update([0x0A, 0x01]).chain_update(key).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves of the example tree of RFC 6962 implementations (Certificate Transparency).
    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|number| leaf(&number.to_be_bytes())).collect()
    }

    /// The definition of RFC 6962, word for word.
    fn plain(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            many => {
                let left = usize::try_from(split(many.len() as u64)).unwrap();
                node(&plain(&many[..left]), &plain(&many[left..]))
            }
        }
    }

    /// Hashes at places of tiles, worked out from the leaves.
    fn from(leaves: &[Hash]) -> impl FnMut(u32, u64) -> Option<Hash> {
        move |level, number| {
            let width = 1usize << (level * TILE_HEIGHT);
            let first = usize::try_from(number).ok()? * width;
            Some(perfect(leaves.get(first..first + width)?))
        }
    }

    #[test]
    fn the_hashes_are_those_of_certificate_transparency() {
        let hex = crate::sealed::hex;
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex(&root(0, &mut from(&[])).unwrap()), empty);
        let first = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(hex(&leaf(&[])), first);
        let eight = [
            &[][..],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
                0x6e, 0x6f,
            ],
        ];
        let eight: Vec<Hash> = eight.iter().map(|entry| leaf(entry)).collect();
        let told = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
        assert_eq!(hex(&root(8, &mut from(&eight)).unwrap()), told);
    }

    #[test]
    fn roots_and_ways_are_right_at_every_size() {
        let all = leaves(1100);
        for size in (1..=40).chain([255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1100]) {
            let some = &all[..usize::try_from(size).unwrap()];
            let root = root(size, &mut from(some)).unwrap();
            assert_eq!(root, plain(some), "{size}");
            for index in [0, size / 3, size / 2, size - 1] {
                let path = inclusion(index, size, &mut from(some)).unwrap();
                let leaf = some[usize::try_from(index).unwrap()];
                assert_eq!(climb(leaf, index, size, &path), Some(root), "{index} of {size}");
                assert_ne!(
                    climb(all[1099], index, size, &path),
                    Some(root).filter(|_| index != 1099)
                );
            }
        }
    }

    #[test]
    fn tiles_have_their_paths() {
        assert_eq!(path("0", 1_234_067, 256), "0/x001/x234/067");
        assert_eq!(path("entries", 0, 8), "entries/000.p/8");
        for (number, width) in [(0, 1), (7, 256), (999, 3), (1000, 256), (1_234_067, 255)] {
            let made = path("0", number, width);
            assert_eq!(
                read_path(made.strip_prefix("0/").unwrap()),
                Some((number, width)),
                "{made}"
            );
        }
        for wrong in ["", "1", "x001", "001/002", "../000", "000.p/0", "000.p/257", "x1/000"] {
            assert_eq!(read_path(wrong), None, "{wrong}");
        }
        let all: Vec<_> = tiles(600).collect();
        assert_eq!(all, [(0, 0, 256), (0, 1, 256), (0, 2, 88), (1, 0, 2)]);
    }
}
