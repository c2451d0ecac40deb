//! One server at a time, and groups of them.

use serde_json::json;

use crate::plane::{ABSENT, GROUP, REFUSED, User, link, plane};

#[tokio::test]
async fn a_server_is_deleted_by_a_job() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let reply = admin
        .send("DELETE", "/v2/servers/DEMO/NY1DEMOWEB01", &[], "")
        .await;
    let entity = format!(
        r#"{{"server":"ny1demoweb01","isQueued":true,"links":[{}]}}"#,
        link("ny1-1")
    );
    User::check(&reply, 202, &entity);
    assert_eq!(admin.ended("ny1-1").await, "succeeded");
    let path = "/v2/servers/demo/ny1demoweb01";
    let reply = admin.get(path).await;
    User::check(&reply, 404, "");
    assert_eq!(
        (reply.header("content-length"), reply.header("content-type")),
        ("0", "")
    );
    for (method, path) in [
        ("DELETE", path.to_owned()),
        ("DELETE", "/v2/servers/demo/ny1othrweb01".to_owned()),
        ("POST", format!("{path}/restore")),
        ("POST", format!("{path}/snapshots/1/restore")),
    ] {
        User::check(&admin.send(method, &path, &[], "").await, 404, "");
    }
    let change = r#"[{"op":"set","member":"cpu","value":2}]"#;
    User::check(&admin.send("PATCH", path, &[], change).await, 404, "");
}

