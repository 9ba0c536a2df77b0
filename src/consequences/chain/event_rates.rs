//! How often what fails, and how long it stays down.

use crate::model::Environment;

/// Events a year and minutes until repair.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::consequences) struct EventRates {
    /// Unplanned outages of a broker.
    pub outages: f64,
    pub outage_minutes: f64,
    /// Planned restarts of a broker.
    pub restarts: f64,
    pub restart_minutes: f64,
    /// Disks lost for good, per replica.
    pub disk_losses: f64,
    pub rebuild_minutes: f64,
    /// Share of outages that lose the page cache.
    pub page_cache_loss: f64,
    pub rack_outages: f64,
    pub rack_minutes: f64,
    /// Share of rack and site outages that are power failures.
    pub power: f64,
    pub site_outages: f64,
    /// From the return to being in sync, minutes.
    pub catch_up_minutes: f64,
    /// Followers that leave the ISR although nothing failed, per broker.
    pub isr_leaves: f64,
}

impl From<&Environment> for EventRates {
    fn from(env: &Environment) -> Self {
        EventRates {
            outages: env.outages_per_year,
            outage_minutes: env.outage_minutes,
            restarts: env.restarts_per_year,
            restart_minutes: env.restart_minutes,
            disk_losses: env.disk_losses_per_year,
            rebuild_minutes: env.rebuild_hours * 60.0,
            page_cache_loss: env.page_cache_loss_share,
            rack_outages: env.rack_outages_per_year,
            rack_minutes: env.rack_outage_minutes,
            power: env.power_share,
            site_outages: env.site_outages_per_year,
            catch_up_minutes: env.catch_up_minutes,
            isr_leaves: env.isr_leaves_per_year,
        }
    }
}

impl EventRates {
    /// To tell two of them apart.
    pub(super) fn bits(&self) -> [u64; 13] {
        [
            self.outages,
            self.outage_minutes,
            self.restarts,
            self.restart_minutes,
            self.disk_losses,
            self.rebuild_minutes,
            self.page_cache_loss,
            self.rack_outages,
            self.rack_minutes,
            self.power,
            self.site_outages,
            self.catch_up_minutes,
            self.isr_leaves,
        ]
        .map(f64::to_bits)
    }
}
