//! Databases that live as long as a test. On PostgreSQL each is a copy of a template that is migrated once for each state of
//! the migrations.

use std::path::Path;

use base::{Cx, Id};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{Db, Options, StoreError, migrate::fingerprint};

/// A temporary database on a PostgreSQL server.
pub struct Scratch {
    /// URL of the database.
    pub url: String,
    admin: String,
    name: String,
}

/// A migrated SQLite database in `dir`.
pub async fn sqlite(cx: &Cx, dir: &Path) -> Result<Db, StoreError> {
    let db = Db::open(&format!("sqlite:{}", dir.join("enkurs.db").display())).await?;
    db.migrate(cx).await?;
    Ok(db)
}

/// A migrated database on the server at `server` (`postgres://user@host:port`), made from the template.
pub async fn postgres(server: &str) -> Result<Scratch, StoreError> {
    let (server, admin) = (server.trim_end_matches('/'), format!("{}/postgres", server.trim_end_matches('/')));
    let mut c = PgConnection::connect(&admin).await?;
    let template = format!("enkurs_template_{}", fingerprint());
    template_made(&mut c, server, &template).await?;
    let name = fresh_name();
    run(&mut c, format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
    // Tests do not cut the power.
    run(&mut c, format!("ALTER DATABASE {name} SET synchronous_commit = off")).await?;
    Ok(Scratch { url: format!("{server}/{name}"), admin, name })
}

/// A database on the server without any tables.
pub async fn empty(server: &str) -> Result<Scratch, StoreError> {
    let (server, admin) = (server.trim_end_matches('/'), format!("{}/postgres", server.trim_end_matches('/')));
    let mut c = PgConnection::connect(&admin).await?;
    let name = fresh_name();
    run(&mut c, format!("CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'"))
        .await?;
    Ok(Scratch { url: format!("{server}/{name}"), admin, name })
}

fn fresh_name() -> String {
    let cx = Cx::system();
    format!("enkurs_test_{}", Id::<Scratch>::new(cx.now(), cx.random.as_ref()).as_str().to_lowercase())
}

impl Scratch {
    /// Opens the database with few connections.
    pub async fn open(&self) -> Result<Db, StoreError> {
        Db::open_with(&Options { connections: 8, ..Options::new(&self.url) }).await
    }

    /// Shuts everyone out, as a server that is away does; or lets them in again.
    pub async fn away(&self, away: bool) -> Result<(), StoreError> {
        let mut c = PgConnection::connect(&self.admin).await?;
        run(&mut c, format!("ALTER DATABASE {} ALLOW_CONNECTIONS {}", self.name, !away)).await?;
        if away {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
            sqlx::query(end).bind(&self.name).execute(&mut c).await?;
        }
        Ok(())
    }

    /// Drops the database, whoever still uses it.
    pub async fn end(self) -> Result<(), StoreError> {
        let mut c = PgConnection::connect(&self.admin).await?;
        run(&mut c, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await
    }
}

async fn template_made(c: &mut PgConnection, server: &str, template: &str) -> Result<(), StoreError> {
    let exists = "SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate";
    if sqlx::query(exists).bind(template).fetch_optional(&mut *c).await?.is_some() {
        return Ok(());
    }
    sqlx::query("SELECT pg_advisory_lock(7243392)").execute(&mut *c).await?;
    if sqlx::query(exists).bind(template).fetch_optional(&mut *c).await?.is_none() {
        run(c, format!("DROP DATABASE IF EXISTS {template} WITH (FORCE)")).await?;
        run(c, format!("CREATE DATABASE {template} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'"))
            .await?;
        let db = Db::open(&format!("{server}/{template}")).await?;
        db.migrate(&Cx::system()).await?;
        db.close().await;
        run(c, format!("ALTER DATABASE {template} IS_TEMPLATE true")).await?;
    }
    sqlx::query("SELECT pg_advisory_unlock(7243392)").execute(&mut *c).await?;
    Ok(())
}

async fn run(c: &mut PgConnection, sql: String) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(c).await?;
    Ok(())
}
