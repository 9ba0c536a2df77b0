//! What the command line takes.

use crate::theme::{ColorChoice, GlyphChoice};
use clap::builder::PossibleValuesParser;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Explore Apache Kafka's trade-offs: what a setting means for durability, availability and latency.
#[derive(Parser, Debug)]
#[command(name = "klever", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 fine, 1 findings or a verdict `unsafe`, 2 usage or bad input, 3 could not look."
)]
pub struct Args {
    /// What to do; without it the screen opens on the embedded cluster.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How the embedded cluster starts.
    #[command(flatten)]
    pub embedded: EmbeddedArgs,
}

/// klever on its embedded cluster.
#[derive(ClapArgs, Debug, Default)]
pub struct EmbeddedArgs {
    /// Run this scenario file instead of the reference cluster
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Seed of every random choice
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The screen.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// How the screen looks and listens.
#[derive(ClapArgs, Debug, Default)]
pub struct ScreenArgs {
    /// Colours: auto, true, 256, 16 or none
    #[arg(long, value_name = "DEPTH", default_value = "auto", help_heading = "Screen")]
    pub color: ColorChoice,
    /// A theme (dark, light, projector, mono) or a .toml file
    #[arg(long, value_name = "NAME|FILE", help_heading = "Screen")]
    pub theme: Option<String>,
    /// Marks: auto, unicode or ascii
    #[arg(long, value_name = "SET", default_value = "auto", help_heading = "Screen")]
    pub glyphs: GlyphChoice,
    /// A keymap file that changes single keys
    #[arg(long, value_name = "FILE", help_heading = "Screen")]
    pub keys: Option<PathBuf>,
    /// Use the mouse, also over SSH
    #[arg(long, help_heading = "Screen", conflicts_with = "no_mouse")]
    pub mouse: bool,
    /// Leave the mouse to the terminal
    #[arg(long, help_heading = "Screen")]
    pub no_mouse: bool,
    /// Where messages of libraries go while the screen is up
    #[arg(long, value_name = "FILE", help_heading = "Screen")]
    pub log: Option<PathBuf>,
}

/// `klever open`
#[derive(ClapArgs, Debug)]
pub struct OpenArgs {
    /// What `klever snapshot` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Its clients.
    #[command(flatten)]
    pub clients: ClientArgs,
    /// The screen.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// `klever live`
#[cfg(feature = "live")]
#[derive(ClapArgs, Debug)]
pub struct LiveArgs {
    /// The cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// Its clients.
    #[command(flatten)]
    pub clients: ClientArgs,
    /// The screen.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// What klever can do; without a command it opens the screen.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Open the screen on a real cluster, read-only
    #[cfg(feature = "live")]
    Live(LiveArgs),
    /// Open the screen on a cluster that was written to a file
    Open(OpenArgs),
    /// Look for anti-patterns in a cluster and in client files
    Check(CheckArgs),
    /// Say what a setting means: failures survived, availability, latency
    Assess(AssessArgs),
    /// Say which brokers may be restarted, and in which order
    Roll(RollArgs),
    /// Run a scenario to its end in virtual time
    Simulate(SimulateArgs),
    /// Explain a rule, a knob or any configuration key of Kafka
    Explain(ExplainArgs),
    /// Read a cluster once and write it to a file
    #[cfg(feature = "live")]
    Snapshot(SnapshotArgs),
    /// Print the least ACLs that reading a cluster needs
    #[cfg(feature = "live")]
    Acl(AclArgs),
    /// Start real local brokers, and run scenarios on them
    #[cfg(feature = "lab")]
    Lab(crate::cli::lab::LabArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
    /// Say what klever sees of its surroundings
    Doctor,
}

/// How to reach a cluster.
#[derive(ClapArgs, Debug, Default)]
pub struct ConnectArgs {
    /// Brokers to start from
    #[cfg(feature = "live")]
    #[arg(short = 'b', long = "bootstrap-server", value_name = "HOST:PORT", help_heading = "Cluster")]
    pub bootstrap: Option<String>,
    /// Client properties, secrets included, from a file
    #[cfg(feature = "live")]
    #[arg(short = 'F', long = "command-config", value_name = "FILE", help_heading = "Cluster")]
    pub properties: Option<PathBuf>,
    /// One more client property; secrets are refused here
    #[cfg(feature = "live")]
    #[arg(short = 'X', value_name = "KEY=VALUE", help_heading = "Cluster")]
    pub overrides: Vec<String>,
}

/// Where a cluster comes from.
#[derive(ClapArgs, Debug, Default)]
pub struct SourceArgs {
    /// A real cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// A cluster that was written to a file
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    #[cfg_attr(feature = "live", arg(conflicts_with_all = ["bootstrap", "properties", "overrides"]))]
    pub snapshot: Option<PathBuf>,
    /// Refuse to look at any other cluster than this
    #[arg(long, value_name = "ID", help_heading = "Cluster")]
    pub expect_cluster_id: Option<String>,
}

/// Files of clients.
#[derive(ClapArgs, Debug, Default)]
pub struct ClientArgs {
    /// A producer's .properties file
    #[arg(long, value_name = "FILE", help_heading = "Clients")]
    pub producer: Vec<PathBuf>,
    /// A consumer's .properties file
    #[arg(long, value_name = "FILE", help_heading = "Clients")]
    pub consumer: Vec<PathBuf>,
}

/// `klever check`
#[derive(ClapArgs, Debug)]
pub struct CheckArgs {
    /// The cluster.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Its clients.
    #[command(flatten)]
    pub clients: ClientArgs,
    /// How to write the findings
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text)]
    pub format: FindingsFormat,
    /// Exit with 1 when there is a finding as bad as this or worse
    #[arg(long, value_enum, default_value_t = FailOn::High, value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// Exit with 3 when evidence was asked for and not obtained
    #[arg(long)]
    pub strict: bool,
}

/// `klever assess`
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Without a cluster the reference cluster is judged: 3 brokers in 3 racks, topic `orders` \
                        of 12 partitions with 3 replicas, everything else as the version has it."
)]
pub struct AssessArgs {
    /// The cluster.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Its clients.
    #[command(flatten)]
    pub clients: ClientArgs,
    /// Judge this topic only
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// Judge the cluster as if a setting had another value; nothing is sent
    #[arg(long, value_name = "[SCOPE[/NAME]:]KEY=VALUE")]
    pub set: Vec<String>,
    /// Judge the cluster as if a broker or a rack had crashed
    #[arg(long, value_name = "broker=N|rack=R")]
    pub lose: Vec<String>,
    /// Say whether this broker may be restarted now; several: all at once
    #[arg(long, value_name = "broker=N")]
    pub restart: Vec<String>,
    /// Compare with a preset: throughput, latency, durability, availability or sane
    #[arg(long, value_name = "PRESET", value_delimiter = ',', value_parser = presets(), hide_possible_values = true)]
    pub compare: Vec<String>,
    /// Say what it takes: `survive rack, ack_p99_ms < 20`; exit code 1 when it is not met as things are
    #[arg(long, value_name = "GOALS")]
    pub goal: Option<String>,
    /// List the single changes that improve this most: durability, latency, throughput, availability, cost
    /// or a figure such as `writes.crash`
    #[arg(long, value_name = "OBJECTIVE|FIGURE")]
    pub advise: Option<String>,
    /// Sweep the knobs and list what nothing beats in two of durability, latency, throughput, availability,
    /// end-to-end, cost and fail-over
    #[arg(long, value_name = "OBJECTIVE,OBJECTIVE", num_args = 0..=1, default_missing_value = "durability,latency")]
    pub frontier: Option<String>,
    /// Write the setting for another tool and judge nothing
    #[arg(long, value_enum, value_name = "TOOL", conflicts_with_all = ["format", "lose", "restart", "compare", "goal", "advise", "frontier"])]
    pub export: Option<Tool>,
    /// How to write the assessment
    #[arg(long, value_enum, default_value_t = AssessFormat::Text)]
    pub format: AssessFormat,
}

