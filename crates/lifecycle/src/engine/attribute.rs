//! Engine attributes: which names each engine knows in which request, and what their values have to be.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::EngineFamily;
use crate::{EngineAttributeName, EngineAttributeValue, ticket::draw_below};

/// A name and a value that a request hands to the engine; the value does not show in `Debug`.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct EngineAttribute {
    /// Its name.
    pub name: EngineAttributeName,
    /// Its value, which may be a key or a password.
    pub value: EngineAttributeValue,
}

/// In which request an attribute is given.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AttributeUse {
    /// `CreateServer`.
    Create,
    /// `StartMaintenance`.
    Maintain,
    /// `UpdateServerEngineAttributes`.
    Update,
    /// `AssociateNode`.
    Associate,
    /// `DisassociateNode`.
    Disassociate,
    /// `InputAttributes` of `ExportServerEngineAttribute`.
    Export,
}

impl AttributeUse {
    /// Whether a name that the table does not have is refused here. Elsewhere it is passed on, or over.
    const fn is_strict(self, family: EngineFamily) -> bool {
        match self {
            Self::Create | Self::Maintain | Self::Update => true,
            Self::Export => matches!(family, EngineFamily::Chef),
            Self::Associate | Self::Disassociate => false,
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Create => "creation",
            Self::Maintain => "maintenance",
            Self::Update => "an update",
            Self::Associate => "associating a node",
            Self::Disassociate => "disassociating a node",
            Self::Export => "an export",
        }
    }
}

/// What the value of an attribute has to be.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ValueRule {
    /// Anything; the engine finds out.
    Any,
    /// Exactly `true`.
    True,
    /// Chef's rule for passwords.
    ChefPassword,
    /// Puppet's rule for passwords.
    PuppetPassword,
    /// Nothing, or three numbers with dots.
    ClientVersion,
}

impl ValueRule {
    const fn expected(self) -> &'static str {
        match self {
            Self::Any => "any text",
            Self::True => "`true`",
            Self::ChefPassword => {
                "8 to 32 letters, digits and `!/@#$%^&+=_`, with a small letter, a capital, a digit and a special one"
            }
            Self::PuppetPassword => "8 to 32 characters of ASCII",
            Self::ClientVersion => "nothing, or three numbers with dots as in `14.10.9`",
        }
    }

    fn allows(self, value: &str) -> bool {
        const SPECIAL: &[u8] = b"!/@#$%^&+=_";
        let of = |class: fn(u8) -> bool| value.bytes().any(class);
        match self {
            Self::Any => true,
            Self::True => value == "true",
            Self::ChefPassword => {
                (8..=32).contains(&value.len())
                    && value
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || SPECIAL.contains(&b))
                    && of(|b| b.is_ascii_lowercase())
                    && of(|b| b.is_ascii_uppercase())
                    && of(|b| b.is_ascii_digit())
                    && of(|b| SPECIAL.contains(&b))
            }
            Self::PuppetPassword => (8..=32).contains(&value.len()) && value.is_ascii(),
            Self::ClientVersion => {
                let is_number =
                    |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
                value.is_empty() || value.split('.').count() == 3 && value.split('.').all(is_number)
            }
        }
    }
}

/// One line of [`ATTRIBUTES`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AttributeRule {
    /// The engines that know it.
    pub family: EngineFamily,
    /// The request in which they do.
    pub used_in: AttributeUse,
    /// Its names, all meaning the same.
    pub names: &'static [&'static str],
    /// Whether the request needs it.
    pub required: bool,
    /// What its value has to be.
    pub value: ValueRule,
}

const fn rule(
    family: EngineFamily,
    used_in: AttributeUse,
    names: &'static [&'static str],
    required: bool,
    value: ValueRule,
) -> AttributeRule {
    AttributeRule {
        family,
        used_in,
        names,
        required,
        value,
    }
}

const NEEDED: bool = true;
const FREE: bool = false;

/// Every attribute that a request may carry, by engine.
///
/// Where the API reference, the user guide and AWS's own scripts use different names for one attribute, all of them
/// are taken. Source: the API reference of each request.
#[rustfmt::skip] // columns
pub const ATTRIBUTES: &[AttributeRule] = {
    use AttributeUse::{Associate, Create, Disassociate, Export, Maintain, Update};
    use EngineFamily::{Chef, Puppet};
    use ValueRule::{Any, ChefPassword, ClientVersion, PuppetPassword, True};
    &[
        rule(Chef,   Create,       &["CHEF_AUTOMATE_PIVOTAL_KEY", "CHEF_PIVOTAL_KEY"],                   FREE,   Any),
        rule(Chef,   Create,       &["CHEF_AUTOMATE_ADMIN_PASSWORD", "CHEF_DELIVERY_ADMIN_PASSWORD"],    FREE,   ChefPassword),
        rule(Puppet, Create,       &["PUPPET_ADMIN_PASSWORD"],                                           FREE,   PuppetPassword),
        rule(Puppet, Create,       &["PUPPET_R10K_REMOTE"],                                              FREE,   Any),
        rule(Puppet, Create,       &["PUPPET_R10K_PRIVATE_KEY"],                                         FREE,   Any),
        rule(Chef,   Maintain,     &["CHEF_MAJOR_UPGRADE"],                                              FREE,   True),
        rule(Chef,   Update,       &["CHEF_AUTOMATE_PIVOTAL_KEY", "CHEF_PIVOTAL_KEY"],                   FREE,   Any),
        rule(Chef,   Update,       &["CHEF_STARTER_KIT"],                                                FREE,   Any),
        rule(Puppet, Update,       &["PUPPET_ADMIN_PASSWORD"],                                           FREE,   PuppetPassword),
        rule(Chef,   Associate,    &["CHEF_AUTOMATE_NODE_PUBLIC_KEY", "CHEF_NODE_PUBLIC_KEY"],           NEEDED, Any),
        rule(Chef,   Associate,    &["CHEF_AUTOMATE_ORGANIZATION", "CHEF_ORGANIZATION"],                 FREE,   Any),
        rule(Puppet, Associate,    &["PUPPET_NODE_CSR"],                                                 NEEDED, Any),
        rule(Chef,   Disassociate, &["CHEF_AUTOMATE_ORGANIZATION", "CHEF_ORGANIZATION"],                 FREE,   Any),
        rule(Chef,   Export,       &["RunList"],                                                         FREE,   Any),
        rule(Chef,   Export,       &["OrganizationName"],                                                FREE,   Any),
        rule(Chef,   Export,       &["NodeEnvironment"],                                                 FREE,   Any),
        rule(Chef,   Export,       &["NodeClientVersion"],                                               FREE,   ClientVersion),
    ]
};

