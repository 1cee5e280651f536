//! Taking a delivery in: decode, check, store, accept.
//!
//! Reading and checking run on a thread of their own and hand batches to the writer through a
//! short queue, so a file of any size needs the memory of a few batches.

use std::{path::PathBuf, sync::Arc};

use domain::{
    catalogue::{FieldKind, Item, Section},
    fault::{Fault, Level},
    pack::Pack,
    policy::Policy,
    text::Text,
};
use intake::{
    batch::RowBatch,
    check::{Checked, Checker, Context, Departments, Want},
    decode::{Decoder, Heading, Options},
};
use store::load::{Chunk, Counts, Load, Mode, NewSubmission};
use tokio::sync::mpsc;

use crate::{error::Error, platform::Platform};

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
    /// The sender has been asked and wants the removal.
    pub confirmed: bool,
    pub dry_run: bool,
    pub actor: String,
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
    let (item, pack, mut decoder) = open(&platform.policy, delivery)?;
    let today = platform.today();
    if item.basis_on(today).is_none() {
        let (zh, en) = (&item.label.zh, &item.label.en);
        return Err(Error::Refused(Text::new(
            format!("信息项“{zh}”在 {today} 没有现行依据，不能归集"),
            format!("“{en}” has no legal basis in force on {today}; nothing may be collected"),
        )));
    }
    let department = department(platform, delivery, &item, pack.as_ref())?;
    let heading: Heading = decoder.heading().clone();
    watch.heading(&heading.columns);
    let context = Context {
        today,
        departments: Arc::new(Departments::of(&platform.place)),
        overrides: Arc::new(store::code_override::all(&platform.register, "uscc").await?),
        keys: platform.keys.clone(),
    };
    let setting = Setting {
        policy: Arc::clone(&platform.policy),
        item: Arc::clone(&item),
        pack: pack.clone(),
        context,
    };
    let size = decoder.size();
    let want = if delivery.dry_run { Want::FaultsOnly } else { Want::Records };
    // The heading is judged before anything is begun.
    let unused = setting.checker(&heading.columns, delivery.mode)?.plan.unused.clone();
    let mut load = match delivery.dry_run {
        true => None,
        false => {
            let new = new_submission(
                platform,
                delivery,
                &item,
                pack.as_ref(),
                &department,
                &heading.columns,
            )
            .await?;
            Some(Load::begin(&platform.register, new, item.section == Section::Registration).await?)
        }
    };
    let (sender, mut batches) = mpsc::channel::<Result<(Checked, u64), Error>>(2);
    let mode = delivery.mode;
    let reader = tokio::task::spawn_blocking(move || {
        read(&setting, &heading.columns, mode, &mut decoder, want, &sender)
    });
    let mut taking = Taking::new(&item, platform, size, watch);
    let failed = taking.all(load.as_mut(), &mut batches).await.err();
    drop(batches);
    reader.await?;
    let mut imported = taking.imported;
    imported.item = item.id.to_string();
    imported.pack = pack.map(|pack| pack.id.clone());
    imported.department = department;
    imported.unused = unused;
    if let Some(load) = load {
        if let Some(error) = failed {
            load.abandon().await?;
            return Err(error);
        }
        return finish(platform, delivery, load, imported).await;
    }
    failed.map_or(Ok(imported), Err)
}

/// A file with what it turned out to be.
type Opened = (Arc<Item>, Option<Arc<Pack>>, Decoder);

/// Opens the file and settles which item and pack it is.
fn open(policy: &Policy, delivery: &Delivery) -> Result<Opened, Error> {
    let named = match &delivery.pack {
        Some(id) => {
            Some(Arc::clone(policy.packs.get(id).ok_or_else(|| unknown("映射包", "pack", id))?))
        }
        None => None,
    };
    let decoder = Decoder::open(&delivery.path, &options(named.as_deref()))?;
    let heading = &decoder.heading().columns;
    let detected = || {
        let fits = |pack: &&Arc<Pack>| {
            let wanted = delivery.item.as_ref().is_none_or(|item| *item == pack.item);
            wanted
                && !pack.detect.is_empty()
                && pack.detect.iter().all(|name| heading.contains(name))
        };
        policy.packs.values().find(fits).cloned()
    };
    let pack = named.clone().or_else(detected);
    let id = match (&delivery.item, &pack) {
        (Some(item), Some(pack)) if *item != pack.item => {
            return Err(Error::Refused(Text::new(
                format!("映射包“{}”是给信息项“{}”的，不是“{item}”", pack.id, pack.item),
                format!("pack “{}” is for item “{}”, not “{item}”", pack.id, pack.item),
            )));
        }
        (Some(item), _) => item.clone(),
        (None, Some(pack)) => pack.item.clone(),
        (None, None) => {
            return Err(Error::Refused(Text::new(
                "请用 --item 指明信息项，或用 --pack 指明映射包",
                "say which item with --item, or which pack with --pack",
            )));
        }
    };
    let item =
        Arc::clone(policy.item(&id).ok_or_else(|| unknown("信息项", "catalogue item", &id))?);
    // What the pack says of the bytes is known only now that the heading has told which it is.
    let says = |pack: &Arc<Pack>| {
        let format = &pack.format;
        format.delimiter.is_some() || format.encoding.is_some() || !format.quoted
    };
    if named.is_none() && pack.as_ref().is_some_and(says) {
        let decoder = Decoder::open(&delivery.path, &options(pack.as_deref()))?;
        return Ok((item, pack, decoder));
    }
    Ok((item, pack, decoder))
}

