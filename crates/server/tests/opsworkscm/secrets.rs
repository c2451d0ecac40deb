//! What is made for an engine is told once, in the answer to the request that asked for it.

use std::{collections::BTreeMap, io::Read as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rsa::{
    RsaPrivateKey, RsaPublicKey,
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _},
};
use serde_json::{Value, json};

use crate::fixture::{Fixture, new_server};

fn told(answer: &Value) -> BTreeMap<String, String> {
    let attributes = answer["Server"]["EngineAttributes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    attributes
        .iter()
        .map(|it| (text(&it["Name"]), text(&it["Value"])))
        .collect()
}

/// The files of a starter kit, by the ends of their names.
fn unpack(kit: &str) -> BTreeMap<String, String> {
    let bytes = STANDARD.decode(kit).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        })
        .collect()
}

fn chef(name: &str) -> Value {
    let mut request = new_server(name);
    request["Engine"] = "ChefAutomate".into();
    request
}

#[tokio::test]
async fn chef_gets_a_key_a_password_and_a_kit_to_begin_with() {
    let fixture = Fixture::start().await;
    let answer = fixture.ok("CreateServer", chef("alpha")).await;
    let attributes = told(&answer);
    let names: Vec<_> = attributes.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "CHEF_AUTOMATE_ADMIN_PASSWORD",
            "CHEF_AUTOMATE_PIVOTAL_KEY",
            "CHEF_STARTER_KIT"
        ]
    );
    let pem = STANDARD
        .decode(&attributes["CHEF_AUTOMATE_PIVOTAL_KEY"])
        .unwrap();
    let pem = String::from_utf8(pem).unwrap();
    RsaPrivateKey::from_pkcs8_pem(&pem)
        .unwrap()
        .validate()
        .unwrap();
    let files = unpack(&attributes["CHEF_STARTER_KIT"]);
    assert_eq!(files["alpha/.chef/private.pem"], pem);
    let endpoint = answer["Server"]["Endpoint"].as_str().unwrap();
    assert!(
        files["alpha/.chef/config.rb"]
            .contains(&format!("https://{endpoint}/organizations/default"))
    );

    // The engine gets the other half.
    let later = fixture.until("alpha", "HEALTHY").await;
    assert_eq!(later["EngineAttributes"], json!([]));
    let orders = fixture.ordered("server.create");
    let given = orders[0]["attributes"].as_array().unwrap();
    let public = given
        .iter()
        .find(|it| it["name"] == "CHEF_AUTOMATE_PIVOTAL_KEY")
        .unwrap();
    let public = RsaPublicKey::from_public_key_pem(public["value"].as_str().unwrap()).unwrap();
    assert_eq!(
        RsaPrivateKey::from_pkcs8_pem(&pem).unwrap().to_public_key(),
        public
    );
}

#[tokio::test]
async fn what_the_owner_gives_is_not_made() {
    let fixture = Fixture::start().await;
    let mut request = chef("alpha");
    request["EngineAttributes"] = json!([
        {"Name": "CHEF_PIVOTAL_KEY", "Value": "mine"}, {"Name": "CHEF_AUTOMATE_ADMIN_PASSWORD", "Value": "Secret_12a"},
    ]);
    let answer = fixture.ok("CreateServer", request).await;
    assert_eq!(
        told(&answer).into_keys().collect::<Vec<_>>(),
        ["CHEF_STARTER_KIT"]
    );
    let files = unpack(&told(&answer)["CHEF_STARTER_KIT"]);
    assert!(
        files.keys().all(|name| !name.ends_with("private.pem")),
        "{files:?}"
    );
}

#[tokio::test]
async fn puppet_gets_a_password_and_a_kit_and_the_first_chef_its_own_names() {
    let fixture = Fixture::start().await;
    let answer = fixture.create("alpha").await;
    let attributes = told(&answer);
    assert_eq!(
        attributes.keys().collect::<Vec<_>>(),
        ["PUPPET_ADMIN_PASSWORD", "PUPPET_STARTER_KIT"]
    );
    assert!(unpack(&attributes["PUPPET_STARTER_KIT"]).contains_key("alpha/README.md"));
    let mut request = chef("beta");
    request["Engine"] = "Chef".into();
    let answer = fixture.ok("CreateServer", request).await;
    let names: Vec<_> = told(&answer).into_keys().collect();
    assert_eq!(
        names,
        [
            "CHEF_DELIVERY_ADMIN_PASSWORD",
            "CHEF_PIVOTAL_KEY",
            "CHEF_STARTER_KIT"
        ]
    );
}

#[tokio::test]
async fn a_key_is_made_anew_when_no_value_is_given() {
    let fixture = Fixture::start().await;
    let mut request = chef("alpha");
    request["EngineAttributes"] = json!([{"Name": "CHEF_PIVOTAL_KEY", "Value": "mine"}]);
    fixture.ok("CreateServer", request).await;
    fixture.until("alpha", "HEALTHY").await;
    let update = |name: &str, value: Value| json!({"ServerName": "alpha", "AttributeName": name, "AttributeValue": value});
    let answer = fixture
        .ok(
            "UpdateServerEngineAttributes",
            update("CHEF_AUTOMATE_PIVOTAL_KEY", Value::Null),
        )
        .await;
    let attributes = told(&answer);
    assert_eq!(
        attributes.keys().collect::<Vec<_>>(),
        ["CHEF_AUTOMATE_PIVOTAL_KEY", "CHEF_STARTER_KIT"]
    );
    fixture.until("alpha", "HEALTHY").await;
    let answer = fixture
        .ok(
            "UpdateServerEngineAttributes",
            update("CHEF_STARTER_KIT", Value::Null),
        )
        .await;
    assert_eq!(
        told(&answer).into_keys().collect::<Vec<_>>(),
        ["CHEF_STARTER_KIT"]
    );
    fixture.until("alpha", "HEALTHY").await;
    let answer = fixture
        .ok(
            "UpdateServerEngineAttributes",
            update("CHEF_PIVOTAL_KEY", "mine".into()),
        )
        .await;
    assert_eq!(told(&answer), BTreeMap::new());
}
