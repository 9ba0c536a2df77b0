//! A lab cluster that runs until it is dropped, and takes acts meanwhile: what `klever lab up` shows.

use super::scenario_cluster::ScenarioCluster;
use super::settings::ClientImplementation;
use super::{Lab, LabError};
use crate::scenario::{Act, Scenario};

/// A cluster with one topic and no clients, to do things to.
pub struct RunningCluster {
    cluster: ScenarioCluster,
}

impl RunningCluster {
    /// Gives a cluster its topic: `orders`, of 12 partitions with up to three replicas.
    ///
    /// # Errors
    /// When the topic cannot be created.
    pub fn on(lab: Lab) -> Result<RunningCluster, LabError> {
        let scenario = scenario_of(&lab)?;
        Ok(RunningCluster { cluster: ScenarioCluster::on(lab, &scenario, &ClientImplementation::Java)? })
    }

    /// Where its brokers are reached.
    pub fn bootstrap(&self) -> String {
        self.cluster.lab.bootstrap()
    }

    /// Checks its processes; a broker that was to be restarted starts when it has stopped.
    ///
    /// # Errors
    /// When a process cannot be started.
    pub fn look(&mut self) -> Result<(), LabError> {
        self.cluster.look()
    }

    /// Does something to it.
    ///
    /// # Errors
    /// When that cannot be done to real brokers, or not now.
    pub fn act(&mut self, act: &Act) -> Result<(), LabError> {
        self.cluster.act(act)
    }
}

/// The scenario in which nothing happens on this cluster.
fn scenario_of(lab: &Lab) -> Result<Scenario, LabError> {
    let spec = lab.spec();
    let racks: Vec<String> = spec.racks.iter().map(|rack| format!("{rack:?}")).collect();
    let text = format!(
        "id = \"lab\"\ntitle = \"A local cluster\"\nduration = \"1s\"\n\
         [cluster]\nbrokers = {}\nracks = [{}]\n\
         [[topic]]\nname = \"orders\"\npartitions = 12\nreplication_factor = {}\n",
        spec.brokers,
        racks.join(", "),
        spec.brokers.min(3)
    );
    Scenario::parse("lab", &text).map_err(|error| LabError::new(error.to_string()))
}
