//! What can go wrong in the register.

/// A failure of the register itself; a question with no answer is `None`, never this.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("register statement failed")]
    Sqlx(#[from] sqlx::Error),
    #[error("bulk load into sqlite failed")]
    Sqlite(#[from] rusqlite::Error),
    #[error("file of the register")]
    Io(#[from] std::io::Error),
    #[error("search index failed")]
    Search(#[from] tantivy::TantivyError),
    #[error("migration failed")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A stored value is not what the register writes; the place is named.
    #[error("the register holds something it never writes: {0}")]
    Corrupt(String),
    #[error("register is at an older version: run `xinheng migrate`")]
    OldVersion,
    #[error(
        "register is at a newer version: use the program that brought it there, or a newer one"
    )]
    NewVersion,
    #[error("the register is half restored: run `xinheng restore` again with the same backup")]
    HalfRestored,
    #[error("a worker thread stopped")]
    Join(#[from] tokio::task::JoinError),
    /// The very same file is being taken in at this moment.
    #[error("the same file is being loaded now as submission {0}")]
    SameFileLoading(i64),
    /// While a load went in, another department came to answer for one of its records.
    #[error(
        "a record of this delivery was meanwhile handed in by department {0}; nothing of it was \
         written: send it again"
    )]
    TakenMeanwhile(String),
    #[error("{0}")]
    Refused(String),
}
