//! The screen: on the embedded cluster, on a file, on a real cluster.

use crate::app::{self, Level, Origin, Snapshot, Start};
use crate::cli::args::{OpenArgs, ScreenArgs};
use crate::cli::{Failure, output, source};
use crate::hypothesis::reference;
use crate::model::{Cluster, KafkaVersion};
use crate::runtime::{self, Driver, Setup, Sink};
use crate::source::Still;
use crate::term::{Caps, TermError};
use crate::theme::Theme;
use std::process::ExitCode;
use std::sync::Arc;

/// `klever`
pub(super) fn embedded(args: &ScreenArgs) -> Result<ExitCode, Failure> {
    let still = Still::new(reference(KafkaVersion::REFERENCE));
    show(args, Origin::Sim("reference cluster, at rest".into()), move |sink| {
        Box::new(AtRest::new(still, sink))
    })
}

/// `klever open FILE`
pub(super) fn open(args: &OpenArgs) -> Result<ExitCode, Failure> {
    let mut cluster = source::from_file(&args.file)?;
    crate::cli::clients::adopt(&mut cluster, &args.clients)?;
    let name =
        args.file.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy().into_owned());
    show(&args.screen, Origin::File(name), move |sink| {
        sink.snapshot(still_snapshot(Arc::new(cluster)));
        Box::new(Nobody)
    })
}

/// `klever live`
#[cfg(feature = "live")]
pub(super) fn live(args: &crate::cli::args::LiveArgs) -> Result<ExitCode, Failure> {
    let spec = super::live::spec(&args.connect)?
        .ok_or_else(|| Failure::usage("no cluster was named").hint("give -b HOST:PORT"))?;
    let mut nothing = source::nothing();
    super::clients::adopt(&mut nothing, &args.clients)?;
    let given = !args.clients.producer.is_empty() || !args.clients.consumer.is_empty();
    let settings = crate::source::LiveSettings {
        assumed: given.then(|| (*nothing.assumed).clone()),
        ..crate::source::LiveSettings::default()
    };
    let stream = crate::source::Live::start(&spec, settings).map_err(super::live::refused)?;
    let name = args.connect.bootstrap.clone().unwrap_or_else(|| "cluster".into());
    show(&args.screen, Origin::Live(name), move |sink| Box::new(Listening::to(stream, sink)))
}

/// Runs the screen until it is left.
fn show(
    args: &ScreenArgs,
    origin: Origin,
    connect: impl FnOnce(Sink) -> Box<dyn Driver>,
) -> Result<ExitCode, Failure> {
    let caps = Caps::detect(args.color);
    let mut start = Start::new(origin);
    start.mouse = !args.no_mouse && (args.mouse || !caps.ssh);
    let files: Vec<(String, String)> = match &args.theme {
        Some(name) if name.ends_with(".toml") => vec![(name.clone(), output::read(name.as_ref())?)],
        _ => Vec::new(),
    };
    let shown = args.theme.clone().unwrap_or_else(|| "dark".into());
    start.themes = vec![shown.clone()];
    start.themes.extend(Theme::names().filter(|name| *name != shown).map(String::from));
    start.keys = match &args.keys {
        Some(path) => Some((path.display().to_string(), output::read(path)?)),
        None => None,
    };
    let judge: runtime::Judge = Arc::new(app::judge);
    let setup = Setup { start, caps, glyphs: args.glyphs, themes: files, log: args.log.clone(), judge };
    match runtime::run(setup, connect) {
        Ok(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(1))),
        Err(runtime::RunError::Term(TermError::NotATerminal)) => {
            Err(Failure::usage("standard output is not a terminal")
                .hint("`klever check`, `assess` and `roll` write text and JSON"))
        }
        Err(error) => Err(Failure::usage(error.to_string())),
    }
}

fn still_snapshot(cluster: Arc<Cluster>) -> Snapshot {
    Snapshot { cluster, clock: None }
}

/// A source that nobody can tell anything.
struct Nobody;

impl Driver for Nobody {
    fn drive(&mut self, _: app::Command) {}
    fn refresh(&mut self) {}
}

/// A cluster at rest.
struct AtRest {
    still: Still,
    sink: Sink,
}

impl AtRest {
    fn new(still: Still, sink: Sink) -> AtRest {
        sink.snapshot(still_snapshot(still.cluster()));
        AtRest { still, sink }
    }
}

impl Driver for AtRest {
    fn drive(&mut self, command: app::Command) {
        if let app::Command::Act(act) = command {
            match self.still.act(act) {
                Ok(()) => self.refresh(),
                Err(why) => drop(self.sink.notice(Level::Notice, why)),
            }
        }
    }

    fn refresh(&mut self) {
        self.sink.snapshot(still_snapshot(self.still.cluster()));
    }
}

/// A real cluster: a thread passes on what its stream tells.
#[cfg(feature = "live")]
struct Listening {
    refresh: Box<dyn Fn()>,
}

#[cfg(feature = "live")]
impl Listening {
    fn to(stream: crate::source::Live, sink: Sink) -> Listening {
        let (events, refresh) = stream.split();
        std::thread::spawn(move || {
            for event in events {
                if !pass_on(event, &sink) {
                    return;
                }
            }
        });
        Listening { refresh: Box::new(refresh) }
    }
}

#[cfg(feature = "live")]
fn pass_on(event: crate::source::SourceEvent, sink: &Sink) -> bool {
    use crate::source::SourceEvent;
    match event {
        SourceEvent::Snapshot(cluster) => {
            sink.trouble(None) && sink.snapshot(Snapshot { cluster, clock: None })
        }
        SourceEvent::Trouble { since, message, retry_in_ms, .. } => sink.trouble(Some(app::Trouble {
            what: message,
            since_ms: since,
            retry_ms: Some(crate::kafka::now_ms() + retry_in_ms as i64),
        })),
    }
}

#[cfg(feature = "live")]
impl Driver for Listening {
    fn drive(&mut self, _: app::Command) {}

    fn refresh(&mut self) {
        (self.refresh)();
    }
}
