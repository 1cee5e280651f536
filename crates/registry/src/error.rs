//! What an operation may answer instead of its result.

use domain::{
    access::Action,
    text::{Lang, Text},
};

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("register")]
    Store(#[from] store::error::Error),
    #[error(transparent)]
    Lake(#[from] lake::error::Error),
    #[error("report")]
    Render(#[from] render::error::RenderError),
    #[error("file cannot be read")]
    Unreadable(#[from] intake::decode::Unreadable),
    #[error("fonts of the report")]
    Fonts(#[from] render::error::FontError),
    /// The heading does not fit the item.
    #[error("heading")]
    Heading(#[from] intake::plan::HeadingFault),
    /// What was asked for does not exist, or not for this reader.
    #[error("not found")]
    NotFound,
    /// The law, as loaded, does not allow it.
    #[error("{}", .0.zh)]
    Refused(Text),
    /// Something in the question cannot be answered; the parameter at fault is named.
    #[error("{name}: {}", .text.en)]
    Question { name: &'static str, text: Text },
    /// The policies of access do not permit it.
    #[error("forbidden: {}", .0.code())]
    Forbidden(Action),
    /// Too much of this kind is being done already.
    #[error("busy")]
    Busy,
    /// It would remove or halve what a department has here, and waits for a confirmation.
    #[error("{}", .0.zh)]
    NeedsConfirmation(Text),
    #[error("a worker stopped")]
    Join(#[from] tokio::task::JoinError),
    #[error("file")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// The sentence for the person who asked.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Error::Refused(text) | Error::NeedsConfirmation(text) => text.get(lang).to_owned(),
            Error::Question { text, .. } => text.get(lang).to_owned(),
            Error::Busy => lang
                .t("现在忙不过来，请过一会儿再试", "too busy at the moment; try again shortly")
                .to_owned(),
            Error::Heading(fault) => fault.0.get(lang).to_owned(),
            Error::Unreadable(unreadable) => unreadable.message(lang),
            Error::Forbidden(_) => lang.t("没有做这件事的权限", "you may not do this").to_owned(),
            Error::NotFound => lang.t("没有这一项", "there is no such thing").to_owned(),
            Error::Store(store::error::Error::SameFileLoading(id)) => match lang {
                Lang::Zh => format!("同一个文件正在归集（批次 {id}），请等它完成"),
                Lang::En => {
                    format!("the same file is being taken in (submission {id}); wait for it")
                }
            },
            Error::Store(_)
            | Error::Lake(_)
            | Error::Render(_)
            | Error::Fonts(_)
            | Error::Join(_)
            | Error::Io(_) => {
                let mut text = self.to_string();
                let mut source = std::error::Error::source(self);
                while let Some(error) = source {
                    text = format!("{text}: {error}");
                    source = error.source();
                }
                text
            }
        }
    }
}
