//! What only PostgreSQL can do wrong: schemas of others and of later programs, certificates, passwords.

use std::time::Duration;

use tagout_store::{
    ErrorKind, MemoryStore, PostgresOptions, PostgresStore, Store, StoreError, import,
};

fn url() -> Option<String> {
    let url = std::env::var("TAGOUT_TEST_POSTGRES").ok();
    if url.is_none() {
        println!("left out: there is no postgres to test against");
    }
    url
}

fn options(schema: &str) -> PostgresOptions {
    let schema = format!("{schema}_{}", std::process::id());
    PostgresOptions {
        schema,
        patience: Duration::from_secs(10),
        ..PostgresOptions::default()
    }
}

/// Runs SQL on the server, past the store.
async fn sql(url: &str, sql: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let messages = client.simple_query(sql).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            Some(row.get(0).unwrap_or_default().to_owned())
        }
        _ => None,
    });
    rows.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_come_first_make_the_tables_once() {
    let Some(url) = url() else { return };
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let (url, options) = (url.clone(), options("first"));
            tokio::spawn(async move { PostgresStore::connect_with(&url, options).await.unwrap() })
        })
        .collect();
    let mut stores = Vec::new();
    for task in tasks {
        stores.push(task.await.unwrap());
    }
    import(&stores[0], &mut export_of_nothing().await.as_slice())
        .await
        .unwrap();
    stores.pop().unwrap().destroy().await.unwrap();
}

async fn export_of_nothing() -> Vec<u8> {
    let mut lines = Vec::new();
    tagout_store::export(&MemoryStore::new(), &mut lines)
        .await
        .unwrap();
    lines
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_as_it_is() {
    let Some(url) = url() else { return };
    let options = options("newer");
    PostgresStore::connect_with(&url, options.clone())
        .await
        .unwrap();
    sql(
        &url,
        &format!("UPDATE {}.tagout SET schema = 2", options.schema),
    )
    .await;
    let error = PostgresStore::connect_with(&url, options.clone())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::NewerSchema {
                found: 2,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(
        sql(
            &url,
            &format!("SELECT schema FROM {}.tagout", options.schema)
        )
        .await,
        ["2"]
    );
    sql(&url, &format!("DROP SCHEMA {} CASCADE", options.schema)).await;
}

#[tokio::test]
async fn tables_of_another_program_are_refused_and_left_as_they_are() {
    let Some(url) = url() else { return };
    let options = options("other");
    let s = &options.schema;
    sql(&url, &format!("CREATE SCHEMA {s}; CREATE TABLE {s}.events (title TEXT); INSERT INTO {s}.events VALUES ('x')"))
        .await;
    let error = PostgresStore::connect_with(&url, options.clone())
        .await
        .unwrap_err();
    assert!(error.to_string().ends_with(&format!(
        "is not a tagout store: schema {s} has tables of another program"
    )));
    assert_eq!(
        sql(&url, &format!("SELECT title FROM {s}.events")).await,
        ["x"]
    );
    sql(&url, &format!("DROP SCHEMA {s} CASCADE")).await;
}

#[tokio::test]
async fn connections_that_the_server_ends_are_replaced() {
    let Some(url) = url() else { return };
    let options = options("ended");
    let name = format!("ended_{}", std::process::id());
    let named = format!(
        "{url}{}application_name={name}",
        if url.contains('?') { "&" } else { "?" }
    );
    let store = PostgresStore::connect_with(&named, options).await.unwrap();
    for n in 0..5 {
        let end = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'"
        );
        assert!(!sql(&url, &end).await.is_empty());
        let mut changes = tagout_store::Changes::new();
        let kind = tagout_store::Kind::constant("k");
        let key = tagout_store::Key::new(kind.clone(), "s", n.to_string()).unwrap();
        changes.create(tagout_store::Draft::new(
            key.clone(),
            1,
            tagout_store::Body::of(&n).unwrap(),
        ));
        match n % 2 {
            0 => drop(store.commit(changes).await.unwrap()),
            _ => assert_eq!(store.get(&key).await.unwrap(), None),
        }
    }
    store.destroy().await.unwrap();
}

#[tokio::test]
async fn certificates_are_checked_where_the_mode_says_so() {
    let (Some(url), Ok(root)) = (url(), std::env::var("TAGOUT_TEST_POSTGRES_ROOT")) else {
        return;
    };
    let options = PostgresOptions {
        patience: Duration::from_millis(500),
        ..options("tls")
    };
    let connect = async |parameters: &str| {
        PostgresStore::connect_with(&format!("{url}?{parameters}"), options.clone())
            .await
            .map(drop)
    };
    connect("sslmode=disable").await.unwrap();
    connect("sslmode=require").await.unwrap();
    connect(&format!("sslmode=verify-full&sslrootcert={root}"))
        .await
        .unwrap();
    connect(&format!("sslrootcert={root}")).await.unwrap();
    let untrusted = connect("sslmode=verify-full").await.unwrap_err();
    assert_eq!(untrusted.kind(), ErrorKind::Permanent, "{untrusted:?}");
    let no_file = connect("sslrootcert=/no/such/file").await.unwrap_err();
    assert_eq!(no_file.kind(), ErrorKind::Permanent, "{no_file:?}");
    PostgresStore::connect_with(&url, options)
        .await
        .unwrap()
        .destroy()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_refused_at_once_and_not_repeated() {
    let Some(url) = url() else { return };
    let (user, rest) = url.rsplit_once('@').unwrap();
    let (user, _) = user.rsplit_once(':').unwrap();
    let error = PostgresStore::connect(&format!("{user}:hunter2@{rest}"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permanent);
    assert!(
        !format!("{error:?} {error}").contains("hunter2"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable_when_patience_is_over() {
    let options = PostgresOptions {
        patience: Duration::from_millis(200),
        ..options("absent")
    };
    let error = PostgresStore::connect_with("postgres://u:hunter2@127.0.0.1:1/d", options)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "postgres database `d` at 127.0.0.1:1 cannot be reached"
    );
    assert_eq!(error.kind(), ErrorKind::Transient);
    for schema in ["", "Tagout", "1st", "a\"b", &"a".repeat(64)] {
        let options = PostgresOptions {
            schema: schema.into(),
            ..PostgresOptions::default()
        };
        let error = PostgresStore::connect_with("postgres://u@127.0.0.1:1/d", options)
            .await
            .unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(
            cause,
            format!("schema `{schema}`: expected 1 to 63 of `a-z`, `0-9` and `_`, no digit first")
        );
    }
}
