//! The catalogue (信息目录) as anybody may read it.

use std::sync::Arc;

use domain::{catalogue::Item, parameter::Reference};
use jiff::civil::Date;

use crate::platform::Platform;

/// The items in the order of the file, each with its basis on the day, or none where it has lapsed.
#[must_use]
pub fn items(platform: &Platform, on: Date) -> Vec<(Arc<Item>, Option<Reference>)> {
    let mut items: Vec<(Arc<Item>, Option<Reference>)> = platform
        .policy
        .items
        .values()
        .map(|item| (Arc::clone(item), item.basis_on(on).cloned()))
        .collect();
    items.sort_by(|(a, _), (b, _)| (a.section, &a.id).cmp(&(b.section, &b.id)));
    items
}
