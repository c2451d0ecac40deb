//! What the nineteen operations are asked: every request as plain data, each member optional, nothing checked yet.
//!
//! A request carries the members of the interface under their names. [`Request::parse`](super::Request::parse) reads one,
//! finds all that is wrong with it, or makes a command of it.

use tagout_window::constraint::structure;

use super::shapes::{
    ATTRIBUTE_NAME, ATTRIBUTE_VALUE, BACKUP_ID, BOOLEAN, CUSTOM_CERTIFICATE, CUSTOM_DOMAIN,
    CUSTOM_PRIVATE_KEY, ENGINE_ATTRIBUTE_NAME, ENGINE_ATTRIBUTE_VALUE, ENGINE_ATTRIBUTES,
    INSTANCE_PROFILE_ARN, INTEGER, KEY_PAIR, MAX_RESULTS, NEXT_TOKEN,
    NODE_ASSOCIATION_STATUS_TOKEN, NODE_NAME, RESOURCE_ARN, RETENTION_COUNT, SERVER_NAME,
    SERVICE_ROLE_ARN, STRING, STRINGS, TAG_KEY, TAG_KEY_LIST, TAG_LIST, TAG_VALUE, TIME_WINDOW,
};

structure! {
    /// An attribute of an engine.
    EngineAttribute as "EngineAttribute" {
        /// Its name.
        name "Name": String = ENGINE_ATTRIBUTE_NAME;
        /// Its value, which may be a key or a password.
        value "Value": String = ENGINE_ATTRIBUTE_VALUE;
    }
}

structure! {
    /// A tag of a server or backup.
    Tag as "Tag" {
        /// Its key.
        key "Key": String = TAG_KEY, required;
        /// Its value.
        value "Value": String = TAG_VALUE, required;
    }
}

structure! {
    /// Asks for a node to be managed by a server.
    AssociateNode as "AssociateNodeRequest" {
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// The node, by the id of its instance as a rule.
        node_name "NodeName": String = NODE_NAME, required;
        /// What the engine is told of the node.
        engine_attributes "EngineAttributes": Vec<EngineAttribute> = ENGINE_ATTRIBUTES, required;
    }
}

structure! {
    /// Asks for a backup of a server.
    CreateBackup as "CreateBackupRequest" {
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// What the backup is for.
        description "Description": String = STRING;
        /// Tags for it, over those that it gets from the server.
        tags "Tags": Vec<Tag> = TAG_LIST;
    }
}

structure! {
    /// Asks for a server to be built.
    CreateServer as "CreateServerRequest" {
        /// Whether it has a public address; it does unless this is false.
        associate_public_ip_address "AssociatePublicIpAddress": bool = BOOLEAN;
        /// A domain of the owner's that it answers under.
        custom_domain "CustomDomain": String = CUSTOM_DOMAIN;
        /// The certificate of that domain, in PEM armour.
        custom_certificate "CustomCertificate": String = CUSTOM_CERTIFICATE;
        /// The key of that certificate, in PEM armour.
        custom_private_key "CustomPrivateKey": String = CUSTOM_PRIVATE_KEY;
        /// Whether there are to be no automated backups.
        disable_automated_backup "DisableAutomatedBackup": bool = BOOLEAN;
        /// `Chef`, `ChefAutomate` or `Puppet`.
        engine "Engine": String = STRING, required;
        /// `Single` or `Monolithic`.
        engine_model "EngineModel": String = STRING;
        /// The version of the engine.
        engine_version "EngineVersion": String = STRING;
        /// What the engine is told.
        engine_attributes "EngineAttributes": Vec<EngineAttribute> = ENGINE_ATTRIBUTES;
        /// How many automated backups are kept.
        backup_retention_count "BackupRetentionCount": i32 = RETENTION_COUNT;
        /// Its name.
        server_name "ServerName": String = SERVER_NAME, required;
        /// What its machine may do.
        instance_profile_arn "InstanceProfileArn": String = INSTANCE_PROFILE_ARN, required;
        /// The type of its machine.
        instance_type "InstanceType": String = STRING, required;
        /// The key pair for logging in.
        key_pair "KeyPair": String = KEY_PAIR;
        /// The hour for maintenance, in UTC.
        preferred_maintenance_window "PreferredMaintenanceWindow": String = TIME_WINDOW;
        /// The hour for automated backups, in UTC.
        preferred_backup_window "PreferredBackupWindow": String = TIME_WINDOW;
        /// Its security groups.
        security_group_ids "SecurityGroupIds": Vec<String> = STRINGS;
        /// What the service may do on its behalf.
        service_role_arn "ServiceRoleArn": String = SERVICE_ROLE_ARN, required;
        /// Its subnets.
        subnet_ids "SubnetIds": Vec<String> = STRINGS;
        /// Its tags.
        tags "Tags": Vec<Tag> = TAG_LIST;
        /// The backup whose content it starts with.
        backup_id "BackupId": String = BACKUP_ID;
    }
}

structure! {
    /// Asks for a backup to be removed.
    DeleteBackup as "DeleteBackupRequest" {
        /// Which one.
        backup_id "BackupId": String = BACKUP_ID, required;
    }
}

structure! {
    /// Asks for a server to be taken down.
    DeleteServer as "DeleteServerRequest" {
        /// Which one.
        server_name "ServerName": String = SERVER_NAME, required;
    }
}

