use sqlx::error::{DatabaseError, ErrorKind};

/// What can go wrong with the database. Messages never carry row data.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row with this key exists already.
    #[error("a row with this key exists already in {table}")]
    Unique {
        /// The table.
        table: String,
    },
    /// A row points to one that does not exist, or one pointed to was to go.
    #[error("a row refers to one that does not exist")]
    Reference,
    /// NOT NULL or CHECK was broken.
    #[error("a value breaks a rule of the table: {0}")]
    Constraint(String),
    /// `one` found no row.
    #[error("no such row")]
    NotFound,
    /// The statement takes another number of arguments.
    #[error("the statement takes {expected} arguments, {given} given: {sql}")]
    Arguments {
        /// Number in the statement.
        expected: usize,
        /// Number given.
        given: usize,
        /// The statement.
        sql: &'static str,
    },
    /// A column is absent or of another type.
    #[error("column {index}: {detail}")]
    Column {
        /// Position in the row.
        index: usize,
        /// What does not fit.
        detail: String,
    },
    /// A change was asked of a read transaction.
    #[error("this transaction only reads")]
    ReadOnly,
    /// Concurrent changes conflicted again and again.
    #[error("concurrent changes conflicted {attempts} times")]
    Conflict {
        /// Tries made.
        attempts: u32,
    },
    /// The lease of a job was lost to another worker.
    #[error("the lease of this job was lost")]
    LeaseLost,
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// No space is left for the database or the blob store.
    #[error("no space left on the storage device")]
    Full,
    /// A migration cannot be applied.
    #[error("migration {name}: {detail}")]
    Migration {
        /// File name without extension.
        name: String,
        /// Why.
        detail: String,
    },
    /// The database URL is not understood.
    #[error("database URL: {0}")]
    Url(String),
    /// A body is not JSON of the expected shape.
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Reading or writing files failed.
    #[error("file: {0}")]
    Io(#[source] std::io::Error),
    /// A blob is absent.
    #[error("no such blob")]
    NoBlob,
    /// A blob or backup is damaged.
    #[error("damaged: {0}")]
    Damaged(String),
    /// More was sent than is allowed.
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// Something else the database says.
    #[error("database: {0}")]
    Database(String),
}

impl StoreError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unique { .. } => "store.unique",
            Self::Reference => "store.reference",
            Self::Constraint(_) => "store.constraint",
            Self::NotFound => "store.not-found",
            Self::Arguments { .. } => "store.arguments",
            Self::Column { .. } => "store.column",
            Self::ReadOnly => "store.read-only",
            Self::Conflict { .. } => "store.conflict",
            Self::LeaseLost => "store.lease-lost",
            Self::Unavailable(_) => "store.unavailable",
            Self::Full => "store.full",
            Self::Migration { .. } => "store.migration",
            Self::Url(_) => "store.url",
            Self::Json(_) => "store.json",
            Self::Io(_) => "store.io",
            Self::NoBlob => "store.no-blob",
            Self::Damaged(_) => "store.damaged",
            Self::TooLarge { .. } => "store.too-large",
            Self::Database(_) => "store.database",
        }
    }

    /// Whether the same operation may succeed later without any change.
    pub fn transient(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::Unavailable(_) | Self::Full | Self::LeaseLost | Self::Io(_))
    }

    /// Whether a row with the same key stood in the way.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Unique { .. })
    }
}

impl From<std::io::Error> for StoreError {
    fn from(e: std::io::Error) -> Self {
        if matches!(e.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
            Self::Full
        } else {
            Self::Io(e)
        }
    }
}

/// Whether trying the transaction again can help: serialization failure, deadlock, a busy SQLite.
pub(crate) fn conflicts(e: &sqlx::Error) -> bool {
    let code = e.as_database_error().and_then(DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01" | "5" | "6" | "261" | "262" | "517" | "773"))
}

impl From<sqlx::Error> for StoreError {
    fn from(e: sqlx::Error) -> Self {
        match e {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(d) => from_database(d.as_ref()),
            sqlx::Error::PoolTimedOut => Self::Unavailable("no free connection in time".into()),
            sqlx::Error::PoolClosed => Self::Unavailable("closed".into()),
            sqlx::Error::WorkerCrashed => Self::Unavailable("the SQLite thread ended".into()),
            sqlx::Error::Io(e) => Self::Unavailable(e.kind().to_string()),
            sqlx::Error::Tls(e) => Self::Unavailable(format!("TLS: {e}")),
            sqlx::Error::Protocol(e) => Self::Unavailable(format!("protocol: {e}")),
            sqlx::Error::Configuration(e) => Self::Url(e.to_string()),
            other => Self::Database(other.to_string()),
        }
    }
}

fn from_database(d: &dyn DatabaseError) -> StoreError {
    let code = d.code().unwrap_or_default().into_owned();
    match d.kind() {
        ErrorKind::UniqueViolation => return StoreError::Unique { table: table_of(d) },
        ErrorKind::ForeignKeyViolation => return StoreError::Reference,
        ErrorKind::NotNullViolation | ErrorKind::CheckViolation | ErrorKind::ExclusionViolation => {
            return StoreError::Constraint(d.constraint().map_or_else(|| table_of(d), str::to_owned));
        }
        _ => {}
    }
    match code.as_str() {
        "13" | "53100" => StoreError::Full,
        "40001" | "40P01" | "5" | "6" | "261" | "262" | "517" | "773" => StoreError::Conflict { attempts: 1 },
        "10" | "14" | "266" | "522" | "778" | "1034" | "1290" | "1546" | "2570" => {
            StoreError::Unavailable(format!("SQLite input/output error {code}"))
        }
        c if ["08", "53", "55", "57", "3D"].iter().any(|class| c.starts_with(class)) => {
            StoreError::Unavailable(format!("SQLSTATE {code}"))
        }
        _ => StoreError::Database(format!("{code}: {}", d.message())),
    }
}

/// The table of a broken constraint; SQLite names it in the text: `UNIQUE constraint failed: person.code, person.kind`.
fn table_of(d: &dyn DatabaseError) -> String {
    if let Some(t) = d.table() {
        return t.to_owned();
    }
    let after = d.message().rsplit("failed: ").next().unwrap_or_default();
    after.split(['.', ',', ' ']).next().unwrap_or_default().to_owned()
}
