//! The transparency log (透明日志): tiles over the commitments of audit events, and signed heads.

use domain::{
    sealed::from_hex,
    tlog::{self, Hash, TILE_WIDTH},
};
use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    audit,
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

/// Bytes of a hash.
const HASH_BYTES: usize = 32;

/// A tree that has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    pub root: Hash,
}

/// Adds the next events to the tree, some thousands at most; none where there are none.
///
/// Two that do so at the same moment follow each other: the counter is theirs one at a time.
pub async fn extend(write: &mut Write, at_most: i64) -> Result<Option<Head>, Error> {
    let next = take_numbers(write, "log", 0).await?;
    let commitments = audit::commitments_from(write, next, at_most).await?;
    if commitments.is_empty() {
        return Ok(None);
    }
    let added = i64::try_from(commitments.len()).unwrap_or_default();
    take_numbers(write, "log", added).await?;
    let before = u64::try_from(next - 1).unwrap_or_default();
    let mut leaves = Vec::with_capacity(commitments.len());
    for commitment in commitments {
        let entry = from_hex(&commitment)
            .ok_or_else(|| Error::Corrupt(format!("commitment {commitment}")))?;
        leaves.push(tlog::leaf(&entry));
    }
    grow(write, 0, before, leaves).await?;
    let size = before + u64::try_from(added).unwrap_or_default();
    let root = root_in(write, size).await?;
    Ok(Some(Head { size, root }))
}

/// Appends hashes to the tiles of a level, and what becomes whole to the level above.
async fn grow(
    write: &mut Write,
    mut level: u32,
    mut before: u64,
    mut hashes: Vec<Hash>,
) -> Result<(), Error> {
    while !hashes.is_empty() {
        let mut above = Vec::new();
        let above_before = before / TILE_WIDTH;
        while !hashes.is_empty() {
            let number = before / TILE_WIDTH;
            let mut tile = tile_in(write, level, number).await?;
            let room = usize::try_from(TILE_WIDTH).unwrap_or_default() - tile.len();
            let taken: Vec<Hash> = hashes.drain(..room.min(hashes.len())).collect();
            before += taken.len() as u64;
            tile.extend(taken);
            if tile.len() as u64 == TILE_WIDTH {
                above.push(tlog::perfect(&tile));
            }
            put(write, level, number, &tile).await?;
        }
        level += 1;
        before = above_before;
        hashes = above;
    }
    Ok(())
}

async fn put(write: &mut Write, level: u32, number: u64, tile: &[Hash]) -> Result<(), Error> {
    let statement = "\
        insert into log_tile (level, number, data) values ($1, $2, $3)
        on conflict (level, number) do update set data = $3";
    sqlx::query(statement)
        .bind(i64::from(level))
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .bind(tile.concat())
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

const TILE: &str = "select data from log_tile where level = $1 and number = $2";

async fn tile_in(write: &mut Write, level: u32, number: u64) -> Result<Vec<Hash>, Error> {
    let data: Option<Vec<u8>> = sqlx::query_scalar(TILE)
        .bind(i64::from(level))
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .fetch_optional(&mut *write.tx)
        .await?;
    Ok(hashes(&data.unwrap_or_default()))
}

/// The hashes of a tile, as far as it is filled.
pub async fn tile(register: &Register, level: u32, number: u64) -> Result<Vec<u8>, Error> {
    let data: Option<Vec<u8>> = sqlx::query_scalar(TILE)
        .bind(i64::from(level))
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .fetch_optional(&register.pool)
        .await?;
    Ok(data.unwrap_or_default())
}

fn hashes(data: &[u8]) -> Vec<Hash> {
    data.chunks_exact(HASH_BYTES).filter_map(|chunk| chunk.try_into().ok()).collect()
}

/// The root, from the tiles on its right edge.
async fn root_in(write: &mut Write, size: u64) -> Result<Hash, Error> {
    let mut edge = Vec::new();
    for level in 0.. {
        let count = size >> (8 * level);
        if count == 0 {
            break;
        }
        // Every place the root is made of lies in the last tile of its level, or is its last whole one.
        for number in [(count - 1) / TILE_WIDTH, ((count - 1) / TILE_WIDTH).saturating_sub(1)] {
            edge.push((level, number, tile_in(write, level, number).await?));
        }
    }
    root_of(size, &edge)
}

fn root_of(size: u64, tiles: &[(u32, u64, Vec<Hash>)]) -> Result<Hash, Error> {
    let mut hash = |level: u32, place: u64| {
        let (number, index) = (place / TILE_WIDTH, usize::try_from(place % TILE_WIDTH).ok()?);
        let tile = tiles.iter().find(|(one, two, _)| (*one, *two) == (level, number))?;
        tile.2.get(index).copied()
    };
    tlog::root(size, &mut hash).ok_or_else(|| Error::Corrupt(format!("log of size {size}")))
}

/// Keeps a signed head.
pub async fn keep(write: &mut Write, size: u64, note: &str, at: Timestamp) -> Result<(), Error> {
    let statement = "\
        insert into log_checkpoint (size, note, signed_at) values ($1, $2, $3) on conflict do nothing";
    sqlx::query(statement)
        .bind(i64::try_from(size).unwrap_or(i64::MAX))
        .bind(note)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// The newest signed head: size and note.
pub async fn newest(register: &Register) -> Result<Option<(u64, String)>, Error> {
    let row = sqlx::query("select size, note from log_checkpoint order by size desc limit 1")
        .fetch_optional(&register.pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default(), row.try_get(1)?)))
}

/// How many events stand in the tree.
pub async fn size(register: &Register) -> Result<u64, Error> {
    let next: i64 = sqlx::query_scalar("select next from counter where name = 'log'")
        .fetch_one(&register.pool)
        .await?;
    Ok(u64::try_from(next - 1).unwrap_or_default())
}

/// How many events wait to be added to the tree.
pub async fn waits(register: &Register) -> Result<i64, Error> {
    let statement = "\
        select a.next - l.next from counter a, counter l where a.name = 'audit' and l.name = 'log'";
    Ok(sqlx::query_scalar(statement).fetch_one(&register.pool).await?)
}

/// Commitments of a run of leaves, as bytes.
pub async fn entries(register: &Register, first: u64, count: u64) -> Result<Vec<Vec<u8>>, Error> {
    let seq = i64::try_from(first + 1).unwrap_or(i64::MAX);
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let events = audit::from(register, seq, count).await?;
    let entries = events.iter().map(|event| from_hex(&event.commitment));
    entries
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Error::Corrupt("a commitment of an audit event".to_owned()))
}
