//! State elimination without subtraction (Grassmann, Taksar, Heyman 1985; O'Cinneide 1993): mean time to
//! absorption and stationary vector of a Markov chain, to the last digits even when rates span many decades.

/// From here on shares are told as parts of the largest so far.
const HUGE: f64 = 1e200;

/// A chain in continuous time. State 0 is where it starts.
pub(super) struct RateMatrix {
    /// Rate from each state to each other one, row by row.
    rates: Vec<f64>,
    /// Rate from each state out of the chain.
    absorption: Vec<f64>,
}

impl RateMatrix {
    /// A chain of so many states without any transition.
    pub(super) fn new(states: usize) -> Self {
        RateMatrix { rates: vec![0.0; states * states], absorption: vec![0.0; states] }
    }

    pub(super) fn len(&self) -> usize {
        self.absorption.len()
    }

    /// Adds to the rate from one state to another.
    pub(super) fn add(&mut self, from: usize, to: usize, rate: f64) {
        debug_assert!(rate >= 0.0 && from != to, "{from} -> {to}: {rate}");
        let at = from * self.len() + to;
        self.rates[at] += rate;
    }

    /// Adds to the rate out of the chain.
    pub(super) fn add_absorption(&mut self, from: usize, rate: f64) {
        self.absorption[from] += rate;
    }

    /// Mean time from state 0 until absorption; infinite when there is none.
    pub(super) fn mean_time_to_absorption(&self) -> f64 {
        let n = self.len();
        let (mut rates, mut absorption, mut time) =
            (self.rates.clone(), self.absorption.clone(), vec![1.0; n]);
        // States are taken out one by one, the last first; the way through each is added to the ways between the others.
        // Nothing is subtracted, so no digit cancels where a rate is ten decades below another one; a plain LU solution
        // loses all of them there.
        for k in (1..n).rev() {
            let row: Vec<(usize, f64)> = entries(&rates, n, k, k);
            let out = absorption[k] + row.iter().map(|(_, rate)| rate).sum::<f64>();
            for i in 0..k {
                let into = rates[i * n + k];
                if into == 0.0 {
                    continue;
                }
                let share = into / out;
                time[i] += share * time[k];
                absorption[i] += share * absorption[k];
                redirect(&mut rates[i * n..(i + 1) * n], &row, share, i);
            }
        }
        time[0] / absorption[0]
    }

    /// The share of time in each state, when absorption starts the chain anew.
    pub(super) fn stationary(&self) -> Vec<f64> {
        let n = self.len();
        let mut rates = self.rates.clone();
        for i in 1..n {
            rates[i * n] += self.absorption[i];
        }
        let mut out = vec![1.0; n];
        for k in (1..n).rev() {
            let row = entries(&rates, n, k, k);
            out[k] = row.iter().map(|(_, rate)| rate).sum();
            for i in 0..k {
                let into = rates[i * n + k];
                if into != 0.0 {
                    redirect(&mut rates[i * n..(i + 1) * n], &row, into / out[k], i);
                }
            }
        }
        // Put back in the order of their numbers: a state has what flows in from those before it.
        let mut share = vec![0.0; n];
        share[0] = 1.0;
        for k in 1..n {
            share[k] = (0..k).map(|i| share[i] * rates[i * n + k]).sum::<f64>() / out[k];
            // Only ratios count: a long row of states that are hardly ever left would overflow.
            if share[k] > HUGE {
                let scale = share[k];
                share[..=k].iter_mut().for_each(|part| *part /= scale);
            }
        }
        let total: f64 = share.iter().sum();
        let share: Vec<f64> = share.iter().map(|part| part / total).collect();
        debug_assert!(share.iter().all(|part| (0.0..=1.0).contains(part)), "{share:?}");
        share
    }
}

/// The transitions of a row to states below `until`.
fn entries(rates: &[f64], n: usize, row: usize, until: usize) -> Vec<(usize, f64)> {
    let row = &rates[row * n..row * n + until];
    row.iter().copied().enumerate().filter(|(_, rate)| *rate != 0.0).collect()
}

/// What went into the eliminated state goes where that one would have gone.
fn redirect(target: &mut [f64], row: &[(usize, f64)], share: f64, own: usize) {
    for (to, rate) in row {
        if *to != own {
            target[*to] += share * rate;
        }
    }
}
