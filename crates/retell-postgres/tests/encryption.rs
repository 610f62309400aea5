//! Encrypted connections. Built with the feature `tls`.
#![cfg(feature = "tls")]

mod support;

use std::process::Command;

use retell_postgres::{OpenError, PostgresOptions};
use retell_store::EventStore;
use support::cluster::{Cluster, run};
use support::one;

/// Makes a certificate of its own authority; nothing where openssl is not here.
#[expect(clippy::print_stdout, reason = "a test tells that it was left out, and why")]
fn certificate(cluster: &Cluster) -> Option<()> {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("left out: no openssl to make a certificate with");
        return None;
    }
    let (key, cert) = (cluster.data().join("server.key"), cluster.data().join("server.crt"));
    run(Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&cert));
    run(Command::new("chown").arg(format!("--reference={}", cluster.data().display())).arg(&key).arg(&cert));
    run(Command::new("chmod").arg("600").arg(&key));
    Some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mode_encrypts_as_it_says() {
    let Some(mut cluster) = tokio::task::block_in_place(Cluster::start) else { return };
    let plain = cluster.url();
    let open = |url: String| async move { PostgresOptions::new(&url)?.open().await };

    let refused = open(format!("{plain}?sslmode=require")).await.expect_err("the server has no TLS yet");
    assert!(matches!(refused, OpenError::Tls { .. }), "{refused}");
    open(format!("{plain}?sslmode=prefer")).await.expect("it goes on without").close().await;

    let made = tokio::task::block_in_place(|| {
        certificate(&cluster)?;
        cluster.kill();
        cluster.restart_with(&["ssl=on"]);
        Some(())
    });
    if made.is_none() {
        return;
    }
    let root = cluster.data().join("server.crt");
    let root = root.display();
    let named = plain.replace("127.0.0.1", "localhost");
    for url in [
        format!("{plain}?sslmode=prefer"),
        format!("{plain}?sslmode=require"),
        format!("{named}?sslmode=verify-full&sslrootcert={root}"),
    ] {
        let store = open(format!("{url}&application_name=encrypted")).await.expect(&url);
        store.append(one(1)).await.expect("stored");
        let client = support::connect(&plain).await;
        let sql = "SELECT count(*), count(*) FILTER (WHERE s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
                   WHERE a.application_name = 'encrypted'";
        let row = client.query_one(sql, &[]).await.expect("asked");
        let (all, encrypted): (i64, i64) = (row.get(0), row.get(1));
        assert!(all > 0 && all == encrypted, "{url}: {encrypted} of {all} connections are encrypted");
        store.close().await;
    }
    for (url, why) in [
        (format!("{plain}?sslmode=verify-full&sslrootcert={root}"), "the name of the host is another"),
        (format!("{named}?sslmode=verify-full"), "the system trusts no such authority"),
    ] {
        let refused = open(url).await.expect_err(why);
        assert!(matches!(refused, OpenError::Tls { .. }), "{why}: {refused}");
    }
}
