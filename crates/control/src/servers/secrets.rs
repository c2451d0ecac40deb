//! Texts that are made for engines: passwords, and the script of a new node.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tagout_lifecycle::{
    EngineAttribute, EngineAttributeName, EngineAttributeValue, EngineFamily, NewServer, Region,
    Server,
};

/// The length of a password that is made; the engines take 8 to 32 characters.
const PASSWORD_CHARS: usize = 24;

/// What a password is made of; one character of each is in it, as Chef Automate wants.
const CLASSES: [&[u8]; 4] = [
    b"abcdefghijkmnopqrstuvwxyz", // without those that are taken for others
    b"ABCDEFGHJKLMNPQRSTUVWXYZ",
    b"23456789",
    b"!@#%^&+=_",
];

/// Makes the administrator's password of a new server, if the owner left it out; gives back what was made.
///
/// Keys and starter kits are made by whoever answers the owner.
pub(super) fn complete(new: &mut NewServer, draw: &mut dyn FnMut() -> u64) -> Vec<EngineAttribute> {
    let name = new
        .attributes_to_generate()
        .find(|name| name.ends_with("_ADMIN_PASSWORD"));
    let Some(name) = name else {
        return Vec::new();
    };
    let made = vec![attribute(name, &password(draw))];
    new.attributes.extend(made.clone());
    made
}

fn password(draw: &mut dyn FnMut() -> u64) -> String {
    let mut below = |bound: usize| ((u128::from(draw()) * bound as u128) >> 64) as usize;
    let mut chars: Vec<u8> = (0..PASSWORD_CHARS)
        .map(|at| {
            let class = if at < CLASSES.len() {
                at
            } else {
                below(CLASSES.len())
            };
            CLASSES[class][below(CLASSES[class].len())]
        })
        .collect();
    for last in (1..chars.len()).rev() {
        chars.swap(last, below(last + 1));
    }
    chars.into_iter().map(char::from).collect()
}

/// The attribute `Userdata`: a script in base64 that makes the machine on which it runs a node of `server`.
///
/// It names the node by the id of its instance and asks for the association with the AWS command line, whose endpoint
/// can be set by `AWS_ENDPOINT_URL`. What `inputs` say of a Chef node is handed to the Chef client.
pub(super) fn userdata(
    server: &Server,
    region: &Region,
    inputs: &[EngineAttribute],
) -> EngineAttribute {
    let input = |name: &str| {
        let found = inputs.iter().find(|input| input.name.as_str() == name);
        found.map_or("", |input| input.value.expose())
    };
    let mut script = format!(
        "#!/bin/sh\n\
         # Makes this machine a node of {name}.\n\
         set -eu\n\
         SERVER={name}\n\
         ENDPOINT={endpoint}\n\
         REGION={region}\n\
         NODE=$(curl -fsS http://169.254.169.254/latest/meta-data/instance-id)\n",
        name = server.name(),
        endpoint = server.endpoint(),
    );
    match server.blueprint().release.engine.family() {
        EngineFamily::Chef => {
            let organization = match input("OrganizationName") {
                "" => "default",
                name => name,
            };
            for (variable, value) in [
                ("RUN_LIST", input("RunList")),
                ("ORGANIZATION", organization),
                ("NODE_ENVIRONMENT", input("NodeEnvironment")),
                ("CLIENT_VERSION", input("NodeClientVersion")),
            ] {
                script.extend([variable, "=", &quoted(value), "\n"]);
            }
            script.push_str(CHEF_STEPS);
        }
        EngineFamily::Puppet => script.push_str(PUPPET_STEPS),
    }
    attribute("Userdata", &STANDARD.encode(script))
}

/// From here on the same for every Chef server.
const CHEF_STEPS: &str = r#"mkdir -p /etc/chef
openssl genrsa -out /etc/chef/client.pem 2048
chmod 600 /etc/chef/client.pem
KEY=$(openssl rsa -in /etc/chef/client.pem -pubout)
TOKEN=$(aws opsworks-cm associate-node --region "$REGION" --server-name "$SERVER" --node-name "$NODE" \
  --engine-attributes "Name=CHEF_AUTOMATE_ORGANIZATION,Value=$ORGANIZATION" \
  "Name=CHEF_AUTOMATE_NODE_PUBLIC_KEY,Value='$KEY'" --query NodeAssociationStatusToken --output text)
aws opsworks-cm wait node-associated --region "$REGION" --server-name "$SERVER" \
  --node-association-status-token "$TOKEN"
curl -fsSL https://omnitruck.chef.io/install.sh | sh -s -- ${CLIENT_VERSION:+-v "$CLIENT_VERSION"}
cat > /etc/chef/client.rb <<END
chef_server_url 'https://$ENDPOINT/organizations/$ORGANIZATION'
node_name '$NODE'
END
chef-client ${RUN_LIST:+-r "$RUN_LIST"} ${NODE_ENVIRONMENT:+-E "$NODE_ENVIRONMENT"}
"#;

/// From here on the same for every Puppet server.
const PUPPET_STEPS: &str = r#"curl -fsSk "https://$ENDPOINT:8140/packages/current/install.bash" | bash -s -- agent:certname="$NODE"
puppet ssl submit_request --certname "$NODE"
CSR=$(cat "$(puppet config print requestdir)/$NODE.pem")
TOKEN=$(aws opsworks-cm associate-node --region "$REGION" --server-name "$SERVER" --node-name "$NODE" \
  --engine-attributes "Name=PUPPET_NODE_CSR,Value='$CSR'" --query NodeAssociationStatusToken --output text)
aws opsworks-cm wait node-associated --region "$REGION" --server-name "$SERVER" \
  --node-association-status-token "$TOKEN"
aws opsworks-cm describe-node-association-status --region "$REGION" --server-name "$SERVER" \
  --node-association-status-token "$TOKEN" --query 'EngineAttributes[0].Value' --output text \
  > "$(puppet config print certdir)/$NODE.pem"
puppet agent --test
"#;

/// A word of the shell that means `text`, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn attribute(name: &str, value: &str) -> EngineAttribute {
    EngineAttribute {
        name: EngineAttributeName::try_from(name).expect("the name is short"),
        value: EngineAttributeValue::try_from(value).expect("the value is short"),
    }
}