/// The presets by name.
fn presets() -> PossibleValuesParser {
    PossibleValuesParser::new(crate::consequences::PRESETS.iter().map(|preset| preset.id))
}

/// `klever roll`
#[derive(ClapArgs, Debug)]
pub struct RollArgs {
    /// The cluster.
    #[command(flatten)]
    pub source: SourceArgs,
    /// How to write the plan
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `klever simulate`
#[derive(ClapArgs, Debug)]
pub struct SimulateArgs {
    /// A scenario file, or the id of one that comes with klever; without it these are listed
    #[arg(value_name = "SCENARIO")]
    pub scenario: Option<String>,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N", requires = "scenario")]
    pub seed: Option<u64>,
    /// Run it with another value of a setting
    #[arg(long, value_name = "[SCOPE[/NAME]:]KEY=VALUE", requires = "scenario")]
    pub set: Vec<String>,
    /// Tell what happened, event by event
    #[arg(long, requires = "scenario")]
    pub trace: bool,
    /// Tell the life of a record: its partition and number, and which start of a producer if not the first
    #[arg(long, value_name = "PARTITION/NUMBER[/PRODUCER]", requires = "scenario")]
    pub record: Vec<String>,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `klever explain`
#[derive(ClapArgs, Debug)]
#[group(required = true, multiple = false)]
pub struct ExplainArgs {
    /// A rule (min-isr-one), a setting (acks, topic:min.insync.replicas) or a figure
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// List every rule
    #[arg(long)]
    pub rules: bool,
    /// List every knob
    #[arg(long)]
    pub knobs: bool,
}

/// `klever snapshot`
#[cfg(feature = "live")]
#[derive(ClapArgs, Debug)]
pub struct SnapshotArgs {
    /// The cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// Refuse to look at any other cluster than this
    #[arg(long, value_name = "ID", help_heading = "Cluster")]
    pub expect_cluster_id: Option<String>,
    /// Where to write; standard output when left out
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `klever acl`
#[cfg(feature = "live")]
#[derive(ClapArgs, Debug)]
pub struct AclArgs {
    /// Whom to allow
    #[arg(long, value_name = "PRINCIPAL", default_value = "User:klever")]
    pub principal: String,
}

/// `klever completions`
#[derive(ClapArgs, Debug)]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// How to write an assessment.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssessFormat {
    /// For people
    Text,
    /// klever.assessment/1
    Json,
    /// Tables for a comment
    Markdown,
}

/// How to write a plan or a run.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Whose words a setting is exported in.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// Java properties
    Properties,
    /// Kafka's own scripts
    KafkaCli,
    /// The kafka_topic resource of Terraform
    Terraform,
    /// Strimzi's KafkaTopic
    Strimzi,
    /// application.yaml of Spring Boot
    Spring,
}

impl From<Tool> for crate::report::export::ExportFormat {
    fn from(tool: Tool) -> Self {
        match tool {
            Tool::Properties => Self::Properties,
            Tool::KafkaCli => Self::KafkaCli,
            Tool::Terraform => Self::Terraform,
            Tool::Strimzi => Self::Strimzi,
            Tool::Spring => Self::Spring,
        }
    }
}

/// How to write findings.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FindingsFormat {
    /// For people
    Text,
    /// klever.findings/1
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// JUnit XML
    Junit,
    /// A table for a comment
    Markdown,
}

/// From which severity on a check fails.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailOn {
    /// Data loss, an outage or an open door now
    Critical,
    /// The next ordinary failure brings one
    High,
    /// A weakness that needs a second cause
    Medium,
    /// Worth an hour some day
    Low,
    /// Never
    Never,
}
