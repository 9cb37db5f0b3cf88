use sqlx::{AssertSqlSafe, Column as _, Either, Executor as _, SqlSafeStr as _, Statement as _, TypeInfo as _};

use crate::{Db, StoreError, db::Pools, dialect};

impl Db {
    /// Prepares every statement and answers what is wrong, one line each: what sqlx's macros would have found at compile time.
    /// To be run against both databases, by each crate with statements of its own.
    pub async fn check_queries(&self, queries: &[&'static str]) -> Result<Vec<String>, StoreError> {
        let mut wrong = Vec::new();
        for sql in queries {
            if let Err(e) = self.check_query(sql).await {
                wrong.push(format!("{e}: {sql}"));
            }
        }
        Ok(wrong)
    }

    async fn check_query(&self, sql: &'static str) -> Result<(), String> {
        let named = dialect::arguments(sql);
        for n in 1..=named {
            if !sql.contains(&format!("${n}")) {
                return Err(format!("${n} is not used"));
            }
        }
        let counted = match &self.0.pools {
            Pools::Lite { write, .. } => {
                let mut c = write.acquire().await.map_err(|e| e.to_string())?;
                let statement =
                    c.prepare(AssertSqlSafe(dialect::lite(sql)).into_sql_str()).await.map_err(|e| e.to_string())?;
                match statement.parameters() {
                    Some(Either::Right(n)) => n,
                    _ => named,
                }
            }
            Pools::Pg(pool) => {
                let mut c = pool.acquire().await.map_err(|e| e.to_string())?;
                let statement = c.prepare(sql.into_sql_str()).await.map_err(|e| e.to_string())?;
                for column in statement.columns() {
                    let name = column.type_info().name();
                    if !matches!(name, "INT8" | "TEXT" | "BYTEA" | "INT4" | "BOOL") {
                        return Err(format!("column {} is {name}: CAST it to BIGINT, TEXT or BYTEA", column.ordinal()));
                    }
                }
                match statement.parameters() {
                    Some(Either::Left(types)) => {
                        if let Some((i, t)) =
                            types.iter().enumerate().find(|(_, t)| !matches!(t.name(), "INT8" | "TEXT" | "BYTEA"))
                        {
                            return Err(format!("${} is {}: CAST it to BIGINT, TEXT or BYTEA", i + 1, t.name()));
                        }
                        types.len()
                    }
                    _ => named,
                }
            }
        };
        if counted == named {
            Ok(())
        } else {
            Err(format!("{named} arguments written, {counted} known to the database"))
        }
    }
}
