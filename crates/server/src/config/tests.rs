use std::path::Path;

use super::{settings::LIMIT_NAMES, *};

fn read(file: &str, environment: &[(&str, &str)], options: &[&str]) -> Result<Config, ConfigError> {
    let mut layers = Layers::new();
    layers.text(Path::new("tagout.toml"), file.to_owned())?;
    layers.environment(
        environment
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned())),
    )?;
    for option in options {
        layers.option(option)?;
    }
    Config::read(&layers)
}

#[track_caller]
fn check_refused(file: &str, environment: &[(&str, &str)], options: &[&str], expected: &str) {
    assert_eq!(
        read(file, environment, options).unwrap_err().to_string(),
        expected
    );
}

#[test]
fn nothing_said_gives_a_server_on_loopback() {
    let config = read("", &[], &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8750");
    assert_eq!(config.store, StoreChoice::Sqlite("tagout.db".into()));
    assert!(matches!(
        config.driver,
        DriverChoice::Simulated { speed: 60, seed: 0 }
    ));
    assert_eq!(
        (config.region.as_str(), config.account.as_str()),
        ("us-east-1", "123456789012")
    );
    assert!(config.credentials.is_empty() && config.tls.is_none() && config.status_page);
    assert_eq!(
        (
            config.limits.maintenance_windows,
            config.limits.manual_backups
        ),
        (50, 50)
    );
}

#[test]
fn options_win_over_the_environment_and_the_environment_over_the_file() {
    let file = "speed = 2\nlisten = \"127.0.0.1:1\"\n[limits]\nrequests = 3\nconnections = 4\n";
    let environment = [
        ("TAGOUT_SPEED", "5"),
        ("TAGOUT_LIMITS_REQUESTS", "6"),
        ("TAGOUT_UNRELATED", "x"),
    ];
    let config = read(
        file,
        &environment,
        &["limits.requests=7", "log.format = json"],
    )
    .unwrap();
    assert!(matches!(
        config.driver,
        DriverChoice::Simulated { speed: 5, .. }
    ));
    assert_eq!(config.listen.port(), 1);
    assert_eq!((config.limits.requests, config.limits.connections), (7, 4));
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn plain_text_is_taken_where_text_is_wanted() {
    let config = read(
        "",
        &[("TAGOUT_ACCOUNT", "000000000001")],
        &["store=memory", "account=210987654321"],
    )
    .unwrap();
    assert_eq!(
        (config.account.as_str(), config.store),
        ("210987654321", StoreChoice::Memory)
    );
}

#[test]
fn every_key_is_taken_and_every_limit_is_a_key() {
    for (key, _) in KEYS {
        let good = [
            "127.0.0.1:1",
            "memory",
            "simulated",
            "9",
            "9",
            "eu-west-1",
            "210987654321",
            "true",
            "altd",
            "DE1",
            "c.pem",
            "k.pem",
            "text",
            "warn",
            "false",
        ];
        let value = KEYS
            .iter()
            .position(|(known, _)| known == key)
            .and_then(|n| good.get(n))
            .unwrap_or(&"2048");
        let mut layers = Layers::new();
        layers.option(&format!("{key}={value}")).unwrap();
        assert_ne!(layers.place_of(key), Place::Nowhere, "{key}");
    }
    for name in LIMIT_NAMES {
        assert!(
            KEYS.iter().any(|(key, _)| *key == format!("limits.{name}")),
            "{name} has no key"
        );
    }
}

#[test]
fn a_fault_in_the_file_names_its_line_and_key() {
    check_refused(
        "listen = 8750",
        &[],
        &[],
        "tagout.toml:1: listen: invalid type: integer `8750`, expected a string",
    );
    check_refused(
        "\nspeed = 0",
        &[],
        &[],
        "tagout.toml:2: speed: got 0, expected 1 to 1000000",
    );
    check_refused(
        "[limits]\n\nrequests = \"many\"",
        &[],
        &[],
        "tagout.toml:3: limits.requests: invalid type: string \"many\", expected u64",
    );
    check_refused(
        "[limits]\nrequests = 0",
        &[],
        &[],
        "tagout.toml:2: limits.requests: got 0, expected 1 to 100000",
    );
    check_refused(
        "speed = 1\n\n[tls]\nkey = \"k.pem\"",
        &[],
        &[],
        "tagout.toml:4: tls.key: needs `tls.certificate` beside it",
    );
    let unknown = read("speed = 1\nsped = 1", &[], &[])
        .unwrap_err()
        .to_string();
    assert!(
        unknown
            .starts_with("tagout.toml:2: sped: unknown field `sped`, expected one of `listen`, "),
        "{unknown}"
    );
    let no_toml = read("speed = 1\nlisten = ", &[], &[])
        .unwrap_err()
        .to_string();
    assert!(no_toml.starts_with("tagout.toml:2: "), "{no_toml}");
    let credential =
        "[[credentials]]\naccess_key_id = \"AKIA1\"\nsecret_access_key = \"s\"\naccount = \"12\"\n";
    check_refused(
        credential,
        &[],
        &[],
        "tagout.toml:4: credentials[0].account: got `12`, expected twelve digits",
    );
    let twice = "[[credentials]]\naccess_key_id = \"A\"\nsecret_access_key = \"s\"\n\n[[credentials]]\naccess_key_id = \"A\"\nsecret_access_key = \"t\"\n";
    check_refused(
        twice,
        &[],
        &[],
        "tagout.toml:6: credentials[1].access_key_id: `A` stands there twice",
    );
}

#[test]
fn a_fault_elsewhere_names_its_variable_or_option() {
    check_refused(
        "",
        &[("TAGOUT_SPEED", "fast")],
        &[],
        "TAGOUT_SPEED: speed: invalid type: string \"fast\", expected u32",
    );
    check_refused(
        "speed = 1",
        &[("TAGOUT_SPEED", "0")],
        &[],
        "TAGOUT_SPEED: speed: got 0, expected 1 to 1000000",
    );
    check_refused(
        "",
        &[],
        &["speed=0"],
        "--set speed: got 0, expected 1 to 1000000",
    );
    check_refused("", &[], &["speed"], "--set speed: expected KEY=VALUE");
    let unknown = read("", &[], &["sped=1"]).unwrap_err().to_string();
    assert!(
        unknown.starts_with("--set sped: no such key, expected one of `listen`, `store`, "),
        "{unknown}"
    );
    check_refused(
        "",
        &[],
        &["listen=localhost"],
        "--set listen: got `localhost`, expected an address and a port, such as `127.0.0.1:8750`",
    );
    check_refused(
        "",
        &[],
        &["store=postgress://u:secret@h/d"],
        "--set store: expected `memory`, `sqlite:PATH` or `postgres://...`",
    );
    check_refused(
        "",
        &[],
        &["driver=shell"],
        "--set driver: got `shell`, expected `simulated` or `command`",
    );
    check_refused(
        "",
        &[],
        &["region=EU West"],
        "--set region: got `EU West`, expected a region, such as `us-east-1`",
    );
}

#[test]
fn without_credentials_only_loopback_is_listened_on() {
    check_refused(
        "listen = \"0.0.0.0:8750\"",
        &[],
        &[],
        "tagout.toml:1: listen: `0.0.0.0:8750` can be reached from other machines, and no `credentials` say who may \
         come in: listen on 127.0.0.1, or name them",
    );
    let named = "listen = \"0.0.0.0:8750\"\n[[credentials]]\naccess_key_id = \"AKIA1\"\nsecret_access_key = \"s3cr3t\"\nallow = \"read_only\"\n";
    let config = read(named, &[], &[]).unwrap();
    assert!(!config.status_page);
    assert_eq!(config.credentials[0].allow, Allow::ReadOnly);
    assert!(!format!("{config:?}").contains("s3cr3t"));
}

#[test]
fn secrets_come_from_one_place() {
    let none = "[[credentials]]\naccess_key_id = \"AKIA1\"\n";
    check_refused(
        none,
        &[],
        &[],
        "tagout.toml:1: credentials[0].secret_access_key: expected one of `secret_access_key`, \
         `secret_access_key_file` and `secret_access_key_variable`",
    );
    let variable = format!("{none}secret_access_key_variable = \"NO_SUCH_VARIABLE\"\n");
    check_refused(
        &variable,
        &[],
        &[],
        "tagout.toml:3: credentials[0].secret_access_key_variable: the environment has no text in `NO_SUCH_VARIABLE`",
    );
}

#[test]
fn a_command_driver_needs_its_programs() {
    check_refused(
        "driver = \"command\"",
        &[],
        &[],
        "tagout.toml:1: driver: `command` needs a program for each kind of work, such as `[command.server]` with \
         `path = \"...\"`",
    );
    let file = "driver = \"command\"\n[command.server]\npath = \"/bin/true\"\narguments = [\"-v\"]\n[command.\"task.LAMBDA\"]\npath = \"x\"\n";
    let DriverChoice::Command(programs) = read(file, &[], &[]).unwrap().driver else {
        panic!()
    };
    assert_eq!(programs.len(), 2);
    assert_eq!(programs[0].0, "server");
    assert_eq!(programs[0].1.arguments, ["-v"]);
}