#[tokio::test]
async fn an_archived_server_comes_back_into_a_group() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let path = "/v2/servers/DEMO/NY1DEMOWEB01/restore";
    let body = format!(r#"{{"targetGroupId":"{GROUP}"}}"#);
    User::check(
        &admin.post(path, &body).await,
        400,
        &format!(r#"{{"message":"{REFUSED}"}}"#),
    );
    admin
        .succeeded(
            "POST",
            "/v2/operations/demo/servers/archive",
            r#"["NY1DEMOWEB01"]"#,
        )
        .await;
    User::check(&admin.post(path, &body).await, 202, &link("ny1-2"));
    assert_eq!(admin.ended("ny1-2").await, "succeeded");
    let shown = admin.shown("ny1demoweb01").await;
    assert_eq!(
        (&shown["status"], &shown["groupId"]),
        (&json!("active"), &json!(GROUP))
    );
}

#[tokio::test]
async fn a_patch_is_done_at_once_or_by_a_job() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let path = "/v2/servers/DEMO/ny1demoweb01";
    let described = r#"[{"op":"set","member":"description","value":"front"}]"#;
    User::check(&admin.send("PATCH", path, &[], described).await, 204, "");
    let mixed = format!(
        r#"[{{"op":"set","member":"cpu","value":"4"}},{{"op":"set","member":"memory","value":"8"}},{{"op":"set","member":"disks","value":[{{"path":"/data","sizeGB":"20"}}]}},{{"op":"set","member":"groupId","value":"{GROUP}"}}]"#
    );
    User::check(
        &admin.send("PATCH", path, &[], &mixed).await,
        202,
        &link("ny1-1"),
    );
    assert_eq!(admin.ended("ny1-1").await, "succeeded");
    let shown = admin.shown("ny1demoweb01").await;
    let details = &shown["details"];
    assert_eq!(shown["description"], "front");
    assert_eq!(
        (&details["cpu"], &details["memoryMB"], &details["disks"]),
        (
            &json!(4),
            &json!(8_192),
            &json!([{"id": "0:0", "sizeGB": 20, "partitionPaths": ["/data"]}])
        )
    );
    admin
        .succeeded(
            "POST",
            "/v2/operations/demo/servers/createSnapshot",
            r#"{"serverIds":["NY1DEMOWEB01"],"snapshotExpirationDays":1}"#,
        )
        .await;
    let more = r#"[{"op":"set","member":"cpu","value":8}]"#;
    let refused = admin.send("PATCH", path, &[], more).await;
    User::check(&refused, 400, &format!(r#"{{"message":"{REFUSED}"}}"#));
}

#[tokio::test]
async fn a_server_is_built_found_and_copied() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let body = format!(
        r#"{{"name":"api","groupId":"{GROUP}","sourceServerId":"CENTOS-6-64-TEMPLATE","cpu":1,"memoryGB":2,"additionalDisks":[{{"sizeGB":10,"path":"/data"}}]}}"#
    );
    let reply = admin.post("/v2/servers/DEMO/", &body).await;
    let answer = reply.json();
    let (uuid, own) = (&answer["links"][1]["id"], &answer["links"][1]["href"]);
    let (uuid, own) = (uuid.as_str().unwrap(), own.as_str().unwrap());
    let expected = format!(
        r#"{{"server":"api","isQueued":true,"links":[{},{{"rel":"self","href":"/v2/servers/DEMO/{uuid}?uuid=True","id":"{uuid}","verbs":["GET"]}}]}}"#,
        link("ny1-1")
    );
    User::check(&reply, 202, &expected);
    assert_eq!(admin.ended("ny1-1").await, "succeeded");
    let built = admin.get(own).await.json();
    assert_eq!(
        (&built["id"], &built["osType"]),
        (&json!("ny1demoapi01"), &json!("CENTOS-6-64-TEMPLATE"))
    );

    // A copy has the disks of its source, and stands where that stands, as the next of the group does.
    let copy = body.replace("CENTOS-6-64-TEMPLATE", "NY1DEMOAPI01");
    admin.succeeded("POST", "/v2/servers/demo", &copy).await;
    let copied = admin.shown("ny1demoapi02").await;
    let disks: Vec<_> = copied["details"]["disks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|disk| disk["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        (disks, &copied["osType"]),
        (vec!["0:0", "0:1"], &built["osType"])
    );
    let import = body
        .replace("sourceServerId", "ovfId")
        .replace("\"api\"", "\"ovf\"");
    admin.succeeded("POST", "/v2/vmImport/demo", &import).await;
    assert_eq!(admin.shown("ny1demoovf01").await["locationId"], "NY1");

    let unknown = body.replace("CENTOS-6-64-TEMPLATE", "NY1OTHRWEB01");
    let refused = admin.post("/v2/servers/demo", &unknown).await;
    let expected = r#"{"message":"The request is invalid.","modelState":{"body.sourceServerId":["server ny1othrweb01 cannot be copied"]}}"#;
    User::check(&refused, 400, expected);
}

#[tokio::test]
async fn the_servers_of_a_group_go_and_come_together() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let into_group = format!(r#"[{{"op":"set","member":"groupId","value":"{GROUP}"}}]"#);
    for id in ["ny1demoweb01", "ny1demoweb02"] {
        let path = format!("/v2/servers/demo/{id}");
        User::check(&admin.send("PATCH", &path, &[], &into_group).await, 204, "");
    }
    let group = format!("/v2/groups/DEMO/{GROUP}");
    User::check(
        &admin.post(&format!("{group}/archive"), "").await,
        202,
        &link("ny1-1"),
    );
    assert_eq!(admin.ended("ny1-1").await, "succeeded");
    assert_eq!(admin.shown("ny1demoweb02").await["status"], "archived");
    let reply = admin
        .post(
            &format!("{group}/restore"),
            &format!(r#"{{"targetGroupId":"{GROUP}"}}"#),
        )
        .await;
    let expected = format!(
        r#"{{"isQueued":true,"links":[{{"rel":"self","href":"/v2/groups/demo/{GROUP}?AccountAlias=DEMO&identifier={GROUP}"}},{}]}}"#,
        link("ny1-2")
    );
    User::check(&reply, 202, &expected);
    assert_eq!(admin.ended("ny1-2").await, "succeeded");
    User::check(
        &admin.send("DELETE", &group, &[], "").await,
        202,
        &link("ny1-3"),
    );
    assert_eq!(admin.ended("ny1-3").await, "succeeded");
    User::check(&admin.get("/v2/servers/demo/ny1demoweb01").await, 404, "");
    User::check(&admin.send("DELETE", &group, &[], "").await, 404, ABSENT);
}

#[tokio::test]
async fn servers_are_listed_part_by_part() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let part = admin
            .get(&format!("/v2/servers/demo?limit=3{after}"))
            .await
            .json();
        let servers = part["servers"].as_array().unwrap();
        ids.extend(
            servers
                .iter()
                .map(|server| server["id"].as_str().unwrap().to_owned()),
        );
        match part["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(
        ids,
        [
            "ny1demoweb01",
            "ny1demoweb02",
            "ny1demoweb03",
            "uc1demoweb01"
        ]
    );
    let reply = admin.get("/v2/servers/demo?after=x").await;
    let expected = r#"{"message":"The request is invalid.","modelState":{"after":["it is not where a list goes on, expected what the part before has told as `next`"]}}"#;
    User::check(&reply, 400, expected);
}
