//! What runs on a server: Chef or Puppet, in which version, on which machines.

mod attribute;
pub use attribute::{
    ATTRIBUTES, AttributeFault, AttributeRule, AttributeUse, EngineAttribute, ValueRule,
};
pub(crate) use attribute::{check_attributes, find_value, same_attribute};

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EngineVersion, InstanceType};

/// What runs on a server, by its public name.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub enum Engine {
    /// `Chef`, as Chef Automate was first called.
    Chef,
    /// `ChefAutomate`.
    ChefAutomate,
    /// `Puppet`.
    Puppet,
}

/// Engines between which backups can be exchanged.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum EngineFamily {
    /// [`Engine::Chef`] and [`Engine::ChefAutomate`].
    Chef,
    /// [`Engine::Puppet`].
    Puppet,
}

impl Engine {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chef, Self::ChefAutomate, Self::Puppet];

    /// The public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chef => "Chef",
            Self::ChefAutomate => "ChefAutomate",
            Self::Puppet => "Puppet",
        }
    }

    /// With which engines it can exchange backups.
    pub const fn family(self) -> EngineFamily {
        match self {
            Self::Chef | Self::ChefAutomate => EngineFamily::Chef,
            Self::Puppet => EngineFamily::Puppet,
        }
    }

    /// The machine types that the documentation lists for it, older ones included.
    pub const fn instance_types(self) -> &'static [&'static str] {
        match self.family() {
            EngineFamily::Chef => &[
                "m5.large",
                "r5.xlarge",
                "r5.2xlarge",
                "t2.medium",
                "m4.large",
                "m4.2xlarge",
                "r4.xlarge",
                "r4.2xlarge",
            ],
            EngineFamily::Puppet => &[
                "m5.xlarge",
                "c5.2xlarge",
                "c5.4xlarge",
                "c4.large",
                "c4.xlarge",
                "c4.2xlarge",
            ],
        }
    }

    /// The attributes that are generated for a new server and told once, in the answer to its creation: those of them
    /// that the request does not give. The starter kit is never given.
    pub const fn generated_attributes(self) -> &'static [&'static str] {
        match self {
            Self::Chef => &[
                "CHEF_PIVOTAL_KEY",
                "CHEF_DELIVERY_ADMIN_PASSWORD",
                "CHEF_STARTER_KIT",
            ],
            Self::ChefAutomate => &[
                "CHEF_AUTOMATE_PIVOTAL_KEY",
                "CHEF_AUTOMATE_ADMIN_PASSWORD",
                "CHEF_STARTER_KIT",
            ],
            Self::Puppet => &["PUPPET_ADMIN_PASSWORD", "PUPPET_STARTER_KIT"],
        }
    }

    /// Whether the documentation lists `instance_type` for it.
    pub fn lists(self, instance_type: &InstanceType) -> bool {
        self.instance_types().contains(&instance_type.as_str())
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for EngineFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Chef => "Chef",
            Self::Puppet => "Puppet",
        })
    }
}

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|engine| engine.as_str() == text)
            .ok_or_else(|| UnknownEngine::new(text))
    }
}

/// How an engine is laid out over machines, by its public name.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub enum EngineModel {
    /// `Single`, of Chef.
    Single,
    /// `Monolithic`, of Puppet.
    Monolithic,
}

impl EngineModel {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Single, Self::Monolithic];

    /// The public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "Single",
            Self::Monolithic => "Monolithic",
        }
    }
}

impl fmt::Display for EngineModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EngineModel {
    type Err = UnknownEngine;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|model| model.as_str() == text)
            .ok_or_else(|| UnknownEngine::new(text))
    }
}

/// A text that names no engine, or no engine model.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "unknown engine or model `{0}`, expected Chef, ChefAutomate or Puppet, or Single or Monolithic"
)]
pub struct UnknownEngine(Box<str>);

impl UnknownEngine {
    fn new(text: &str) -> Self {
        Self(text.chars().take(64).collect())
    }
}

/// An engine in a model and a full version: what a server runs, and what a backup restores.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
pub struct Release {
    /// The engine.
    pub engine: Engine,
    /// The model.
    pub model: EngineModel,
    /// The full version, as `12.17.33` or `2020-07`.
    pub version: EngineVersion,
}

/// One combination that can be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Offer {
    /// The engine.
    pub engine: Engine,
    /// The model.
    pub model: EngineModel,
    /// The version as it is asked for.
    pub asked: &'static str,
    /// The full version that is then run.
    pub full: &'static str,
}

