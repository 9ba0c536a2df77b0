//! A lab cluster that lives until it is dropped, and takes acts meanwhile: what `klever lab up` shows.

use super::settings::Cast;
use super::stage::Stage;
use super::{Lab, LabError};
use crate::scenario::{Act, Scenario};

/// A cluster with one topic and no clients, to do things to.
pub struct Living {
    stage: Stage,
}

impl Living {
    /// Gives a cluster its topic: `orders`, of 12 partitions with up to three replicas.
    ///
    /// # Errors
    /// When the cluster does not do what it is told.
    pub fn on(lab: Lab) -> Result<Living, LabError> {
        let scenario = scenario_of(&lab)?;
        Ok(Living { stage: Stage::on(lab, &scenario, &Cast::Java)? })
    }

    /// Where its brokers are reached.
    pub fn bootstrap(&self) -> String {
        self.stage.lab.bootstrap()
    }

    /// Takes what became of its processes; a broker that was to be restarted starts when it has stopped.
    ///
    /// # Errors
    /// When a process cannot be started.
    pub fn look(&mut self) -> Result<(), LabError> {
        self.stage.look()
    }

    /// Does something to it.
    ///
    /// # Errors
    /// When that cannot be done to real brokers, or not now.
    pub fn act(&mut self, act: &Act) -> Result<(), LabError> {
        self.stage.act(act)
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
