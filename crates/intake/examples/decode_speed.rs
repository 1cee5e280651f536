//! Prints how fast a file is decoded: `cargo run --release -p intake --example decode_speed FILE`.

use std::{env, error::Error, path::Path, time::Instant};

use intake::{
    batch::RowBatch,
    decode::{Decoder, Options},
};

fn main() -> Result<(), Box<dyn Error>> {
    for path in env::args().skip(1) {
        let begun = Instant::now();
        let mut decoder = Decoder::open(Path::new(&path), &Options::default())?;
        let mut batch = RowBatch::default();
        let (mut rows, mut bad) = (0, 0);
        while decoder.next(&mut batch)? {
            rows += batch.len();
            bad += batch.bad().len();
        }
        let seconds = begun.elapsed().as_secs_f64();
        let megabytes = decoder.size() as f64 / 1e6;
        println!(
            "{path}: {:?}, {rows} rows, {bad} bad, {seconds:.2} s, {:.0} MB/s, {:.0} rows/s",
            decoder.heading().kind,
            megabytes / seconds,
            rows as f64 / seconds
        );
    }
    Ok(())
}