/// What can be asked for when a server is created; the first line of an engine is its default.
///
/// Sources: the API reference, structure `CreateServerRequest`, for the versions that may be asked for; published
/// records and change histories for the full versions behind them. The user guide still asks for 12 where the
/// reference has 2; both are taken.
#[rustfmt::skip] // columns
pub const OFFERS: &[Offer] = &[
    Offer { engine: Engine::ChefAutomate, model: EngineModel::Single,     asked: "2",    full: "2020-07" },
    Offer { engine: Engine::ChefAutomate, model: EngineModel::Single,     asked: "12",   full: "12.17.33" },
    Offer { engine: Engine::Chef,         model: EngineModel::Single,     asked: "12",   full: "12.17.33" },
    Offer { engine: Engine::Puppet,       model: EngineModel::Monolithic, asked: "2019", full: "2019.8.10" },
    Offer { engine: Engine::Puppet,       model: EngineModel::Monolithic, asked: "2017", full: "2018.1.2" },
];

/// Full versions that servers and backups are known to have had; they can be asked for too.
#[rustfmt::skip] // columns
pub const FULL_VERSIONS: &[(EngineFamily, &[&str])] = &[
    (EngineFamily::Chef,   &["12.11.1", "12.16.14", "12.17.33", "2019-08", "2020-07"]),
    (EngineFamily::Puppet, &["2018.1.2", "2019.8.5", "2019.8.10"]),
];

impl Release {
    /// The release that a new server gets for what is asked; what is left open follows the engine's default.
    ///
    /// # Errors
    ///
    /// [`UnknownRelease`] if the engine does not come in that model or version.
    ///
    /// # Example
    /// ```
    /// use tagout_lifecycle::{Engine, Release};
    ///
    /// let version = "12".parse()?;
    /// let release = Release::choose(Engine::Chef, None, Some(&version))?;
    /// assert_eq!(release.version.as_str(), "12.17.33");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn choose(
        engine: Engine,
        model: Option<EngineModel>,
        version: Option<&EngineVersion>,
    ) -> Result<Self, UnknownRelease> {
        let unknown = || UnknownRelease {
            engine,
            model,
            version: version.cloned(),
        };
        let mut offers = OFFERS.iter().filter(|offer| {
            offer.engine == engine && model.is_none_or(|model| offer.model == model)
        });
        let default = offers.clone().next().ok_or_else(unknown)?;
        let full = match version.map(EngineVersion::as_str) {
            None => default.full,
            Some(text) => offers
                .find(|offer| offer.asked == text)
                .map(|offer| offer.full)
                .or_else(|| known_full_version(engine.family(), text))
                .ok_or_else(unknown)?,
        };
        let version = EngineVersion(full.into());
        Ok(Self {
            engine,
            model: default.model,
            version,
        })
    }

    /// Whether it is of the first generation of Chef Automate, from which the major upgrade sets out.
    pub fn is_automate_1(&self) -> bool {
        self.engine.family() == EngineFamily::Chef
            && self.version.as_str().split('.').next() == Some("12")
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.engine, self.model, self.version)
    }
}

fn known_full_version(family: EngineFamily, text: &str) -> Option<&'static str> {
    FULL_VERSIONS
        .iter()
        .find(|line| line.0 == family)?
        .1
        .iter()
        .copied()
        .find(|full| *full == text)
}

/// An engine does not come in the model or version that was asked for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct UnknownRelease {
    /// The engine asked for.
    pub engine: Engine,
    /// The model asked for.
    pub model: Option<EngineModel>,
    /// The version asked for.
    pub version: Option<EngineVersion>,
}

impl fmt::Display for UnknownRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            engine,
            model,
            version,
        } = self;
        write!(f, "engine {engine} does not come")?;
        if let Some(model) = model {
            write!(f, " as {model}")?;
        }
        if let Some(version) = version {
            let shown: String = version
                .as_str()
                .chars()
                .take(64)
                .flat_map(char::escape_debug)
                .collect();
            write!(f, " in version `{shown}`")?;
        }
        f.write_str(", expected")?;
        for (index, offer) in OFFERS
            .iter()
            .filter(|offer| offer.engine == *engine)
            .enumerate()
        {
            write!(
                f,
                "{} {} `{}`",
                if index == 0 { "" } else { " or" },
                offer.model,
                offer.asked
            )?;
        }
        Ok(())
    }
}
