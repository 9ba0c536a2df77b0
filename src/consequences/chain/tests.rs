//! The chain against a second implementation of it and against closed forms (fidelity.md#calibration).

use super::{Chain, ChainShape, EventRates, Solution, solve};
use crate::model::Environment;

/// What the second implementation solves: brokers of a lost rack are repaired one by one.
fn folded(shape: &ChainShape, events: &EventRates) -> Option<Solution> {
    Some(Chain::of(shape, events, false)?.solve())
}

fn shape(racks: &[u8], floor: u8) -> ChainShape {
    ChainShape { racks: racks.to_vec(), floor, elr: true, unclean: false, fsync: false, guarded: true }
}

/// States, yearly loss probability with and without racks and site, minutes without writes and reads.
fn row(shape: &ChainShape, env: &Environment, digits: [usize; 4]) -> String {
    let events = EventRates::from(env);
    let alone = EventRates { rack_outages: 0.0, site_outages: 0.0, ..events };
    let all = folded(shape, &events).unwrap();
    let yearly = |losses: f64| -libm::expm1(-losses);
    let printed = [
        yearly(all.losses_per_year),
        yearly(folded(shape, &alone).unwrap().losses_per_year),
        all.minutes_below(shape.floor.into()),
        all.minutes_below(1),
    ];
    let cells = printed.iter().zip(digits).map(|(value, digits)| format!("{value:.*e}", digits - 1));
    format!("{} {}", all.states, cells.collect::<Vec<_>>().join(" "))
}

fn bare_metal() -> Environment {
    Environment { catch_up_minutes: 5.0, isr_leaves_per_year: 0.0, ..Environment::bare_metal() }
}

fn nvme() -> Environment {
    Environment { catch_up_minutes: 5.0, isr_leaves_per_year: 0.0, ..Environment::cloud_local_disk() }
}

#[test]
fn bare_metal_vectors() {
    let three = shape(&[1, 1, 1], 2);
    let vectors = [
        (shape(&[1], 1), [3, 3, 3, 3], "2 7.90e-1 7.77e-1 4.06e2 4.06e2"),
        (shape(&[1, 1], 1), [3, 3, 3, 3], "9 3.20e-2 2.40e-3 2.17e0 2.17e0"),
        (shape(&[1, 1], 2), [3, 3, 3, 3], "11 2.96e-2 1.28e-4 8.53e2 1.18e0"),
        (shape(&[1, 1, 1], 1), [3, 3, 3, 3], "23 2.96e-2 1.12e-6 2.10e0 2.10e0"),
        (
            ChainShape { unclean: true, ..shape(&[1, 1, 1], 1) },
            [3, 3, 2, 2],
            "19 7.38e-2 1.61e-6 7.0e-1 7.0e-1",
        ),
        (three.clone(), [3, 3, 3, 3], "34 2.96e-2 3.02e-8 2.48e0 1.05e0"),
        (ChainShape { elr: false, ..three.clone() }, [3, 3, 3, 3], "23 2.96e-2 7.44e-8 3.13e0 2.10e0"),
        (shape(&[1, 1, 1], 3), [3, 3, 3, 3], "34 2.95e-2 2.86e-8 1.28e3 7.02e-1"),
        (shape(&[3], 2), [3, 3, 3, 3], "34 5.77e-2 3.02e-8 4.50e0 2.08e0"),
        (ChainShape { fsync: true, ..three.clone() }, [3, 3, 3, 3], "34 6.46e-8 3.02e-8 3.37e0 1.50e0"),
        (ChainShape { guarded: false, ..three }, [3, 3, 3, 3], "36 2.96e-2 1.49e-7 3.11e0 1.05e0"),
        (shape(&[2, 1, 1], 2), [3, 3, 3, 3], "303 2.96e-2 1.32e-11 1.69e0 1.05e0"),
        (shape(&[2, 2, 1], 3), [3, 3, 3, 2], "957 2.96e-2 4.22e-15 2.02e0 7.0e-1"),
    ];
    for (shape, digits, expected) in vectors {
        assert_eq!(row(&shape, &bare_metal(), digits), expected, "{shape:?}");
    }
}

