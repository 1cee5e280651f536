//! Taking a delivery in: decode, check, store, accept.
//!
//! Reading and checking run on threads of their own and hand batches to the writer through short
//! queues, so a file of any size needs the memory of a few batches.

mod contrary;
pub mod looking;
mod opening;
mod reading;
mod taking;

use std::{collections::BTreeMap, path::PathBuf};

use domain::{
    audit::Event,
    catalogue::{Item, Section},
    fault::Fault,
    ids::SubmissionId,
    sealed::hex,
    text::Text,
};
use jiff::Timestamp;
use store::load::{Counts, Load, Mode, NewSubmission};
use tokio::sync::mpsc;

use crate::{
    error::Error,
    import::{looking::Reasons, reading::Setting, taking::Taking},
    platform::Platform,
};

/// One delivery as it was handed in.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub path: PathBuf,
    /// The name the sender gave the file.
    pub file_name: String,
    /// Catalogue item, or none where the pack or the heading says it.
    pub item: Option<String>,
    pub pack: Option<String>,
    pub department: Option<String>,
    pub mode: Mode,
    /// The sender has been asked and says that it is meant, and why; none where nobody was asked.
    pub confirmed: Option<String>,
    pub dry_run: bool,
    pub actor: String,
    /// The receipt of the delivery whose rows sent back this one mends.
    pub mends: Option<String>,
    /// One of many pieces, such as a row entered by hand or what a library has new: its size says nothing
    /// of what its source has.
    pub piecemeal: bool,
}

/// How far the import is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    pub rows: u64,
    pub bytes: u64,
    pub size: u64,
}

/// The answer to a delivery.
#[derive(Clone, Debug)]
pub struct Imported {
    pub item: String,
    pub pack: Option<String>,
    pub department: String,
    /// None for a dry run.
    pub receipt: Option<String>,
    pub counts: Counts,
    /// Rows that would be accepted.
    pub passed: u64,
    /// The first faults, up to [`FAULTS_SHOWN`]; all of them are with the receipt.
    pub faults: Vec<Fault>,
    pub fault_count: u64,
    /// Columns of the file that no field takes.
    pub unused: Vec<String>,
}

/// A row sent back with its faults, for the file the department mends.
#[derive(Clone, Debug)]
pub struct RejectedRow {
    pub row: u64,
    pub cells: Vec<String>,
    pub faults: Vec<Fault>,
}

/// Faults kept in the answer itself.
pub const FAULTS_SHOWN: usize = 200;

/// What the caller is told while it waits, and every row sent back.
pub trait Watch: Send {
    fn heading(&mut self, _heading: &[String]) {}
    fn progress(&mut self, _progress: Progress) {}
    fn rejected(&mut self, _rows: Vec<RejectedRow>) {}
}

/// A watcher that looks away.
pub struct Unwatched;

impl Watch for Unwatched {}

/// Takes one delivery in.
pub async fn import(
    platform: &Platform,
    delivery: &Delivery,
    watch: &mut dyn Watch,
) -> Result<Imported, Error> {
    let (item, pack, decoder) = opening::open(&platform.policy, delivery)?;
    // The clock is read when a delivery is received, and again when it is accepted.
    let received_at = platform.now();
    if item.basis_on(platform.day(received_at)).is_none() {
        return Err(without_basis(platform, delivery, &item, received_at).await?);
    }
    let department = opening::department(platform, delivery, &item, pack.as_ref())?;
    watch.heading(&decoder.heading().columns);
    let mut taking = Taking::new(&item, delivery.mode, platform, decoder.size(), watch);
    taking.imported.pack = pack.as_ref().map(|pack| pack.id.clone());
    let setting = Setting::new(platform, delivery, (item, pack), &department, received_at).await?;
    let heading = decoder.heading().columns.clone();
    // The heading is judged before anything is begun.
    let fits = setting.checker(&heading).map(|checker| checker.plan.unused.clone());
    taking.imported.unused =
        fits.map_err(|error| looking::of_another_item(platform, &department, &heading, error))?;
    let (mut load, known) = match delivery.dry_run {
        true => (None, None),
        false => {
            let (load, known) = begin(platform, delivery, &setting, &department, &heading).await?;
            (Some(load), known)
        }
    };
    taking.mends = mended(platform, delivery, &heading).await?;
    taking.imported.department = department;
    let (sender, mut batches) = mpsc::channel(2);
    let reader = tokio::task::spawn_blocking(move || setting.read(decoder, &heading, &sender));
    let failed = taking.all(load.as_mut(), &mut batches).await.err();
    drop(batches);
    reader.await?;
    match (load, failed) {
        (Some(load), failed) => {
            let Taking { imported, by_law, reasons, .. } = taking;
            let found = Found { by_law: &by_law, reasons: &reasons, known };
            finish(platform, delivery, load, imported, found, failed).await
        }
        (None, Some(error)) => Err(error),
        (None, None) => Ok(taking.imported),
    }
}

/// The submission whose rows come again, and the column of the file that numbers them.
async fn mended(
    platform: &Platform,
    delivery: &Delivery,
    heading: &[String],
) -> Result<Option<(SubmissionId, usize)>, Error> {
    let Some(receipt) = &delivery.mends else { return Ok(None) };
    let column = heading.iter().position(|name| name == render::faults::ROW_NUMBER);
    let found = store::submission::by_receipt(&platform.register, receipt).await?;
    Ok(found.map(|found| found.id).zip(column))
}

