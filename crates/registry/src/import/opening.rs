//! Opening a delivery: which item, pack and department it is of.

use std::sync::Arc;

use domain::{catalogue::Item, pack::Pack, policy::Policy, text::Text};
use intake::decode::{Decoder, Options};

use super::Delivery;
use crate::{error::Error, platform::Platform};

/// A file with what it turned out to be.
pub type Opened = (Arc<Item>, Option<Arc<Pack>>, Decoder);

/// Opens the file and settles which item and pack it is.
pub fn open(policy: &Policy, delivery: &Delivery) -> Result<Opened, Error> {
    let named = match &delivery.pack {
        Some(id) => {
            Some(Arc::clone(policy.packs.get(id).ok_or_else(|| unknown("映射包", "pack", id))?))
        }
        None => None,
    };
    let decoder = Decoder::open(&delivery.path, &options(named.as_deref(), delivery.dry_run))?;
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
        let decoder = Decoder::open(&delivery.path, &options(pack.as_deref(), delivery.dry_run))?;
        return Ok((item, pack, decoder));
    }
    Ok((item, pack, decoder))
}

fn unknown(zh: &str, en: &str, id: &str) -> Error {
    Error::Refused(Text::new(format!("没有{zh}“{id}”"), format!("there is no {en} “{id}”")))
}

/// Rows checked together where nothing is stored: few enough to stay near the processor. The register
/// takes longer batches, because each costs it a transaction.
const ROWS_CHECKED: usize = 1024;

fn options(pack: Option<&Pack>, dry_run: bool) -> Options {
    let batch_rows = if dry_run { ROWS_CHECKED } else { Options::default().batch_rows };
    let format = pack.map(|pack| pack.format.clone());
    let encoding = format.as_ref().and_then(|format| format.encoding.as_deref());
    Options {
        encoding: encoding.and_then(intake::encoding::Encoding::from_label),
        delimiter: format.as_ref().and_then(|format| format.delimiter),
        quoted: format.as_ref().is_none_or(|format| format.quoted),
        batch_rows,
        ..Options::default()
    }
}

pub fn department(
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