#[test]
fn cloud_vectors() {
    let three = shape(&[1, 1, 1], 2);
    let vectors = [
        (shape(&[1], 1), [3, 3, 3, 3], "7.72e-1 7.65e-1 2.02e2 2.02e2"),
        (shape(&[1, 1], 1), [3, 3, 3, 3], "1.37e-3 1.04e-3 2.64e-2 2.64e-2"),
        (shape(&[1, 1], 2), [3, 3, 2, 3], "3.28e-4 2.78e-5 3.8e2 3.32e-2"),
        (shape(&[1, 1, 1], 1), [3, 3, 3, 3], "3.00e-4 1.39e-7 1.05e-2 1.05e-2"),
        (ChainShape { unclean: true, ..shape(&[1, 1, 1], 1) }, [3, 3, 2, 2], "7.67e-4 2.51e-7 3.5e-3 3.5e-3"),
        (three.clone(), [3, 3, 3, 3], "3.00e-4 1.06e-9 6.48e-2 5.25e-3"),
        (ChainShape { elr: false, ..three.clone() }, [3, 3, 3, 3], "3.00e-4 4.81e-9 6.78e-2 1.05e-2"),
        (shape(&[1, 1, 1], 3), [3, 3, 2, 3], "3.00e-4 7.85e-10 5.7e2 3.51e-3"),
        (shape(&[3], 2), [3, 3, 3, 3], "2.98e-2 1.06e-9 1.24e0 5.30e-1"),
        (shape(&[2, 1], 2), [3, 3, 3, 2], "3.11e-4 1.06e-9 1.25e0 5.5e-3"),
        (ChainShape { fsync: true, ..three.clone() }, [3, 3, 3, 2], "1.28e-9 1.06e-9 6.98e-2 7.5e-3"),
        (ChainShape { guarded: false, ..three }, [3, 3, 3, 3], "3.00e-4 1.54e-8 2.18e-1 5.33e-3"),
        (shape(&[2, 2, 1], 3), [3, 3, 3, 2], "3.00e-4 4.88e-18 1.34e-2 3.5e-3"),
    ];
    for (shape, digits, expected) in vectors {
        let printed = row(&shape, &nvme(), digits);
        let (_, printed) = printed.split_once(' ').unwrap();
        assert_eq!(printed, expected, "{shape:?}");
    }
}

fn quiet() -> EventRates {
    EventRates {
        outages: 0.0,
        outage_minutes: 30.0,
        restarts: 0.0,
        restart_minutes: 1.0,
        disk_losses: 0.0,
        rebuild_minutes: 1440.0,
        page_cache_loss: 0.0,
        rack_outages: 0.0,
        rack_minutes: 30.0,
        power: 0.0,
        site_outages: 0.0,
        // As good as at once: 10^9 a year.
        catch_up_minutes: 525_600.0 / 1e9,
        isr_leaves: 0.0,
    }
}

/// R = 1: 1/l. R = 2: (3l + m) / 2l^2. R = 3, parallel repair: (11l^2 + 7lm + 2m^2) / 6l^3.
#[test]
fn birth_and_death_vectors() {
    let l = 0.02;
    let events = EventRates { disk_losses: l, ..quiet() };
    let years = |racks: &[u8]| 1.0 / solve(&shape(racks, 1), &events).unwrap().losses_per_year;
    let m = 365.0;
    let exact = (11.0 * l * l + 7.0 * l * m + 2.0 * m * m) / (6.0 * l * l * l);
    assert!((years(&[1]) - 50.0).abs() < 1e-12);
    assert!((years(&[1, 1]) - 456_325.0).abs() < 1e-6);
    assert!((years(&[1, 1, 1]) / exact - 1.0).abs() < 1e-13);
    assert_eq!(format!("{:.11e}", years(&[1, 1, 1])), "5.55210634167e9");
}

/// Against independent replicas; reads differ by exactly 3, because only the last ISR member may come back.
#[test]
fn availability_vectors() {
    let events = EventRates { outages: 4.0, ..quiet() };
    let minutes = |racks: &[u8], floor: u8, below: u32| {
        solve(&shape(racks, floor), &events).unwrap().minutes_below(below)
    };
    assert_eq!(format!("{:.7}", minutes(&[1, 1, 1], 2, 2)), "0.0821446");
    assert_eq!(format!("{:.3}", minutes(&[1, 1], 2, 2)), "239.922");
    assert_eq!(format!("{:.3e}", minutes(&[1, 1, 1], 1, 1)), "1.875e-5");
}

