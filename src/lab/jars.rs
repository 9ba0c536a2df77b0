//! Where Kafka's jars come from: `KAFKA_HOME`, a cache, or Maven once.

use super::LabError;
use crate::model::KafkaVersion;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The release that the lab runs when nothing else is asked for: the one that klever simulates.
pub const JARS_VERSION: KafkaVersion = KafkaVersion::REFERENCE;

const POM: &str = include_str!("../../assets/kafka/pom.xml");

/// What is fetched of a release.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Jars {
    /// Brokers, and clients with them.
    Brokers,
    Clients,
}

impl Jars {
    fn artifact(self) -> &'static str {
        if self == Jars::Brokers { "kafka_2.13" } else { "kafka-clients" }
    }

    fn folder(self, version: KafkaVersion) -> String {
        format!("{}-{version}", if self == Jars::Brokers { "libs" } else { "clients" })
    }
}

/// The folder with the jars of a release, fetched with Maven if need be. Two processes that need the same
/// release at once wait for each other.
///
/// # Errors
/// When Java or Maven is missing, naming what to install, or when Maven cannot fetch.
pub fn find_jars(version: KafkaVersion) -> Result<PathBuf, LabError> {
    need("java", "-version", "a Java 17 runtime, for example the package openjdk-17-jre-headless")?;
    if let Some(libs) = from_kafka_home(version)? {
        return Ok(libs);
    }
    cached(Jars::Brokers, version)
}

/// The same for a release's clients alone, which are a small part of it.
///
/// # Errors
/// As [`find_jars`].
pub fn find_client_jars(version: KafkaVersion) -> Result<PathBuf, LabError> {
    need("java", "-version", "a Java 17 runtime, for example the package openjdk-17-jre-headless")?;
    if let Some(libs) = from_kafka_home(version)? {
        return Ok(libs);
    }
    let brokers = cache_folder()?.join(Jars::Brokers.folder(version));
    if brokers.is_dir() { Ok(brokers) } else { cached(Jars::Clients, version) }
}

fn cached(jars: Jars, version: KafkaVersion) -> Result<PathBuf, LabError> {
    let cache = cache_folder()?;
    let libs = cache.join(jars.folder(version));
    if libs.is_dir() {
        return Ok(libs);
    }
    let lock = File::create(cache.join(format!("{}.lock", jars.folder(version))));
    let lock = lock.map_err(|error| LabError::io("create a lock file", &error))?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive)
        .map_err(|error| LabError::io("wait for another fetch", &error.into()))?;
    if !libs.is_dir() {
        fetch(jars, version, &cache, &libs)?;
    }
    Ok(libs)
}

/// `KAFKA_HOME/libs`, if that is the release asked for.
fn from_kafka_home(version: KafkaVersion) -> Result<Option<PathBuf>, LabError> {
    let Some(home) = std::env::var_os("KAFKA_HOME") else { return Ok(None) };
    let libs = Path::new(&home).join("libs");
    if !libs.is_dir() {
        return Err(LabError::new(format!("KAFKA_HOME has no folder libs: {}", libs.display()))
            .with_hint("point it at an unpacked Kafka, or unset it to fetch the jars with Maven"));
    }
    let wanted = libs.join(format!("kafka_2.13-{version}.jar"));
    Ok(wanted.is_file().then_some(libs))
}

/// `.kafka` of the project when run from its source tree, else the user's cache folder.
fn cache_folder() -> Result<PathBuf, LabError> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = if project.join("assets/kafka/pom.xml").is_file() {
        project.join(".kafka")
    } else {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
        let base =
            cache.or_else(home).ok_or_else(|| LabError::new("neither XDG_CACHE_HOME nor HOME is set"))?;
        base.join("klever")
    };
    fs::create_dir_all(&folder).map_err(|error| LabError::io("create the cache folder", &error))?;
    Ok(folder)
}

fn fetch(jars: Jars, version: KafkaVersion, cache: &Path, libs: &Path) -> Result<(), LabError> {
    need("mvn", "-version", "Maven (the package maven), or set KAFKA_HOME to an unpacked Kafka")?;
    let work = cache.join(format!("fetch-{}", jars.folder(version)));
    let part = work.join("libs");
    let started = || {
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&work)?;
        fs::write(work.join("pom.xml"), POM)
    };
    started().map_err(|error| LabError::io("write the pom", &error))?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime"])
        .arg(format!("-Dkafka.version={version}"))
        .arg(format!("-Dkafka.artifact={}", jars.artifact()))
        .arg(format!("-DoutputDirectory={}", part.display()))
        .current_dir(&work)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| LabError::io("run mvn", &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        let why = said.lines().find(|line| line.contains("ERROR")).unwrap_or("no reason given").to_string();
        return Err(LabError::new(format!("Maven could not fetch Kafka {version}: {why}")));
    }
    fs::rename(&part, libs).map_err(|error| LabError::io("keep the jars", &error))?;
    let _ = fs::remove_dir_all(&work);
    Ok(())
}

fn need(program: &str, probe: &str, install: &str) -> Result<(), LabError> {
    let mut command = Command::new(program);
    command.arg(probe).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => {
            Err(LabError::new(format!("`{program} {probe}` fails")).with_hint(format!("install {install}")))
        }
        Err(_) => {
            Err(LabError::new(format!("{program} is not installed")).with_hint(format!("install {install}")))
        }
    }
}