fn unknown(zh: &str, en: &str, id: &str) -> Error {
    Error::Refused(Text::new(format!("没有{zh}“{id}”"), format!("there is no {en} “{id}”")))
}

fn options(pack: Option<&Pack>) -> Options {
    let format = pack.map(|pack| pack.format.clone());
    let encoding = format.as_ref().and_then(|format| format.encoding.as_deref());
    Options {
        encoding: encoding.and_then(intake::encoding::Encoding::from_label),
        delimiter: format.as_ref().and_then(|format| format.delimiter),
        quoted: format.as_ref().is_none_or(|format| format.quoted),
        ..Options::default()
    }
}

fn department(
    platform: &Platform,
    delivery: &Delivery,
    item: &Item,
    pack: Option<&Arc<Pack>>,
) -> Result<String, Error> {
    if let Some(id) = &delivery.department {
        if let Some(department) = platform.place.department(id) {
            if department.items.iter().any(|given| **given == *item.id) {
                return Ok(department.id.clone());
            }
            return Err(Error::Refused(Text::new(
                format!("“{}”不是“{}”的信源单位", department.label.zh, item.label.zh),
                format!("“{}” does not provide “{}”", department.label.en, item.label.en),
            )));
        }
        if pack.is_some_and(|pack| pack.department.as_deref() == Some(id)) {
            return Ok(id.clone());
        }
        return Err(unknown("信源单位", "department", id));
    }
    if let Some(id) = pack.and_then(|pack| pack.department.clone()) {
        return Ok(id);
    }
    let mut providers = platform
        .place
        .departments
        .iter()
        .filter(|d| d.items.iter().any(|given| **given == *item.id));
    match (providers.next(), providers.next()) {
        (Some(only), None) => Ok(only.id.clone()),
        _ => Err(Error::Refused(Text::new(
            format!("“{}”有多个信源单位，请用 --department 指明", item.label.zh),
            format!("several departments provide “{}”; say which with --department", item.label.en),
        ))),
    }
}

/// What the reading thread works with.
struct Setting {
    policy: Arc<Policy>,
    item: Arc<Item>,
    pack: Option<Arc<Pack>>,
    context: Context,
}

impl Setting {
    fn checker(&self, heading: &[String], mode: Mode) -> Result<Checker<'_>, Error> {
        let key_only = mode == Mode::Withdraw;
        let context = self.context.clone();
        Ok(Checker::new(&self.policy, &self.item, self.pack.as_ref(), heading, context, key_only)?)
    }
}

fn read(
    setting: &Setting,
    heading: &[String],
    mode: Mode,
    decoder: &mut Decoder,
    want: Want,
    sender: &mpsc::Sender<Result<(Checked, u64), Error>>,
) {
    let mut checker = match setting.checker(heading, mode) {
        Ok(checker) => checker,
        Err(error) => return drop(sender.blocking_send(Err(error))),
    };
    let mut batch = RowBatch::new(heading.len());
    loop {
        match decoder.next(&mut batch) {
            Ok(true) => {
                let checked = checker.check(&batch, want);
                if sender.blocking_send(Ok((checked, decoder.position()))).is_err() {
                    return;
                }
            }
            Ok(false) => return,
            Err(unreadable) => return drop(sender.blocking_send(Err(unreadable.into()))),
        }
    }
}

/// The writing side of an import.
struct Taking<'w, 'p> {
    platform: &'p Platform,
    seals: bool,
    progress: Progress,
    watch: &'w mut dyn Watch,
    imported: Imported,
}

impl<'w, 'p> Taking<'w, 'p> {
    fn new(item: &Item, platform: &'p Platform, size: u64, watch: &'w mut dyn Watch) -> Self {
        let seals = item.fields.iter().any(|field| field.kind == FieldKind::PersonId);
        let imported = Imported {
            item: item.id.to_string(),
            pack: None,
            department: String::new(),
            receipt: None,
            counts: Counts::default(),
            passed: 0,
            faults: Vec::new(),
            fault_count: 0,
            unused: Vec::new(),
        };
        Taking {
            platform,
            seals,
            progress: Progress { size, ..Progress::default() },
            watch,
            imported,
        }
    }

    /// Takes every batch in its turn, up to the first failure.
    async fn all(
        &mut self,
        mut load: Option<&mut Load>,
        batches: &mut mpsc::Receiver<Result<(Checked, u64), Error>>,
    ) -> Result<(), Error> {
        while let Some(batch) = batches.recv().await {
            let (checked, position) = batch?;
            self.take(load.as_deref_mut(), checked, position).await?;
        }
        Ok(())
    }

