//! What is made for an engine and told once: keys, and the starter kit that holds them. Nobody keeps them here.

use std::io::{Cursor, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rsa::{
    RsaPrivateKey,
    pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding},
    rand_core::OsRng,
};
use tagout_lifecycle::{EngineAttribute, EngineFamily, Server};
use tokio::sync::Semaphore;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The length of keys, in bits.
const KEY_BITS: usize = 2048;

/// A key takes a core for a while, so they are made one after another.
static TURN: Semaphore = Semaphore::const_new(1);

/// Why a secret could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum SecretError {
    #[error("cannot make a key")]
    Key(#[source] rsa::Error),
    #[error("cannot write a key")]
    Pem(#[source] rsa::pkcs8::Error),
    #[error("cannot write a public key")]
    PublicPem(#[source] rsa::pkcs8::spki::Error),
    #[error("cannot pack the starter kit")]
    Kit(#[from] zip::result::ZipError),
    #[error("cannot write the starter kit")]
    Write(#[from] std::io::Error),
    #[error(transparent)]
    Value(#[from] tagout_lifecycle::InvalidValue),
    #[error("the making of a key was broken off")]
    BrokenOff,
}

/// A key of the administrator of an engine, both halves in PEM. The private half shows nowhere.
pub(super) struct KeyPair {
    private: String,
    public: String,
}

impl KeyPair {
    /// A new one.
    pub(super) async fn draw() -> Result<Self, SecretError> {
        let _turn = TURN.acquire().await.map_err(|_| SecretError::BrokenOff)?;
        let drawn = tokio::task::spawn_blocking(|| {
            let private = RsaPrivateKey::new(&mut OsRng, KEY_BITS).map_err(SecretError::Key)?;
            let public = private.to_public_key().to_public_key_pem(LineEnding::LF);
            let public = public.map_err(SecretError::PublicPem)?;
            let private = private.to_pkcs8_pem(LineEnding::LF);
            let private = private.map_err(SecretError::Pem)?.to_string();
            Ok(Self { private, public })
        });
        drawn.await.map_err(|_| SecretError::BrokenOff)?
    }

    /// What the engine gets.
    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// What the owner is told: the private half in base64, under the name of the attribute.
    pub(super) fn told(&self, name: &str) -> Result<EngineAttribute, SecretError> {
        attribute(name, &STANDARD.encode(&self.private))
    }
}

/// An attribute of this name and value.
pub(super) fn attribute(name: &str, value: &str) -> Result<EngineAttribute, SecretError> {
    Ok(EngineAttribute {
        name: name.parse()?,
        value: value.parse()?,
    })
}

/// The starter kit of a server: an archive, ZIP in base64, with which its owner begins to work with it.
pub(super) fn starter_kit(
    server: &Server,
    key: Option<&KeyPair>,
) -> Result<EngineAttribute, SecretError> {
    let (name, endpoint) = (server.name(), server.endpoint());
    let mut kit = Kit(ZipWriter::new(Cursor::new(Vec::new())));
    let attribute_name = match server.blueprint().release.engine.family() {
        EngineFamily::Chef => {
            let config = format!(
                "current_dir = File.dirname(__FILE__)\n\
                 node_name 'pivotal'\n\
                 client_key File.join(current_dir, 'private.pem')\n\
                 chef_server_url 'https://{endpoint}/organizations/default'\n\
                 cookbook_path [File.join(current_dir, '..', 'cookbooks')]\n"
            );
            let readme = format!(
                "# {name}\n\nA Chef Automate server at https://{endpoint}.\n\n\
                 `knife ssl fetch` in this folder, then `knife status`.\n\
                 The key in `.chef/private.pem` is the only copy.\n"
            );
            kit.add(&format!("{name}/README.md"), &readme)?;
            kit.add(&format!("{name}/.chef/config.rb"), &config)?;
            if let Some(key) = key {
                kit.add(&format!("{name}/.chef/private.pem"), &key.private)?;
            }
            "CHEF_STARTER_KIT"
        }
        EngineFamily::Puppet => {
            let readme = format!(
                "# {name}\n\nA Puppet Enterprise server at https://{endpoint}.\n\n\
                 Sign in as `admin`, or `puppet access login --config-file pe-access.conf`.\n"
            );
            let access = format!("{{\"service-url\":\"https://{endpoint}:4433/rbac-api\"}}\n");
            kit.add(&format!("{name}/README.md"), &readme)?;
            kit.add(&format!("{name}/pe-access.conf"), &access)?;
            "PUPPET_STARTER_KIT"
        }
    };
    let bytes = kit.0.finish()?.into_inner();
    attribute(attribute_name, &STANDARD.encode(bytes))
}

struct Kit(ZipWriter<Cursor<Vec<u8>>>);

impl Kit {
    fn add(&mut self, path: &str, text: &str) -> Result<(), SecretError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.0.start_file(path, options)?;
        self.0.write_all(text.as_bytes())?;
        Ok(())
    }
}