/// Racks with one replica each that are back as soon as brokers: the same to the last digits.
#[test]
fn racks_as_quick_as_brokers_come_to_the_same() {
    for (floor, elr, unclean) in [(1, false, false), (2, true, false), (3, true, false), (1, true, true)] {
        for env in [bare_metal(), nvme()] {
            let (shape, events) =
                (ChainShape { elr, unclean, ..shape(&[1, 1, 1], floor) }, EventRates::from(&env));
            let one = folded(&shape, &events).unwrap();
            let other = Chain::of(&shape, &events, true).unwrap().solve();
            let same = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
            assert!(other.states > one.states);
            assert!(same(one.losses_per_year, other.losses_per_year), "{shape:?}");
            assert!(
                (0..=3).all(|below| below == 0 || same(one.minutes_below(below), other.minutes_below(below)))
            );
            assert_eq!(solve(&shape, &events), Some(one), "the smaller chain is enough");
        }
    }
}

/// A rack's own time: minutes without it grow with its outage's length, and its brokers are back together.
#[test]
fn racks_that_stay_down_longer() {
    let minutes = |racks: &[u8], rack_minutes: f64| {
        let events = EventRates { rack_outages: 1.0, rack_minutes, ..quiet() };
        solve(&shape(racks, 2), &events).unwrap().minutes_below(2)
    };
    // Two of three replicas in one rack: no writes for as long as it is away, once a year.
    for hours in [1.0, 6.0, 24.0] {
        let said = minutes(&[2, 1], hours * 60.0);
        assert!((said / (hours * 60.0) - 1.0).abs() < 0.02, "{hours} h: {said}");
    }
    assert!(minutes(&[1, 1, 1], 360.0) > 10.0 * minutes(&[1, 1, 1], 60.0));
    assert!(minutes(&[3], 360.0) > minutes(&[1, 1, 1], 360.0));
}

/// Nothing fails: a minimum of all replicas refuses writes while one of the two followers is behind.
#[test]
fn followers_that_leave_the_isr_stop_writes_that_need_all() {
    let events = EventRates { isr_leaves: 12.0, catch_up_minutes: 5.0, ..quiet() };
    let minutes = |floor: u8| solve(&shape(&[1, 1, 1], floor), &events).unwrap().minutes_below(floor.into());
    assert!((minutes(3) / (2.0 * 12.0 * 5.0) - 1.0).abs() < 1e-3, "{}", minutes(3));
    assert!(minutes(2) < 0.03, "{}", minutes(2));
    assert_eq!(minutes(1), 0.0, "the leader stays");
}

/// One copy is in sync when the leader's disk is gone: with a minimum of two the follower that is behind has everything
/// that was acknowledged, and may lead where eligible leaders are kept.
#[test]
fn a_minimum_of_two_keeps_what_a_lagging_follower_has() {
    let events = EventRates { isr_leaves: 12.0, catch_up_minutes: 5.0, disk_losses: 0.05, ..quiet() };
    let losses = |floor: u8, elr: bool| {
        solve(&ChainShape { elr, ..shape(&[1, 1], floor) }, &events).unwrap().losses_per_year
    };
    let alone = EventRates { isr_leaves: 0.0, ..events };
    let without = solve(&shape(&[1, 1], 1), &alone).unwrap().losses_per_year;
    // Each of two disks, for 5 minutes 12 times a year the only one in sync: the follower's loss takes nothing.
    let lagging = 0.05 * 12.0 * 5.0 / 525_600.0;
    assert!(((losses(1, true) - without) / lagging - 1.0).abs() < 0.01, "{}", losses(1, true));
    assert!(losses(2, true) < 0.8 * losses(2, false));
    assert!(
        (losses(2, true) / solve(&shape(&[1, 1], 2), &alone).unwrap().losses_per_year - 1.0).abs() < 0.01
    );
}

/// Five replicas over three racks that stay down for longer than brokers, and followers that are behind, are too many
/// states: what is left out is said.
#[test]
fn what_a_large_chain_leaves_out_is_said() {
    let events = EventRates { rack_minutes: 60.0, ..EventRates::from(&Environment::cloud_local_disk()) };
    let five = solve(&shape(&[2, 2, 1], 3), &events).unwrap();
    assert!(five.left_out.isr_leaves && five.left_out.rack_returns, "{:?}", five.left_out);
    let three = solve(&shape(&[1, 1, 1], 2), &events).unwrap();
    assert_eq!(three.left_out, super::LeftOut::default());
}
