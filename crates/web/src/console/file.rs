//! A subject's file as somebody reads it on a ground: every field they may see, and that it was logged.

use askama::Template;
use domain::text::Lang;
use registry::{file::FileView, reading::Opened};

use crate::{
    desk::{Bench, Desk},
    view::Frame,
};

#[derive(Template)]
#[template(path = "console/file.html")]
pub struct FilePage {
    f: Frame,
    l: Lang,
    d: Bench,
    file: FileView,
    ground: String,
    watermark: String,
    /// The page it was opened from.
    back: String,
}

impl FilePage {
    #[must_use]
    pub fn of(
        desk: &Desk,
        place: &str,
        opened: Opened<FileView>,
        ground: String,
        back: String,
    ) -> FilePage {
        FilePage {
            f: desk.frame(),
            l: desk.lang(),
            d: desk.console(place),
            file: opened.view,
            ground,
            watermark: opened.watermark.unwrap_or_default(),
            back,
        }
    }
}
