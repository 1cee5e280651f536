//! A delivery on its way in: streamed to a file of its own, counted while it comes.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest as _, Multipart, Request},
    http::{
        HeaderMap,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
};
use domain::text::Text;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, pin_mut};
use tempfile::TempPath;
use tokio::{io::AsyncWriteExt as _, time::Instant};

use crate::{
    api::problem::{self, Kind, Problem},
    error::Error,
    person,
};

/// Bytes a delivery may have.
pub const DELIVERY_MAX: u64 = 2 << 30;

/// Deliveries taken in at the same moment; further ones are asked to come again.
pub const AT_ONCE: usize = 4;

/// A sender that is silent this long has gone.
const SILENCE: Duration = Duration::from_secs(60);

/// The longest a delivery may take in all: nobody holds a place by sending a byte now and then.
pub const WHOLE: Duration = Duration::from_hours(1);

/// How the file of a delivery begins; the process that writes it follows.
const PREFIX: &str = "delivery-";

/// Types of content a delivery may come as, each with the ending its file gets.
pub const TYPES: &[(&str, &str)] = &[
    ("text/csv", "csv"),
    ("text/tab-separated-values", "tsv"),
    ("text/plain", "txt"),
    ("application/json", "json"),
    ("application/x-ndjson", "jsonl"),
    ("application/jsonl", "jsonl"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.apache.parquet", "parquet"),
    ("application/octet-stream", "dat"),
];

/// The field of a form in which the file is sent.
const FIELD: &str = "file";

/// A delivery on disk, gone when this is dropped.
#[derive(Debug)]
pub struct Spooled {
    pub path: TempPath,
    /// The name the sender gave the file.
    pub file_name: String,
}

/// Takes the body of a request in, raw or as the file of a form.
pub async fn spool(
    folder: &Path,
    request: Request,
    file_name: Option<&str>,
    limit: u64,
) -> Result<Spooled, Problem> {
    if limit < declared(request.headers()) {
        return Err(Problem::new(Kind::TooLarge));
    }
    let content_type = essence(request.headers());
    let request = request.map(|body| heard(body, WHOLE));
    if content_type == "multipart/form-data" {
        return spool_form(folder, request, file_name, limit).await;
    }
    let ending = TYPES.iter().find(|(name, _)| *name == content_type).map(|(_, ending)| *ending);
    let Some(ending) = ending else {
        let (zh, en) = ("可用的内容类型见 allowed", "see allowed for the types taken");
        let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        let problem = Problem::with(Kind::UnsupportedType, zh, en);
        return Err(problem.allowing(&names));
    };
    let file_name = safe_name(file_name.unwrap_or_default(), ending);
    let stream = request.into_body().into_data_stream().map_err(|_| broken_off());
    let path = write(folder, &file_name, stream, limit).await?;
    Ok(Spooled { path, file_name })
}

/// Looks at the fields of a form before its file is read.
pub type Admit<'a> = dyn Fn(&[(String, String)]) -> Result<(), Error> + Sync + 'a;

/// Takes a form of a page in: its fields, which are looked at before the file is read, and the file,
/// which comes last.
pub async fn form(
    folder: &Path,
    request: Request,
    (limit, longest): (u64, Duration),
    admit: &Admit<'_>,
) -> Result<(Vec<(String, String)>, Spooled), Error> {
    const FIELDS_MAX: usize = 20;
    if limit < declared(request.headers()) {
        return Err(Error::TooLarge);
    }
    let unreadable = || {
        Error::BadRequest(Text::new(
            "没有收到完整的文件，请选择文件后再提交。",
            "No whole file arrived; choose a file and send the form again.",
        ))
    };
    let request = request.map(|body| heard(body, longest));
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != FIELD {
            if FIELDS_MAX <= fields.len() {
                return Err(unreadable());
            }
            fields.push((name, short_text(field).await.ok_or_else(unreadable)?));
            continue;
        }
        admit(&fields)?;
        let file_name = safe_name(field.file_name().unwrap_or_default(), "dat");
        let stream = field.map_err(|_| broken_off());
        let path =
            write(folder, &file_name, stream, limit).await.map_err(|problem| {
                match problem.kind {
                    Kind::TooLarge => Error::TooLarge,
                    Kind::Internal => Error::Internal,
                    _ => unreadable(),
                }
            })?;
        return Ok((fields, Spooled { path, file_name }));
    }
    admit(&fields)?;
    Err(unreadable())
}

