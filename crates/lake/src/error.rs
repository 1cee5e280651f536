//! What can go wrong in the lake.

use datafusion::{arrow::error::ArrowError, error::DataFusionError, parquet::errors::ParquetError};
use deltalake::{DeltaTableError, ObjectStoreError};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the lake's tables: {0}")]
    Delta(#[from] DeltaTableError),
    #[error("the lake's tables: {0}")]
    Kernel(#[from] deltalake::kernel::Error),
    #[error("the lake's files: {0}")]
    Files(#[from] ObjectStoreError),
    #[error("the lake's columns: {0}")]
    Columns(#[from] ArrowError),
    #[error("a file of the lake: {0}")]
    Parquet(#[from] ParquetError),
    #[error("the cluster: {0}")]
    Cluster(String),
    #[error("{0}")]
    Query(#[from] DataFusionError),
    /// The catalogue has other fields than the table was made with.
    #[error("the columns of `{0}` are not those of the catalogue: run `xinheng lake rebuild`")]
    OtherColumns(String),
    #[error("the lake is not as it was written: {0}")]
    Corrupt(String),
    /// A place that is none: neither a folder nor an address known here.
    #[error("{0}")]
    Place(String),
}
