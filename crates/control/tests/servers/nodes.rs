//! Nodes of a server.

use chrono::TimeDelta;
use tagout_control::{ControlError, Done, Removal};
use tagout_lifecycle::{AssociationStatus, AssociationToken, EngineAttribute, NodeName};

use crate::night::{Memory, Night, account, all_well, name, night};

fn key() -> [EngineAttribute; 1] {
    [EngineAttribute {
        name: "CHEF_NODE_PUBLIC_KEY".parse().unwrap(),
        value: "-----BEGIN PUBLIC KEY-----".parse().unwrap(),
    }]
}

fn node() -> NodeName {
    "i-0123456789abcdef0".parse().unwrap()
}

async fn associate(night: &Night<Memory>, node: &NodeName) -> AssociationToken {
    night
        .plane()
        .associate_node(&account(), &name("alpha"), node, &key(), night.now)
        .await
        .unwrap()
}

async fn status(night: &Night<Memory>, token: &AssociationToken) -> (AssociationStatus, String) {
    let found = night
        .plane()
        .describe_node_association_status(&account(), &name("alpha"), token, night.now)
        .await
        .unwrap();
    let failure = found.failure().map(ToString::to_string);
    (found.status(), failure.unwrap_or_default())
}

fn quick(work: &tagout_control::Work) -> crate::night::Answer {
    match &*work.kind {
        "server.associate-node" | "server.disassociate-node" => {
            let cert = serde_json::json!({"attributes": [{"name": "CERT", "value": "c"}]});
            (vec![TimeDelta::minutes(1)], Ok(Done { detail: cert }))
        }
        _ => all_well(work),
    }
}

#[tokio::test]
async fn a_node_is_associated_once_and_taken_away_once() {
    let mut night = night().scripted(quick);
    night.built("alpha").await;
    // One that is longer than any key of a store.
    for node in [node(), "n".repeat(9_999).parse().unwrap()] {
        let [first, second] = [
            associate(&night, &node).await,
            associate(&night, &node).await,
        ];
        assert_eq!(
            status(&night, &first).await.0,
            AssociationStatus::InProgress
        );
        night.pass(TimeDelta::minutes(1)).await;
        let mut stati = [
            status(&night, &first).await.0,
            status(&night, &second).await.0,
        ];
        stati.sort_by_key(|status| status.as_str());
        assert_eq!(
            stati,
            [AssociationStatus::Failed, AssociationStatus::Success]
        );

        let n_begun = night.begun.len();
        let again = associate(&night, &node).await;
        night.pass(TimeDelta::seconds(1)).await;
        let (again, failure) = status(&night, &again).await;
        assert_eq!(again, AssociationStatus::Failed);
        let expected = format!("node `{node}` is already associated with server `alpha`");
        assert_eq!(failure, expected.chars().take(500).collect::<String>());
        assert_eq!(night.begun.len(), n_begun, "nothing is done for it");

        let control = night.plane();
        let away = control
            .disassociate_node(&account(), &name("alpha"), &node, &[], night.now)
            .await
            .unwrap();
        night.pass(TimeDelta::minutes(1)).await;
        assert_eq!(status(&night, &away).await.0, AssociationStatus::Success);
        let fresh = associate(&night, &node).await;
        night.pass(TimeDelta::minutes(1)).await;
        assert_eq!(status(&night, &fresh).await.0, AssociationStatus::Success);
    }
}

#[tokio::test]
async fn a_request_that_is_not_answered_has_failed() {
    let mut night = night(); // five minutes are more than 225 seconds
    night.built("alpha").await;
    let token = associate(&night, &node()).await;
    night.pass(TimeDelta::seconds(224)).await;
    assert_eq!(
        status(&night, &token).await.0,
        AssociationStatus::InProgress
    );
    night.pass(TimeDelta::seconds(1)).await;
    assert_eq!(status(&night, &token).await.0, AssociationStatus::Failed);
    night.pass(TimeDelta::minutes(5)).await;
    assert_eq!(status(&night, &token).await.0, AssociationStatus::Failed);
}

#[tokio::test]
async fn a_token_is_known_where_it_was_given_and_while_its_server_is_there() {
    let mut night = night().scripted(quick);
    night.built("alpha").await;
    night.built("beta").await;
    let token = associate(&night, &node()).await;
    let ask = |server: &'static str, token: AssociationToken| {
        let control = night.plane();
        async move {
            control
                .describe_node_association_status(&account(), &name(server), &token, night.now)
                .await
                .map(|found| found.status())
                .map_err(|error| error.to_string())
        }
    };
    let unknown = |server| {
        Err(format!(
            "node association token of server `{server}` is unknown"
        ))
    };
    assert_eq!(ask("beta", token.clone()).await, unknown("beta"));
    for wild in ["", "\n", &"x".repeat(10_000)] {
        assert_eq!(ask("alpha", wild.parse().unwrap()).await, unknown("alpha"));
    }
    let control = night.plane();
    control
        .delete_server(&account(), &name("alpha"), &Removal::AtOnce, night.now)
        .await
        .unwrap();
    night.pass(TimeDelta::minutes(5)).await;
    night.built("alpha").await;
    let control = night.plane();
    let found = control
        .describe_node_association_status(&account(), &name("alpha"), &token, night.now)
        .await;
    assert!(matches!(found, Err(ControlError::NotFound { .. })));
}

#[tokio::test]
async fn a_request_goes_with_its_server() {
    let mut night = night().scripted(|work| match &*work.kind {
        "server.delete" => (vec![TimeDelta::seconds(30)], Ok(Done::default())),
        _ => all_well(work),
    });
    night.built("alpha").await;
    associate(&night, &node()).await;
    night.pass(TimeDelta::seconds(1)).await;
    let control = night.plane();
    control
        .delete_server(&account(), &name("alpha"), &Removal::AtOnce, night.now)
        .await
        .unwrap();
    night.pass(TimeDelta::minutes(1)).await;
    assert_eq!(
        night
            .plane()
            .describe_servers(&account(), None, night.now)
            .await
            .unwrap(),
        []
    );
    night.pass(TimeDelta::minutes(10)).await;
    assert_eq!(night.n_stale, 1, "its answer comes to nobody");
}