structure! {
    /// Asks how many servers and manual backups the account has, and may have.
    DescribeAccountAttributes as "DescribeAccountAttributesRequest" {
    }
}

structure! {
    /// Asks for backups, newest first.
    DescribeBackups as "DescribeBackupsRequest" {
        /// Only this one.
        backup_id "BackupId": String = BACKUP_ID;
        /// Only those of the server of this name.
        server_name "ServerName": String = SERVER_NAME;
        /// Taken and passed over: the list comes whole.
        next_token "NextToken": String = NEXT_TOKEN;
        /// Taken and passed over.
        max_results "MaxResults": i32 = MAX_RESULTS;
    }
}

structure! {
    /// Asks what has happened to a server, newest first.
    DescribeEvents as "DescribeEventsRequest" {
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
        /// The most events on a page.
        max_results "MaxResults": i32 = MAX_RESULTS;
    }
}

structure! {
    /// Asks how a request for a node stands.
    DescribeNodeAssociationStatus as "DescribeNodeAssociationStatusRequest" {
        /// The handle of the request.
        node_association_status_token "NodeAssociationStatusToken": String = NODE_ASSOCIATION_STATUS_TOKEN, required;
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
    }
}

structure! {
    /// Asks for servers.
    DescribeServers as "DescribeServersRequest" {
        /// Only this one.
        server_name "ServerName": String = SERVER_NAME;
        /// Taken and passed over: the list comes whole.
        next_token "NextToken": String = NEXT_TOKEN;
        /// Taken and passed over.
        max_results "MaxResults": i32 = MAX_RESULTS;
    }
}

structure! {
    /// Asks for a node to be managed by a server no longer.
    DisassociateNode as "DisassociateNodeRequest" {
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// The node.
        node_name "NodeName": String = NODE_NAME, required;
        /// What the engine is told of the node.
        engine_attributes "EngineAttributes": Vec<EngineAttribute> = ENGINE_ATTRIBUTES;
    }
}

structure! {
    /// Asks for an attribute of a server's engine in a form to be used elsewhere.
    ExportServerEngineAttribute as "ExportServerEngineAttributeRequest" {
        /// `Userdata`.
        export_attribute_name "ExportAttributeName": String = STRING, required;
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// What the exported text depends on.
        input_attributes "InputAttributes": Vec<EngineAttribute> = ENGINE_ATTRIBUTES;
    }
}

structure! {
    /// Asks for the tags of a server or backup.
    ListTagsForResource as "ListTagsForResourceRequest" {
        /// Of which.
        resource_arn "ResourceArn": String = RESOURCE_ARN, required;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
        /// The most tags on a page.
        max_results "MaxResults": i32 = MAX_RESULTS;
    }
}

structure! {
    /// Asks for a server to be built anew from a backup.
    RestoreServer as "RestoreServerRequest" {
        /// The backup.
        backup_id "BackupId": String = BACKUP_ID, required;
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// The type of the new machine; that of the backup if left out.
        instance_type "InstanceType": String = STRING;
        /// The key pair of the new machine; that of the server if left out.
        key_pair "KeyPair": String = KEY_PAIR;
    }
}

structure! {
    /// Asks for a server to be maintained now.
    StartMaintenance as "StartMaintenanceRequest" {
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// What the engine is told: `CHEF_MAJOR_UPGRADE`.
        engine_attributes "EngineAttributes": Vec<EngineAttribute> = ENGINE_ATTRIBUTES;
    }
}

structure! {
    /// Asks for tags to be written on a server or backup.
    TagResource as "TagResourceRequest" {
        /// On which.
        resource_arn "ResourceArn": String = RESOURCE_ARN, required;
        /// The tags.
        tags "Tags": Vec<Tag> = TAG_LIST, required;
    }
}

structure! {
    /// Asks for tags to be taken off a server or backup.
    UntagResource as "UntagResourceRequest" {
        /// Off which.
        resource_arn "ResourceArn": String = RESOURCE_ARN, required;
        /// The keys of the tags.
        tag_keys "TagKeys": Vec<String> = TAG_KEY_LIST, required;
    }
}

structure! {
    /// Asks for settings of a server to be changed.
    UpdateServer as "UpdateServerRequest" {
        /// Whether there are to be no automated backups.
        disable_automated_backup "DisableAutomatedBackup": bool = BOOLEAN;
        /// How many automated backups are kept.
        backup_retention_count "BackupRetentionCount": i32 = INTEGER;
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// The hour for maintenance, in UTC.
        preferred_maintenance_window "PreferredMaintenanceWindow": String = TIME_WINDOW;
        /// The hour for automated backups, in UTC.
        preferred_backup_window "PreferredBackupWindow": String = TIME_WINDOW;
    }
}

structure! {
    /// Asks for an attribute of a server's engine to be changed.
    UpdateServerEngineAttributes as "UpdateServerEngineAttributesRequest" {
        /// Which server.
        server_name "ServerName": String = SERVER_NAME, required;
        /// Which attribute.
        attribute_name "AttributeName": String = ATTRIBUTE_NAME, required;
        /// Its value; the engine makes a new one if left out.
        attribute_value "AttributeValue": String = ATTRIBUTE_VALUE;
    }
}