/// What is wrong with one attribute of a request. Values do not show.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AttributeFault {
    /// The engine does not know it in this request.
    #[error("engine attribute `{name}` is unknown for {family} in {}, expected {}", used_in.noun(), names(*family, *used_in))]
    Unknown {
        /// The name, cut to 64 characters.
        name: Box<str>,
        /// The engines asked.
        family: EngineFamily,
        /// The request.
        used_in: AttributeUse,
    },
    /// It cannot be exported.
    #[error("engine attribute `{name}` cannot be exported, expected `Userdata`")]
    NotExported {
        /// The name, cut to 64 characters.
        name: Box<str>,
    },
    /// It is there twice.
    #[error("engine attribute `{name}` is given twice, expected once")]
    Duplicate {
        /// The name, cut to 64 characters.
        name: Box<str>,
    },
    /// The request needs it and does not have it.
    #[error("engine attribute `{name}` is missing, expected for {family} in {}", used_in.noun())]
    Missing {
        /// The name.
        name: &'static str,
        /// The engines asked.
        family: EngineFamily,
        /// The request.
        used_in: AttributeUse,
    },
    /// Its value is not what it has to be.
    #[error("engine attribute `{name}` has a value of {length} characters that is not {}", rule.expected())]
    Value {
        /// The name.
        name: &'static str,
        /// The length of the value in characters; the value itself may be a secret.
        length: usize,
        /// What it has to be.
        rule: ValueRule,
    },
}

fn rules(
    family: EngineFamily,
    used_in: AttributeUse,
) -> impl Iterator<Item = &'static AttributeRule> {
    ATTRIBUTES
        .iter()
        .filter(move |rule| rule.family == family && rule.used_in == used_in)
}

fn names(family: EngineFamily, used_in: AttributeUse) -> String {
    let names: Vec<_> = rules(family, used_in)
        .flat_map(|rule| rule.names)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}

/// All that is wrong with the attributes of a request, in the order in which they stand.
pub(crate) fn check_attributes<'a>(
    family: EngineFamily,
    used_in: AttributeUse,
    attributes: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<AttributeFault> {
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    for (name, value) in attributes {
        let shown = || name.chars().take(64).flat_map(char::escape_debug).collect();
        if !seen.insert(name) {
            faults.push(AttributeFault::Duplicate { name: shown() });
            continue;
        }
        let known = rules(family, used_in)
            .find_map(|rule| Some((rule, *rule.names.iter().find(|known| **known == name)?)));
        match known {
            Some((rule, name)) if !rule.value.allows(value) => {
                faults.push(AttributeFault::Value {
                    name,
                    length: value.chars().count(),
                    rule: rule.value,
                });
            }
            None if used_in.is_strict(family) => {
                faults.push(AttributeFault::Unknown {
                    name: shown(),
                    family,
                    used_in,
                });
            }
            Some(_) | None => {}
        }
    }
    for rule in rules(family, used_in).filter(|rule| rule.required) {
        if !rule.names.iter().any(|name| seen.contains(name)) {
            faults.push(AttributeFault::Missing {
                name: rule.names[0],
                family,
                used_in,
            });
        }
    }
    faults
}

/// All names of the attribute that goes by `name` in a request; none if the request does not know it.
pub(crate) fn same_attribute(
    family: EngineFamily,
    used_in: AttributeUse,
    name: &str,
) -> &'static [&'static str] {
    rules(family, used_in)
        .find(|rule| rule.names.contains(&name))
        .map_or(&[], |rule| rule.names)
}

impl EngineAttributeValue {
    /// A new password of 20 random characters that every engine takes.
    pub fn draw_password(draw: &mut dyn FnMut() -> u64) -> Self {
        const CLASSES: [&[u8]; 4] = [
            b"abcdefghijklmnopqrstuvwxyz",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            b"0123456789",
            b"!/@#$%^&+=_",
        ];
        let mut text: Vec<u8> = (0..20)
            .map(|place| {
                // One of each class for sure, and the others from all letters and digits.
                let class = if place < CLASSES.len() {
                    place
                } else {
                    draw_below(draw, 3) as usize
                };
                CLASSES[class][draw_below(draw, CLASSES[class].len() as u32) as usize]
            })
            .collect();
        for place in (1..text.len()).rev() {
            text.swap(place, draw_below(draw, place as u32 + 1) as usize);
        }
        Self(text.into_iter().map(char::from).collect::<String>().into())
    }
}

/// The value of the attribute that goes by one of `names`.
pub(crate) fn find_value<'a>(attributes: &'a [EngineAttribute], names: &[&str]) -> Option<&'a str> {
    attributes
        .iter()
        .find(|attribute| names.contains(&attribute.name.as_str()))
        .map(|attribute| attribute.value.expose())
}
