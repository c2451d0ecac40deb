use crate::common::TestServer;

#[tokio::test]
async fn a_server_says_that_it_lives_and_that_it_is_ready() {
    let server = TestServer::start().await;
    for (path, expected) in [("/health/live", "live\n"), ("/health/ready", "ready\n")] {
        let reply = server.send("GET", path, &[], "").await;
        assert_eq!((reply.status, reply.text()), (200, expected));
        let reply = server.send("HEAD", path, &[], "").await;
        assert_eq!((reply.status, reply.text()), (200, ""));
        let reply = server.send("POST", path, &[], "").await;
        assert_eq!((reply.status, reply.text()), (405, "method not allowed\n"));
    }
    let reply = server.send("GET", "/health", &[], "").await;
    assert_eq!((reply.status, reply.text()), (404, "not found\n"));
    server.stop().await;
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let server = TestServer::start().await;
    let mut ids = std::collections::BTreeSet::new();
    for path in ["/health/live", "/nowhere", "/"] {
        let reply = server.send("GET", path, &[], "").await;
        let id = reply.header("x-amzn-requestid").to_owned();
        let lengths: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert!(id.split('-').nth(2).unwrap().starts_with('4'), "{id}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 3);
}
