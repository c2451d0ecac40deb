//! Names and other short texts.

use super::{TEXT_MAX, check_characters, check_one_line, text};

const LETTER: (fn(char) -> bool, &str) = (|c| c.is_ascii_alphabetic(), "a letter a-z or A-Z");

text! {
    /// The name of one server: 1 to 40 letters, digits and hyphens, beginning with a letter.
    ///
    /// Unique within an account and region. Source of the pattern: the OpsWorks CM API model, shape `ServerName`.
    ServerName, "server name", 1..=40, |text| check_characters(text, LETTER,
        (|c| c.is_ascii_alphanumeric() || c == '-', "a letter, a digit or `-`"))
}

text! {
    /// The name of a node that a server manages: letters, digits and `-`, `_`, `:`, `.`.
    ///
    /// Usually the instance id of the node. Source: shape `NodeName`.
    NodeName, "node name", 1..=TEXT_MAX, |text| {
        const NODE: (fn(char) -> bool, &str) =
            (|c| c.is_ascii_alphanumeric() || "-_:.".contains(c), "a letter, a digit or one of `-_:.`");
        check_characters(text, NODE, NODE)
    }
}

text! {
    /// The name of an attribute that `UpdateServerEngineAttributes` sets: capitals, digits and `_`.
    ///
    /// Source: shape `AttributeName`.
    AttributeName, "attribute name", 1..=64, |text| check_characters(text,
        (|c| c.is_ascii_uppercase(), "a letter A-Z"),
        (|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_', "a letter A-Z, a digit or `_`"))
}

text! {
    /// The name of an engine attribute as requests carry it, such as `CHEF_MAJOR_UPGRADE` or `RunList`: any text.
    ///
    /// Which names mean something is decided by [`Engine`](crate::Engine), not here. Source: shape
    /// `EngineAttributeName`.
    EngineAttributeName, "engine attribute name", 0..=TEXT_MAX, |_| Ok(())
}

text! {
    /// The version of an engine, as `12`, `12.17.33` or `2019.8.10`: any text.
    EngineVersion, "engine version", 0..=TEXT_MAX, |_| Ok(())
}

text! {
    /// The type of the machine that a server runs on, as `m5.large`: any text that is not empty.
    InstanceType, "instance type", 1..=TEXT_MAX, |_| Ok(())
}

text! {
    /// The name of a key pair for logging in to a server: any text of one line.
    ///
    /// Source: shape `KeyPair`.
    KeyPair, "key pair", 0..=TEXT_MAX, check_one_line
}

text! {
    /// What a caller says about a backup: any text.
    Description, "description", 0..=TEXT_MAX, |_| Ok(())
}

text! {
    /// The caller on whose behalf something was done: any text, an ARN as a rule.
    UserArn, "user ARN", 0..=TEXT_MAX, |_| Ok(())
}

text! {
    /// The id of a subnet or of a security group: any text.
    ResourceId, "id", 0..=TEXT_MAX, |_| Ok(())
}

text! {
    /// The handle under which the outcome of associating or disassociating a node is asked for: any text.
    ///
    /// Source: shape `NodeAssociationStatusToken`.
    AssociationToken, "association token", 0..=TEXT_MAX, |_| Ok(())
}

text! {
    /// The handle of the next page of a list: any text, to be given back as it came.
    ///
    /// Source: shape `NextToken`.
    NextToken, "page token", 0..=TEXT_MAX, |_| Ok(())
}
