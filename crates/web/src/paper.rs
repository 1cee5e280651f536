//! A form with one paper in it: fields first, the paper last and perhaps none.

use std::time::Duration;

use axum::{
    extract::Request,
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use domain::text::Text;
use registry::{
    api_use,
    case::{OpenedPaper, PAPER_MAX, Paper},
    platform::Platform,
    session::SignedIn,
};

use tokio::sync::Semaphore;

use crate::{api::spool, error::Error, signed, view::segment};

/// The longest a form may take, and forms with a paper taken in at the same moment.
const LONGEST: Duration = Duration::from_mins(10);
const AT_ONCE: usize = 16;
static ROOM: Semaphore = Semaphore::const_new(AT_ONCE);

/// What a form with a paper brought.
pub struct Brought {
    fields: Vec<(String, String)>,
    pub paper: Option<Paper>,
}

impl Brought {
    /// A field of the form; empty where it has none.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The names of its fields, such as those of boxes that were ticked.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }
}

/// Takes the form in; `kind` says what the paper is.
pub async fn bring(
    platform: &Platform,
    signed: &SignedIn,
    request: Request,
    kind: &'static str,
) -> Result<Brought, Error> {
    let folder = api_use::spool_folder(platform)?;
    let admit = |fields: &[(String, String)]| {
        let token = fields.iter().find(|(name, _)| name == "form_token");
        signed::check_token(signed, token.map(|(_, value)| value.as_str()))
    };
    let _room = ROOM.try_acquire().map_err(|_| Error::Busy)?;
    let taken = spool::form(&folder, request, (PAPER_MAX, LONGEST), &admit).await;
    let (fields, spooled) = taken.map_err(|why| match why {
        Error::TooLarge => Error::BadRequest(Text::new(
            "材料太大：一份最多 10 MB，请压缩或拆成几份。",
            "The paper is too large: 10 MB at most; compress it or split it.",
        )),
        why => why,
    })?;
    let content = tokio::fs::read(&spooled.path).await.map_err(|_| Error::Internal)?;
    let paper = (!content.is_empty()).then(|| Paper {
        kind,
        file_name: spooled.file_name.clone(),
        content,
    });
    Ok(Brought { fields, paper })
}

/// Hands a paper out: to be opened where it is a PDF or a picture, and run as nothing.
#[must_use]
pub fn answer(paper: OpenedPaper) -> Response {
    let name = format!("inline; filename*=UTF-8''{}", segment(&paper.file_name));
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("inline"));
    let media_type = HeaderValue::from_str(&paper.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, name)], paper.content).into_response()
}

/// Hands a file out to be kept.
#[must_use]
pub fn download(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

/// The sentence of what somebody must mend; anything else goes on as an error.
pub fn told(why: registry::error::Error) -> Result<Text, Error> {
    match why {
        registry::error::Error::Question { text, .. } | registry::error::Error::Refused(text) => {
            Ok(text)
        }
        why => Err(why.into()),
    }
}
