//! `tagout serve`.

use std::{env, error::Error, io, path::Path, process::ExitCode};

use tagout_server::{
    Parts, Seed, Server,
    config::{Config, Layers, Log, LogFormat, LogLevel},
};
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{
    Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::args::Serve;
use crate::failure::{Failure, chain};
use crate::output;

pub(crate) fn run(args: &Serve) -> Result<ExitCode, Failure> {
    let config = config(args).map_err(Failure::options)?;
    let seed = args.seed.as_deref().map(seed).transpose()?;
    if args.check {
        output::print("the settings are good\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    log(config.log);
    let runtime = Runtime::new().map_err(|source| Failure::Io {
        action: "start",
        what: "the threads of the server".to_owned(),
        source,
    })?;
    runtime.block_on(serve(&config, seed.as_ref()))?;
    Ok(ExitCode::SUCCESS)
}

/// The settings of all sources, each laid over the one before.
fn config(args: &Serve) -> Result<Config, tagout_server::config::ConfigError> {
    let mut layers = Layers::new();
    if let Some(path) = &args.config {
        layers.file(path)?;
    }
    // What is no Unicode is no variable of ours.
    let variables = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    layers.environment(variables)?;
    let options = [
        ("listen", &args.listen),
        ("store", &args.store),
        ("driver", &args.driver),
        ("speed", &args.speed),
    ];
    for (key, value) in options {
        if let Some(value) = value {
            layers.option(&format!("{key}={value}"))?;
        }
    }
    for assignment in &args.set {
        layers.option(assignment)?;
    }
    Config::read(&layers)
}

/// The inventory in this file.
fn seed(path: &Path) -> Result<Seed, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::Io {
        action: "read",
        what: path.display().to_string(),
        source,
    })?;
    Seed::read(&text).map_err(|error| Failure::File(format!("{}: {error}", path.display())))
}

async fn serve(config: &Config, seed: Option<&Seed>) -> Result<(), Failure> {
    let cannot_start = |error: &dyn Error| Failure::File(chain(error));
    let stop = stop().map_err(|source| Failure::Io {
        action: "listen to",
        what: "signals".to_owned(),
        source,
    })?;
    let parts = Parts::chosen(config)
        .await
        .map_err(|error| cannot_start(&error))?;
    let server = Server::bind(config, parts)
        .await
        .map_err(|error| cannot_start(&error))?;
    if let Some(seed) = seed {
        let loaded = seed.load(server.app()).await;
        loaded.map_err(|error| cannot_start(&error))?;
    }
    output::print(&greeting(config, &server))?;
    server.run(stop).await;
    Ok(())
}

/// How to point a client at the server.
fn greeting(config: &Config, server: &Server) -> String {
    let url = format!(
        "{}://{}",
        if config.tls.is_some() {
            "https"
        } else {
            "http"
        },
        server.address()
    );
    let keys = if config.credentials.is_empty() {
        "any access key is taken"
    } else {
        "with one of the configured access keys"
    };
    format!(
        "tagout listens: aws --endpoint-url {url} --region {} ssm describe-maintenance-windows ({keys})\n",
        config.region
    )
}

/// Ready when the process is asked to end.
fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        std::future::poll_fn(|context| {
            if terminated.poll_recv(context).is_ready() || interrupted.poll_recv(context).is_ready()
            {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    })
}

/// Writes the log to standard error.
fn log(log: Log) {
    use tracing_subscriber::filter::LevelFilter;
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let requests = if log.requests {
        level
    } else {
        LevelFilter::OFF
    };
    let told = Targets::new()
        .with_target("tagout", level)
        .with_target("tagout_control", level)
        .with_target("tagout_server", level)
        .with_target("tagout_store", level)
        .with_target("tagout::access", requests)
        .with_default(level.min(LevelFilter::WARN));
    let lines = fmt::layer().with_writer(io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines
            .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
            .boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(told))
        .init();
}
