//! Groups of options that several commands share.

use crate::config::kinds_read;
use crate::config::settings::{self, Setting};
use crate::model::KafkaVersion;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How the screen looks and listens: what the command line says of [`crate::config::settings`].
#[derive(Args, Debug, Default)]
pub struct ScreenArgs {
    /// Colours: auto, true, 256, 16 or none
    #[arg(long, value_name = "DEPTH", help_heading = "Screen")]
    pub color: Option<String>,
    /// A theme (dark, light, projector, deuteranopia, tritanopia, ansi16, mono), auto, or a .toml file
    #[arg(long, value_name = "NAME|FILE", help_heading = "Screen")]
    pub theme: Option<String>,
    /// Show it to a room: keys are echoed, time is told, nothing is dim; the theme is projector unless told
    #[arg(long, help_heading = "Screen")]
    pub presenter: bool,
    /// Symbols: auto, unicode or ascii
    #[arg(long, value_name = "SET", help_heading = "Screen")]
    pub glyphs: Option<String>,
    /// A keymap file that changes single keys
    #[arg(long, value_name = "FILE", help_heading = "Screen")]
    pub keys: Option<String>,
    /// Use the mouse, also over SSH
    #[arg(long, help_heading = "Screen", conflicts_with = "no_mouse")]
    pub mouse: bool,
    /// Leave the mouse to the terminal
    #[arg(long, help_heading = "Screen")]
    pub no_mouse: bool,
    /// Draw less often, for slow lines
    #[arg(long, help_heading = "Screen")]
    pub low_bandwidth: bool,
    /// Lines of text instead of a screen, and commands as lines: for screen readers and pipes
    #[arg(long, help_heading = "Screen")]
    pub plain: bool,
    /// Write what libraries print to standard error into this file while the screen is up
    #[arg(long, value_name = "FILE", help_heading = "Screen")]
    pub log: Option<String>,
}

impl ScreenArgs {
    /// What the command line says, setting by setting.
    pub(super) fn flags(&self) -> Vec<(&'static Setting, String)> {
        let switch = |is_given: bool, word: &str| is_given.then(|| word.to_string());
        let flags = [
            (&settings::COLOR, self.color.clone()),
            (&settings::THEME, self.theme.clone()),
            (&settings::GLYPHS, self.glyphs.clone()),
            (&settings::KEYS, self.keys.clone()),
            (&settings::MOUSE, switch(self.mouse, "on").or_else(|| switch(self.no_mouse, "off"))),
            (&settings::LOW_BANDWIDTH, switch(self.low_bandwidth, "on")),
            (&settings::PLAIN, switch(self.plain, "on")),
            (&settings::LOG, self.log.clone()),
        ];
        flags.into_iter().filter_map(|(setting, value)| Some((setting, value?))).collect()
    }
}

/// How to reach a cluster.
#[derive(Args, Debug, Default)]
pub struct ConnectArgs {
    /// Brokers to connect to first, or the name of a cluster in your settings
    #[cfg(feature = "live")]
    #[arg(short = 'b', long = "bootstrap-server", value_name = "HOST:PORT|NAME", help_heading = "Cluster")]
    pub bootstrap: Option<String>,
    /// A cluster of your settings: [clusters.NAME]
    #[cfg(feature = "live")]
    #[arg(long, value_name = "NAME", help_heading = "Cluster", conflicts_with = "bootstrap")]
    pub cluster: Option<String>,
    /// Read client properties, secrets included, from this file
    #[cfg(feature = "live")]
    #[arg(short = 'F', long = "command-config", value_name = "FILE", help_heading = "Cluster")]
    pub properties: Option<PathBuf>,
    /// Set one more client property; secrets are refused here
    #[cfg(feature = "live")]
    #[arg(short = 'X', value_name = "KEY=VALUE", help_heading = "Cluster")]
    pub overrides: Vec<String>,
    /// Reach a broker that advertises the first address at the second one: for tunnels
    #[cfg(feature = "live")]
    #[arg(long, value_name = "HOST:PORT=HOST:PORT", help_heading = "Cluster")]
    pub map: Vec<String>,
    /// What to connect with: wire, klever's own connections, or librdkafka; wire wherever it gets in
    #[cfg(feature = "live")]
    #[arg(long, value_enum, value_name = "NAME", help_heading = "Cluster")]
    pub transport: Option<TransportChoice>,
}

/// What a connection is made with.
#[cfg(feature = "live")]
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransportChoice {
    /// klever's own connections
    Wire,
    /// The C library
    Librdkafka,
}

/// Where a cluster comes from.
#[derive(Args, Debug, Default)]
pub struct SourceArgs {
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// Read the cluster from a file that `klever snapshot` wrote
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    #[cfg_attr(feature = "live", arg(conflicts_with_all = ["bootstrap", "cluster", "properties", "overrides", "map", "transport"]))]
    pub snapshot: Option<PathBuf>,
    /// Refuse any cluster but the one with this id
    #[arg(long, value_name = "ID", help_heading = "Cluster")]
    pub expect_cluster_id: Option<String>,
}

/// Configuration files of clients.
#[derive(Args, Debug, Default)]
pub struct ClientArgs {
    /// A producer's .properties file
    #[arg(long, value_name = "FILE", help_heading = "Clients")]
    pub producer: Vec<PathBuf>,
    /// A consumer's .properties file
    #[arg(long, value_name = "FILE", help_heading = "Clients")]
    pub consumer: Vec<PathBuf>,
}

impl ClientArgs {
    pub(super) fn is_empty(&self) -> bool {
        self.producer.is_empty() && self.consumer.is_empty()
    }
}

/// Configuration files of any kind.
#[derive(Args, Debug, Default)]
pub struct FileArgs {
    /// Files or folders of configuration; what each is, its content tells
    #[arg(value_name = "FILE", long_help = files_help())]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub clients: ClientArgs,
    /// A broker's or controller's settings, where no cluster is given
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub broker: Vec<PathBuf>,
    /// A Kafka Streams application's settings
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub streams: Vec<PathBuf>,
    /// A Connect worker, a connector or MirrorMaker
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub connect_config: Vec<PathBuf>,
    /// Topics: Strimzi, Terraform, topicctl or kafka-gitops
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub topics: Vec<PathBuf>,
    /// What the brokers of these files run: its defaults fill what they leave out
    #[arg(long, value_name = "VERSION", help_heading = "Files")]
    pub kafka_version: Option<KafkaVersion>,
    /// What the clients of these files run; without it what the cluster runs, or else the newest that klever knows well
    #[arg(long, value_name = "VERSION", help_heading = "Files")]
    pub client_version: Option<KafkaVersion>,
}

impl FileArgs {
    pub(super) fn is_empty(&self) -> bool {
        let lists = [&self.files, &self.broker, &self.streams, &self.connect_config, &self.topics];
        lists.iter().all(|list| list.is_empty()) && self.clients.is_empty()
    }
}

fn files_help() -> String {
    format!(
        "Files or folders of configuration; what each is, its content tells. klever reads {}",
        kinds_read()
    )
}

/// The form of a plan or of a run's result.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}