/// The text of a field of a form; none where it is longer than any here.
async fn short_text(mut field: axum::extract::multipart::Field<'_>) -> Option<String> {
    const TEXT_MAX: usize = 4_096;
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.ok()? {
        bytes.extend_from_slice(&chunk);
        if TEXT_MAX < bytes.len() {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Keeps bytes made here as a delivery.
pub async fn keep(folder: &Path, file_name: &str, bytes: Vec<u8>) -> Result<Spooled, Error> {
    let limit = bytes.len() as u64;
    let stream = futures_util::stream::iter([Ok(Bytes::from(bytes))]);
    let path = write(folder, file_name, stream, limit).await.map_err(|_| Error::Internal)?;
    Ok(Spooled { path, file_name: file_name.to_owned() })
}

async fn spool_form(
    folder: &Path,
    request: Request,
    file_name: Option<&str>,
    limit: u64,
) -> Result<Spooled, Problem> {
    let (parts, body) = request.into_parts();
    // Fused: what looks at a body when it ends is to see its end once.
    let body = Arc::new(Mutex::new(body.into_data_stream().fuse()));
    let chunks = || {
        let body = Arc::clone(&body);
        futures_util::stream::poll_fn(move |context| {
            body.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
        })
    };
    let request = Request::from_parts(parts, Body::from_stream(chunks()));
    let mut form = Multipart::from_request(request, &()).await.map_err(|why| unread(&why))?;
    let field = form.next_field().await.map_err(|why| unread(&why))?.ok_or_else(bad_form)?;
    if field.name() != Some(FIELD) {
        return Err(bad_form());
    }
    let given = field.file_name().map(str::to_owned);
    let file_name = safe_name(file_name.or(given.as_deref()).unwrap_or_default(), "dat");
    let path = write(folder, &file_name, field.map_err(|_| broken_off()), limit).await?;
    if form.next_field().await.map_err(|why| unread(&why))?.is_some() {
        return Err(bad_form());
    }
    // A form ends before its body may, and a signature is of the body to its end.
    nothing_but_space(chunks()).await?;
    Ok(Spooled { path, file_name })
}

/// A body whose sender has gone once it is silent for long, wherever in a form that is, and one that
/// has not come to its end in time.
pub(crate) fn heard(body: Body, longest: Duration) -> Body {
    let end = Instant::now() + longest;
    let stream =
        futures_util::stream::unfold(body.into_data_stream(), move |mut rest| async move {
            let next =
                tokio::time::timeout_at(end.min(Instant::now() + SILENCE), rest.next()).await;
            let chunk =
                next.unwrap_or_else(|_| Some(Err(axum::Error::new("the sender is silent"))));
            chunk.map(|chunk| (chunk, rest))
        });
    Body::from_stream(stream)
}

/// Reads on to the end of a body in which nothing more is to come.
async fn nothing_but_space(
    mut rest: impl Stream<Item = Result<Bytes, axum::Error>> + Unpin,
) -> Result<(), Problem> {
    const REST_MAX: usize = 1_024;
    let mut bytes = 0;
    loop {
        let Some(chunk) = rest.next().await else { return Ok(()) };
        let chunk = chunk.map_err(|_| broken_off())?;
        bytes += chunk.len();
        if REST_MAX < bytes || !chunk.iter().all(u8::is_ascii_whitespace) {
            return Err(bad_form());
        }
    }
}

/// Writes a stream to a new file; one byte over the limit ends it, and the file with it.
/// An empty file for a delivery of a name, gone when it is dropped.
pub(crate) fn place(folder: &Path, file_name: &str) -> std::io::Result<TempPath> {
    let ending = file_name.rsplit_once('.').map_or("dat", |(_, ending)| ending);
    let prefix = format!("{PREFIX}{}-", std::process::id());
    let mut made = tempfile::Builder::new();
    let made = made.prefix(&prefix).suffix(&format!(".{ending}")).tempfile_in(folder);
    Ok(made?.into_temp_path())
}

async fn write(
    folder: &Path,
    file_name: &str,
    stream: impl Stream<Item = Result<Bytes, Problem>>,
    limit: u64,
) -> Result<TempPath, Problem> {
    let failed = |error: std::io::Error| problem::internal(&format!("spool: {error}"));
    let ending = file_name.rsplit_once('.').map_or("dat", |(_, ending)| ending);
    let (folder, suffix) = (folder.to_owned(), format!(".{ending}"));
    let prefix = format!("{PREFIX}{}-", std::process::id());
    let made = tokio::task::spawn_blocking(move || {
        tempfile::Builder::new().prefix(&prefix).suffix(&suffix).tempfile_in(folder)
    });
    let made = made.await.map_err(std::io::Error::other).and_then(|made| made);
    let (file, path) = made.map_err(failed)?.into_parts();
    let mut file = tokio::fs::File::from_std(file);
    let mut bytes = 0u64;
    pin_mut!(stream);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        bytes += chunk.len() as u64;
        if limit < bytes {
            return Err(Problem::new(Kind::TooLarge));
        }
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok(path)
}

/// Clears away what servers that were killed left; what another one is writing stays.
pub fn clear(folder: &Path) -> std::io::Result<usize> {
    let mut cleared = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let writer = rest.split('-').next().and_then(|id| id.parse::<u32>().ok());
        let gone = writer.is_some_and(|id| {
            id == std::process::id() || !Path::new("/proc").join(id.to_string()).exists()
        });
        if gone {
            std::fs::remove_file(entry.path())?;
            cleared += 1;
        }
    }
    Ok(cleared)
}

fn declared(headers: &HeaderMap) -> u64 {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or_default()
}

/// The type of the content without its parameters.
fn essence(headers: &HeaderMap) -> String {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The sender's name for the file without folders and signs, and with an ending.
pub(crate) fn safe_name(given: &str, ending: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let last = person::veiled(last);
    let name: String = last.chars().filter(|letter| !letter.is_control()).take(120).collect();
    let stem = name.trim().trim_matches('.');
    let ended = stem.rsplit_once('.').is_some_and(|(_, ending)| {
        ending.len() <= 8 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    match (stem.is_empty(), ended) {
        (true, _) => format!("delivery.{ending}"),
        (false, true) => stem.to_owned(),
        (false, false) => format!("{stem}.{ending}"),
    }
}

/// A form that breaks off or is none; what exactly is wrong with it stands in the log.
fn unread(why: &impl std::fmt::Display) -> Problem {
    tracing::debug!(%why, "a form cannot be read");
    bad_form()
}

fn bad_form() -> Problem {
    let zh = "表单里应当只有一个名为 file 的文件；其余写在地址的参数里";
    let en = "the form holds one file named “file” and nothing else; the rest goes in the query";
    Problem::with(Kind::BadBody, zh, en).allowing(&[FIELD])
}

fn broken_off() -> Problem {
    Problem::with(Kind::BadBody, "内容没有传完", "the body broke off")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn spooled(content_type: &str, body: &'static str, limit: u64) -> Result<String, Kind> {
        let folder = tempfile::tempdir().unwrap();
        let request = Request::builder().header(CONTENT_TYPE, content_type);
        let request = request.body(Body::from(body)).unwrap();
        let spooled = spool(folder.path(), request, None, limit).await.map_err(|p| p.kind)?;
        Ok(format!("{}: {}", spooled.file_name, std::fs::read_to_string(&spooled.path).unwrap()))
    }

    const FORM: &str = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a/b.csv\"\r\n\r\n\
        x,y\r\n--b--\r\n";

    #[tokio::test]
    async fn a_body_and_a_form_are_taken_alike() {
        assert_eq!(
            spooled("text/csv; charset=utf-8", "x,y", 3).await.unwrap(),
            "delivery.csv: x,y"
        );
        let form = spooled("multipart/form-data; boundary=b", FORM, 3).await;
        assert_eq!(form.unwrap(), "b.csv: x,y");
    }

    #[tokio::test]
    async fn what_is_too_long_or_of_another_kind_is_turned_away() {
        assert_eq!(spooled("text/csv", "x,y", 2).await.unwrap_err(), Kind::TooLarge);
        let form = spooled("multipart/form-data; boundary=b", FORM, 2).await;
        assert_eq!(form.unwrap_err(), Kind::TooLarge);
        assert_eq!(spooled("text/html", "<p>", 9).await.unwrap_err(), Kind::UnsupportedType);
        assert_eq!(spooled("multipart/form-data", FORM, 9).await.unwrap_err(), Kind::BadBody);
    }

    #[test]
    fn what_a_killed_server_left_is_cleared_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let own = format!("delivery-{}-a.csv", std::process::id());
        // Number 1 is at work on every system; the other one is no number of a process.
        for name in
            ["delivery-1-a.csv", "delivery-4294967295-a.csv", "delivery-x.csv", &own, "other"]
        {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        assert_eq!(clear(folder.path()).unwrap(), 2);
        let left =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.collect();
        left.sort();
        assert_eq!(left, ["delivery-1-a.csv", "delivery-x.csv", "other"]);
    }

    #[test]
    fn names_keep_their_letters_and_lose_their_folders() {
        assert_eq!(safe_name("C:\\报送\\处罚.xlsx", "dat"), "处罚.xlsx");
        assert_eq!(safe_name("../../etc/passwd", "csv"), "passwd.csv");
        assert_eq!(safe_name("..", "csv"), "delivery.csv");
    }
}
