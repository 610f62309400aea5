//! Opening stores by their URL, and what is said about URLs that are none.

use retell::{OpenError, OpenOptions, Position, open};

async fn refused(url: &str) -> String {
    match open(url).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn wrong_urls_say_what_to_write() {
    assert_eq!(
        refused("helpdesk.db").await,
        "\"helpdesk.db\" is no URL of a store: write for example sqlite:helpdesk.db or memory:"
    );
    assert!(
        refused("mongodb://x")
            .await
            .starts_with("no engine knows the scheme \"mongodb:\": this program knows")
    );
    assert!(refused("memory:desk").await.contains("write memory:"));
    let existing = OpenOptions::new().existing().open("memory:").await.err().expect("nothing to open");
    assert!(matches!(existing, OpenError::Malformed { .. }), "{existing}");
}

#[tokio::test]
async fn memory_is_new_each_time() {
    let store = open("memory:").await.expect("opens");
    assert_eq!(store.head().await.expect("head"), Position::START);
    assert_ne!(store.info().id, open("memory:").await.expect("opens").info().id);
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_file_is_created_once_and_found_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("desk.db");
    assert!(refused("sqlite:").await.contains("it names no file"));
    for options in [OpenOptions::new().existing(), OpenOptions::new().read_only()] {
        let error = options.open(&format!("sqlite:{}", path.display())).await.err().expect("there is none");
        assert!(matches!(error, OpenError::Sqlite(retell::SqliteOpenError::NotFound { .. })), "{error}");
        assert!(!path.exists());
    }
    let store = open(&format!("sqlite:{}", path.display())).await.expect("creates");
    let id = store.info().id;
    store.close().await;
    // The form with two slashes is in wide use.
    let store =
        OpenOptions::new().existing().open(&format!("sqlite://{}", path.display())).await.expect("opens");
    assert_eq!(store.info().id, id);
}
