//! Prints how fast names are found among many: `search_speed [names] [questions]`.
//!
//! The names are made up: 示例, a few characters drawn at random, and a form of organisation.

use std::time::{Duration, Instant};

use domain::{
    record::{Accepted, SubjectKey},
    sealed::{sm3, sm3_hex},
    subject::Kind,
};
use jiff::Timestamp;
use store::{
    error::Error,
    load::{Chunk, Load, Mode, NewSubmission},
    register::{Engine, Register},
    search::{Match, NameIndex},
};

const FORMS: &[&str] =
    &["商贸有限公司", "科技有限公司", "建筑工程有限公司", "餐饮店", "便利店", "有限责任公司"];
const CHUNK: usize = 20_000;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let count = arguments.next().and_then(Result::ok).unwrap_or(1_000_000);
    let questions = arguments.next().and_then(Result::ok).unwrap_or(2_000);
    let folder = tempfile::tempdir()?;
    let register = Register::open(Engine::Sqlite(folder.path().join("register.db"))).await?;
    let mut draw = Draw(20_261_122);
    let names: Vec<String> = (0..count).map(|_| draw.name()).collect();
    let begun = Instant::now();
    load(&register, &names).await?;
    println!("{count} names loaded in {:.1?}", begun.elapsed());
    let begun = Instant::now();
    let index = NameIndex::open(&folder.path().join("names"))?;
    while 0 < index.follow(&register, 200_000).await? {}
    let size = size(&folder.path().join("names"))? >> 20;
    println!("index of {size} MB built in {:.1?}", begun.elapsed());

    let mut of = |edit: fn(&mut Draw, &[char]) -> Vec<char>| -> Vec<String> {
        let chosen = (0..questions).map(|_| names[draw.below(names.len())].chars().collect());
        let chosen: Vec<Vec<char>> = chosen.collect();
        chosen.iter().map(|name| edit(&mut draw, name).into_iter().collect()).collect()
    };
    let whole = of(|_, name| name.to_vec());
    let part = of(Draw::part);
    let wrong = of(|draw, name| draw.wrong(name));
    let wrong_part = of(|draw, name| {
        let part = draw.part(name);
        draw.wrong(&part)
    });
    let common =
        ["示例", "有限公司", "公司", "司", "示例公司", "商贸有限公司", "有限公词", "示列公司"];
    measure(&index, "whole name", &whole, None)?;
    measure(&index, "part", &part, Some(Match::Part))?;
    measure(&index, "whole name, one character wrong", &wrong, Some(Match::Misspelt))?;
    measure(&index, "part, one character wrong", &wrong_part, Some(Match::Misspelt))?;
    measure(&index, "what fits nearly all", &common.map(str::to_owned), None)
}

async fn load(register: &Register, names: &[String]) -> Result<(), Error> {
    let new = NewSubmission {
        receipt_prefix: "示例".to_owned(),
        item: "registration".to_owned(),
        department: "示例局".to_owned(),
        pack: None,
        mode: Mode::Changes,
        file_name: "示例.csv".to_owned(),
        file_digest: sm3_hex(b""),
        file_salt: String::new(),
        file_bytes: 0,
        heading: Vec::new(),
        policy_version: "0".to_owned(),
        actor: "示例".to_owned(),
        received_at: Timestamp::UNIX_EPOCH,
        mends: None,
    };
    let mut load = Load::begin(register, new, true).await?;
    for (first, part) in (0..).step_by(CHUNK).zip(names.chunks(CHUNK)) {
        let accepted = (first..).zip(part).map(|(at, name)| accepted(at, name)).collect();
        load.write(Chunk { accepted, ..Chunk::default() }).await?;
    }
    load.accept(&|| Timestamp::UNIX_EPOCH).await?;
    Ok(())
}

fn accepted(at: u64, name: &str) -> Accepted {
    let digest = sm3(&at.to_le_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    Accepted {
        row: at + 2,
        subject: SubjectKey { scheme: "uscc".to_owned(), value: format!("{at:018}") },
        subject_kind: Kind::Organisation,
        subject_name: name.to_owned(),
        overridden: false,
        key,
        decided_on: None,
        effective_from: None,
        effective_until: None,
        payload: "{}".to_owned(),
        digest,
    }
}

/// Asks every question once to warm up and once for the figures.
fn measure(
    index: &NameIndex,
    what: &str,
    questions: &[String],
    how: Option<Match>,
) -> Result<(), Error> {
    let mut times = Vec::with_capacity(questions.len());
    let (mut answered, mut as_meant) = (0, 0);
    for round in 0..2 {
        for question in questions {
            let begun = Instant::now();
            let hits = index.search(question, 20)?;
            if round == 1 {
                times.push(begun.elapsed());
                answered += usize::from(!hits.is_empty());
                as_meant +=
                    usize::from(how.is_some_and(|how| hits.iter().any(|hit| hit.how == how)));
            }
        }
    }
    times.sort_unstable();
    let at =
        |share: usize| -> Duration { times[(times.len() * share / 1000).min(times.len() - 1)] };
    println!(
        "{what}: p50 {:.2?}, p99 {:.2?}, worst {:.2?}; {answered} of {} answered, {as_meant} {}",
        at(500),
        at(990),
        at(1000),
        times.len(),
        how.map_or(String::new(), |how| format!("as {how:?}")),
    );
    Ok(())
}

fn size(folder: &std::path::Path) -> Result<u64, Error> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        bytes += if meta.is_dir() { size(&entry.path())? } else { meta.len() };
    }
    Ok(bytes)
}

/// Numbers that look random and are the same in every run (xorshift).
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or_default() % limit
    }

    /// One of 2,000 characters, those first in order drawn more often, as in names.
    fn letter(&mut self) -> char {
        let at = self.below(2_000).min(self.below(2_000));
        u32::try_from(at).ok().and_then(|at| char::from_u32(0x4E00 + at)).unwrap_or('某')
    }

    fn name(&mut self) -> String {
        let letters = 2 + self.below(3);
        let middle: String = (0..letters).map(|_| self.letter()).collect();
        format!("示例{middle}{}", FORMS[self.below(FORMS.len())])
    }

    fn part(&mut self, name: &[char]) -> Vec<char> {
        let first = self.below(name.len() - 4);
        let most = name.len() - first;
        let length = 4 + self.below(most - 3);
        name[first..first + length].to_vec()
    }

    /// Makes one character another, or leaves it out, or puts one in.
    fn wrong(&mut self, name: &[char]) -> Vec<char> {
        let mut name = name.to_vec();
        let at = self.below(name.len());
        let letter = self.letter();
        match self.below(3) {
            0 => name[at] = letter,
            1 => drop(name.remove(at)),
            _ => name.insert(at, letter),
        }
        name
    }
}