/// The refusal of an item that nothing allows to be collected on the day; that somebody tried is
/// reported.
async fn without_basis(
    platform: &Platform,
    delivery: &Delivery,
    item: &Item,
    received_at: Timestamp,
) -> Result<Error, Error> {
    if !delivery.dry_run {
        let department = delivery.department.as_deref().unwrap_or_default();
        let detail = format!("department={department} why=no_basis");
        tell(platform, delivery, Event::DeliveryRefused, &item.id, &detail).await?;
    }
    let (zh, en, day) = (&item.label.zh, &item.label.en, platform.day(received_at));
    Ok(Error::Refused(Text::new(
        format!("信息项“{zh}”在 {day} 没有现行依据，不能归集"),
        format!("“{en}” has no legal basis in force on {day}; nothing may be collected"),
    )))
}

/// Writes an audit event on a delivery of which nothing else is written.
async fn tell(
    platform: &Platform,
    delivery: &Delivery,
    event: Event,
    object: &str,
    detail: &str,
) -> Result<(), Error> {
    let mut write = platform.register.write().await?;
    let now = platform.now();
    store::audit::append(&mut write, now, &delivery.actor, event, object, detail).await?;
    write.commit().await?;
    Ok(())
}

/// What was found of a delivery while it was read.
struct Found<'f> {
    by_law: &'f BTreeMap<&'static str, u64>,
    reasons: &'f Reasons,
    /// The question whether it is the right file.
    known: Option<Text>,
}

/// Accepts the load, or gives it up where it failed or must be asked about.
async fn finish(
    platform: &Platform,
    delivery: &Delivery,
    mut load: Load,
    imported: Imported,
    found: Found<'_>,
    failed: Option<Error>,
) -> Result<Imported, Error> {
    let Found { by_law, reasons, known } = found;
    let counts: Vec<String> = by_law.iter().map(|(rule, rows)| format!("{rule}={rows}")).collect();
    let refused = (!counts.is_empty()).then(|| {
        let (item, department) = (&imported.item, &imported.department);
        format!("item={item} department={department} {}", counts.join(" "))
    });
    load.events.extend(refused.clone().map(|detail| (Event::RowsRefused, detail)));
    let receipt = load.receipt.clone();
    let stopped = match failed {
        Some(error) => Some(error),
        None => looking::question_of(platform, delivery, &mut load, (&imported, reasons), known)
            .await
            .unwrap_or_else(Some),
    };
    let done = match stopped {
        Some(error) => {
            // What is not cleared away now is found later; the first failure is the one to tell.
            let _ = load.abandon().await;
            Err(error)
        }
        None => accept(platform, load, imported).await,
    };
    if let (Err(_), Some(refused)) = (&done, refused) {
        // With an acceptance it is told in the same transaction.
        tell(platform, delivery, Event::RowsRefused, &receipt, &refused).await?;
    }
    done
}

async fn accept(
    platform: &Platform,
    mut load: Load,
    mut imported: Imported,
) -> Result<Imported, Error> {
    let (receipt, register) = (load.receipt.clone(), load.counts);
    load.counts = Counts {
        created: register.created,
        changed: register.changed,
        unchanged: register.unchanged,
        withdrawn: register.withdrawn,
        ..imported.counts
    };
    let accepted = load.accept(&*platform.clock).await.map_err(|error| match error {
        store::error::Error::TakenMeanwhile(department) => {
            let department = platform.department_name(&department);
            let Text { zh, en } = &department;
            Error::Refused(Text::new(
                format!("归集期间，“{zh}”报送了这次报送中的记录并对其负责。没有写入任何内容，请再报一次"),
                format!(
                    "while this delivery was taken in, “{en}” handed in one of its records and answers for it. Nothing was written; send it again"
                ),
            ))
        }
        error => Error::Store(error),
    })?;
    imported.counts = accepted.counts;
    imported.receipt = Some(receipt);
    Ok(imported)
}

async fn begin(
    platform: &Platform,
    delivery: &Delivery,
    setting: &Setting,
    department: &str,
    heading: &[String],
) -> Result<(Load, Option<Text>), Error> {
    let path = delivery.path.clone();
    let (digest, bytes) =
        tokio::task::spawn_blocking(move || crate::digest::of_file(&path)).await??;
    let digest = format!("sm3:{digest}");
    let source = (department, &*setting.item.id);
    let received_at = setting.received_at;
    let known = looking::known_file(platform, delivery.mode, source, &digest, received_at).await?;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| Error::Io(std::io::Error::other("no random bytes")))?;
    let mark =
        platform.place.department(department).map_or(department, |department| &department.mark);
    let day = platform.day(setting.received_at).strftime("%Y%m%d").to_string();
    let new = NewSubmission {
        receipt_prefix: format!("{mark}-{day}"),
        item: setting.item.id.to_string(),
        department: department.to_owned(),
        pack: setting.pack.as_ref().map(|pack| pack.id.clone()),
        mode: delivery.mode,
        file_name: delivery.file_name.clone(),
        file_digest: digest,
        file_salt: hex(&salt),
        file_bytes: bytes,
        heading: heading.to_vec(),
        policy_version: platform.policy.version.clone(),
        actor: delivery.actor.clone(),
        received_at: setting.received_at,
        mends: delivery.mends.clone(),
    };
    let registration = setting.item.section == Section::Registration;
    Ok((Load::begin(&platform.register, new, registration).await?, known))
}
