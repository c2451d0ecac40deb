//! The rows of the table that are not structures.
//!
//! Each is named and bounded as in the API model of AWS OpsWorks CM, version 2016-11-01. Values of engine attributes and
//! private keys are never printed; the model says so of all but `AttributeValue`, which holds keys and passwords too.

use tagout_window::constraint::{Shape, TAG};

use super::{pattern, request};

/// The length of the interface's generic texts, in characters.
const TEXT_MAX: i32 = 10_000;

const fn text(name: &'static str) -> Shape {
    Shape::text(name).at_most(TEXT_MAX)
}

pub(super) static STRING: Shape = text("String").like(&pattern::ANY);
pub(super) static STRINGS: Shape = Shape::list("Strings", &STRING);
pub(super) static BOOLEAN: Shape = Shape::boolean("Boolean");
pub(super) static INTEGER: Shape = Shape::integer("Integer");

// Names and ids.
pub(super) static SERVER_NAME: Shape = Shape::text("ServerName")
    .between(1, 40)
    .like(&pattern::SERVER_NAME);
pub(super) static BACKUP_ID: Shape = Shape::text("BackupId")
    .at_most(79)
    .like(&pattern::BACKUP_ID);
pub(super) static NODE_NAME: Shape = text("NodeName").like(&pattern::NODE_NAME);
pub(super) static KEY_PAIR: Shape = text("KeyPair").like(&pattern::LINE);
pub(super) static INSTANCE_PROFILE_ARN: Shape =
    text("InstanceProfileArn").like(&pattern::INSTANCE_PROFILE_ARN);
pub(super) static SERVICE_ROLE_ARN: Shape = text("ServiceRoleArn").like(&pattern::SERVICE_ROLE_ARN);
pub(super) static RESOURCE_ARN: Shape =
    Shape::text("AWSOpsWorksCMResourceArn").like(&pattern::RESOURCE_ARN);
pub(super) static NODE_ASSOCIATION_STATUS_TOKEN: Shape =
    text("NodeAssociationStatusToken").like(&pattern::ANY);

// Lists.
pub(super) static NEXT_TOKEN: Shape = text("NextToken").like(&pattern::ANY);
pub(super) static MAX_RESULTS: Shape = Shape::integer("MaxResults").at_least(1);

// Settings.
pub(super) static TIME_WINDOW: Shape = text("TimeWindowDefinition").like(&pattern::TIME_WINDOW);
pub(super) static RETENTION_COUNT: Shape =
    Shape::integer("BackupRetentionCountDefinition").at_least(1);

// The engine.
pub(super) static ATTRIBUTE_NAME: Shape = Shape::text("AttributeName")
    .between(1, 64)
    .like(&pattern::ATTRIBUTE_NAME);
pub(super) static ATTRIBUTE_VALUE: Shape = text("AttributeValue").like(&pattern::ANY).sensitive();
pub(super) static ENGINE_ATTRIBUTE_NAME: Shape = text("EngineAttributeName").like(&pattern::ANY);
pub(super) static ENGINE_ATTRIBUTE_VALUE: Shape =
    text("EngineAttributeValue").like(&pattern::ANY).sensitive();
pub(super) static ENGINE_ATTRIBUTES: Shape =
    Shape::list("EngineAttributes", request::EngineAttribute::SHAPE);

// The owner's domain.
pub(super) static CUSTOM_DOMAIN: Shape = Shape::text("CustomDomain")
    .at_most(253)
    .like(&pattern::CUSTOM_DOMAIN);
pub(super) static CUSTOM_CERTIFICATE: Shape = Shape::text("CustomCertificate")
    .at_most(2_097_152)
    .like(&pattern::CERTIFICATE);
pub(super) static CUSTOM_PRIVATE_KEY: Shape = Shape::text("CustomPrivateKey")
    .at_most(4_096)
    .like(&pattern::PRIVATE_KEY)
    .sensitive();

// Tags.
pub(super) static TAG_KEY: Shape = Shape::text("TagKey").between(1, 128).like(&TAG);
pub(super) static TAG_VALUE: Shape = Shape::text("TagValue").between(0, 256).like(&TAG);
pub(super) static TAG_LIST: Shape = Shape::list("TagList", request::Tag::SHAPE).between(0, 200);
pub(super) static TAG_KEY_LIST: Shape = Shape::list("TagKeyList", &TAG_KEY).between(0, 200);