    async fn take(
        &mut self,
        load: Option<&mut Load>,
        checked: Checked,
        position: u64,
    ) -> Result<(), Error> {
        self.progress.rows += checked.rows;
        self.progress.bytes = position;
        self.imported.counts.rows += checked.rows;
        self.imported.passed += checked.passed;
        self.imported.counts.rejected += checked.rejected.len() as u64;
        let mut faults = checked.faults;
        if let Some(load) = load {
            let rejected =
                checked.rejected.iter().map(|row| (row.row, self.cells(&row.cells))).collect();
            let chunk = Chunk { accepted: checked.accepted, faults: faults.clone(), rejected };
            let found = load.write(chunk).await?;
            let refused = found.iter().filter(|fault| fault.level == Level::Error).count() as u64;
            self.imported.counts.rejected += refused;
            self.imported.passed -= refused;
            faults.extend(found);
        }
        self.note(&faults);
        let mut rows: Vec<RejectedRow> = Vec::with_capacity(checked.rejected.len());
        let mut by_row: std::collections::HashMap<u64, Vec<Fault>> =
            std::collections::HashMap::new();
        for fault in faults {
            by_row.entry(fault.row).or_default().push(fault);
        }
        for rejected in checked.rejected {
            let faults = by_row.remove(&rejected.row).unwrap_or_default();
            rows.push(RejectedRow { row: rejected.row, cells: rejected.cells, faults });
        }
        self.watch.rejected(rows);
        self.watch.progress(self.progress);
        Ok(())
    }

    fn note(&mut self, faults: &[Fault]) {
        self.imported.fault_count += faults.len() as u64;
        let room = FAULTS_SHOWN.saturating_sub(self.imported.faults.len());
        self.imported.faults.extend(faults.iter().take(room).cloned());
        let mut warned: Vec<u64> = faults
            .iter()
            .filter(|fault| fault.level == Level::Warning)
            .map(|fault| fault.row)
            .collect();
        warned.dedup();
        self.imported.counts.warned += warned.len() as u64;
    }

    /// Cells of a row sent back, sealed where the item holds identity numbers.
    fn cells(&self, cells: &[String]) -> String {
        let json = serde_json::Value::from(cells.to_vec()).to_string();
        match (&self.platform.keys, self.seals) {
            (Some(keys), true) => keys.seal("rejected_row", &json),
            (None, true) => "[]".to_owned(),
            (_, false) => json,
        }
    }
}

async fn finish(
    platform: &Platform,
    delivery: &Delivery,
    mut load: Load,
    mut imported: Imported,
) -> Result<Imported, Error> {
    if delivery.mode != Mode::Changes {
        let missing = match delivery.mode {
            Mode::Full => load.missing().await?,
            _ => store::load::Missing { live: load.live().await?, gone: Vec::new() },
        };
        let gone = missing.gone.len() as u64 + load.counts.withdrawn;
        if !delivery.confirmed && 0 < missing.live && missing.live <= gone * 2 {
            load.abandon().await?;
            let live = missing.live;
            return Err(Error::NeedsConfirmation(Text::new(
                format!(
                    "这次报送会撤回本单位此项现有 {live} 条记录中的 {gone} 条。没有写入任何内容；确属如此，请加 --confirm 再报一次"
                ),
                format!(
                    "this delivery would take back {gone} of the {live} records you have here. Nothing was written; if that is meant, send it again with --confirm"
                ),
            )));
        }
        load.withdraw(&missing.gone).await?;
    }
    let register = load.counts;
    let counts = Counts {
        created: register.created,
        changed: register.changed,
        unchanged: register.unchanged,
        withdrawn: register.withdrawn,
        ..imported.counts
    };
    load.counts = counts;
    imported.counts = counts;
    imported.receipt = Some(load.receipt.clone());
    load.accept(platform.now()).await?;
    Ok(imported)
}

async fn new_submission(
    platform: &Platform,
    delivery: &Delivery,
    item: &Item,
    pack: Option<&Arc<Pack>>,
    department: &str,
    heading: &[String],
) -> Result<NewSubmission, Error> {
    let path = delivery.path.clone();
    let (digest, bytes) =
        tokio::task::spawn_blocking(move || crate::digest::of_file(&path)).await??;
    let mark =
        platform.place.department(department).map_or(department, |department| &department.mark);
    let day = platform.today().strftime("%Y%m%d").to_string();
    Ok(NewSubmission {
        receipt_prefix: format!("{mark}-{day}"),
        item: item.id.to_string(),
        department: department.to_owned(),
        pack: pack.map(|pack| pack.id.clone()),
        mode: delivery.mode,
        file_name: delivery.file_name.clone(),
        file_digest: format!("sm3:{digest}"),
        file_bytes: bytes,
        heading: heading.to_vec(),
        policy_version: platform.policy.version.clone(),
        actor: delivery.actor.clone(),
        received_at: platform.now(),
    })
}
