//! What a task is run with: one structure per type of task, and the two deprecated ones.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::constraint::shapes::{
    AUTOMATION_PARAMETERS, COMMENT, DOCUMENT_HASH, DOCUMENT_HASH_TYPE, DOCUMENT_VERSION,
    LAMBDA_CLIENT_CONTEXT, LAMBDA_PAYLOAD, LAMBDA_QUALIFIER, LOG_GROUP_NAME, LOG_OUTPUT_ENABLED,
    NOTIFICATION_ARN, NOTIFICATION_EVENTS, NOTIFICATION_TYPE, PARAMETERS, S3_BUCKET_NAME,
    S3_KEY_PREFIX, S3_REGION, SERVICE_ROLE, STEP_FUNCTIONS_INPUT, STEP_FUNCTIONS_NAME,
    TASK_PARAMETER_VALUES, TIMEOUT_SECONDS,
};
use crate::constraint::{Node, Value, structure};

structure! {
    /// What a task is run with; only the member that matches the type of the task may be set.
    TaskInvocationParameters as "MaintenanceWindowTaskInvocationParameters" {
        /// For a task of type `RUN_COMMAND`.
        run_command "RunCommand": RunCommand = *RunCommand::SHAPE;
        /// For a task of type `AUTOMATION`.
        automation "Automation": Automation = *Automation::SHAPE;
        /// For a task of type `STEP_FUNCTIONS`.
        step_functions "StepFunctions": StepFunctions = *StepFunctions::SHAPE;
        /// For a task of type `LAMBDA`.
        lambda "Lambda": Lambda = *Lambda::SHAPE;
    }
}

structure! {
    /// What a `RUN_COMMAND` task is run with.
    RunCommand as "MaintenanceWindowRunCommandParameters" {
        /// A note on the command, at most 100 characters.
        comment "Comment": String = COMMENT;
        /// Where its output is logged.
        cloud_watch_output_config "CloudWatchOutputConfig": CloudWatchOutputConfig = *CloudWatchOutputConfig::SHAPE;
        /// The hash of the document, in hexadecimal.
        document_hash "DocumentHash": String = DOCUMENT_HASH;
        /// `Sha256` or `Sha1`.
        document_hash_type "DocumentHashType": String = DOCUMENT_HASH_TYPE;
        /// `$LATEST`, `$DEFAULT` or a number.
        document_version "DocumentVersion": String = DOCUMENT_VERSION;
        /// Who is told how it went.
        notification_config "NotificationConfig": NotificationConfig = *NotificationConfig::SHAPE;
        /// The bucket that takes its output.
        output_s3_bucket_name "OutputS3BucketName": String = S3_BUCKET_NAME;
        /// The folder within the bucket.
        output_s3_key_prefix "OutputS3KeyPrefix": String = S3_KEY_PREFIX;
        /// The parameters of the document.
        parameters "Parameters": BTreeMap<String, Vec<String>> = PARAMETERS;
        /// The role that may send notifications.
        service_role_arn "ServiceRoleArn": String = SERVICE_ROLE;
        /// How long the command may take to reach its server, in seconds: 30 to 2,592,000.
        timeout_seconds "TimeoutSeconds": i32 = TIMEOUT_SECONDS;
    }
}

structure! {
    /// Where the output of a command is logged.
    CloudWatchOutputConfig as "CloudWatchOutputConfig" {
        /// The log group.
        log_group_name "CloudWatchLogGroupName": String = LOG_GROUP_NAME;
        /// Whether it is logged at all.
        enabled "CloudWatchOutputEnabled": bool = LOG_OUTPUT_ENABLED;
    }
}

structure! {
    /// Who is told how a command went.
    NotificationConfig as "NotificationConfig" {
        /// The topic that is written to.
        arn "NotificationArn": String = NOTIFICATION_ARN;
        /// The events that are told.
        events "NotificationEvents": Vec<String> = NOTIFICATION_EVENTS;
        /// `Command` or `Invocation`: once for all servers, or once for each.
        kind "NotificationType": String = NOTIFICATION_TYPE;
    }
}

structure! {
    /// What an `AUTOMATION` task is run with.
    Automation as "MaintenanceWindowAutomationParameters" {
        /// `$LATEST`, `$DEFAULT` or a number.
        document_version "DocumentVersion": String = DOCUMENT_VERSION;
        /// The parameters of the runbook.
        parameters "Parameters": BTreeMap<String, Vec<String>> = AUTOMATION_PARAMETERS;
    }
}

structure! {
    /// What a `STEP_FUNCTIONS` task is run with.
    StepFunctions as "MaintenanceWindowStepFunctionsParameters" {
        /// The input of the state machine, JSON text.
        input "Input": String = STEP_FUNCTIONS_INPUT;
        /// The name of its execution.
        name "Name": String = STEP_FUNCTIONS_NAME;
    }
}

structure! {
    /// What a `LAMBDA` task is run with.
    Lambda as "MaintenanceWindowLambdaParameters" {
        /// What the function is told of its caller.
        client_context "ClientContext": String = LAMBDA_CLIENT_CONTEXT;
        /// The version or alias of the function.
        qualifier "Qualifier": String = LAMBDA_QUALIFIER;
        /// What the function is given.
        payload "Payload": Blob = LAMBDA_PAYLOAD;
    }
}

structure! {
    /// Where the output of a `RUN_COMMAND` task without invocation parameters goes; deprecated by the interface.
    LoggingInfo as "LoggingInfo" {
        /// The bucket that takes the output.
        s3_bucket_name "S3BucketName": String = S3_BUCKET_NAME, required;
        /// The folder within the bucket.
        s3_key_prefix "S3KeyPrefix": String = S3_KEY_PREFIX;
        /// The region of the bucket.
        s3_region "S3Region": String = S3_REGION, required;
    }
}

structure! {
    /// The values of one parameter in the deprecated `TaskParameters`.
    TaskParameterValues as "MaintenanceWindowTaskParameterValueExpression", sensitive {
        /// One or more values.
        values "Values": Vec<String> = TASK_PARAMETER_VALUES;
    }
}

/// Bytes, which serde reads and writes as Base64 text.
#[derive(Clone, Default, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Blob(pub Vec<u8>);

impl TryFrom<String> for Blob {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        BASE64.decode(text).map(Self)
    }
}

impl From<Blob> for String {
    fn from(blob: Blob) -> Self {
        BASE64.encode(blob.0)
    }
}

/// Prints the number of bytes only: what it holds is sensitive wherever the interface uses it.
impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Value for Blob {
    fn node(&self) -> Node<'_> {
        Node::Blob(&self.0)
    }
}
