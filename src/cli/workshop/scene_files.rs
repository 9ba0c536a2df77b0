//! Scenes from files: those of the user's own folder, and a file that is read again when it changes.

use super::affordable_scene;
use crate::cli::simulate::text_of;
use crate::cli::{Failure, output};
use crate::config::InputKind;
use crate::runtime::Sink;
use crate::workshop::{ALL, Scene, find};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How often the file of a scene that is played is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// The user's own scenes: those that can be played, and what is wrong with the others, a line each.
#[derive(Default)]
pub(super) struct OwnScenes {
    pub(super) scenes: Vec<Scene>,
    pub(super) refused: Vec<String>,
}

/// `$XDG_CONFIG_HOME/klever/scenes`, which is in `~/.config` if that is not set.
pub(super) fn folder() -> Option<PathBuf> {
    folder_in(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME"))
}

/// A relative path in a variable counts as not set, as the base directory specification wants it.
fn folder_in(config: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |path: Option<OsString>| path.map(PathBuf::from).filter(|path| path.is_absolute());
    let config = absolute(config).or_else(|| absolute(home).map(|home| home.join(".config")))?;
    Some(config.join("klever").join("scenes"))
}

/// All scenes of the user's own folder, by name.
pub(super) fn own_scenes() -> OwnScenes {
    let mut own = OwnScenes::default();
    let Some(folder) = folder() else { return own };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return own,
        Err(error) => {
            own.refused.push(format!("cannot read {}: {}", folder.display(), error.kind()));
            return own;
        }
    };
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| is_toml(path)).collect();
    files.sort();
    for file in files {
        match read(&file) {
            Ok(scene) => own.scenes.push(scene),
            Err(failure) => own.refused.push(failure.line),
        }
    }
    own
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn read(file: &Path) -> Result<Scene, Failure> {
    let text = output::read(file, InputKind::Scenario)?;
    Scene::parse(&file.display().to_string(), &text).map_err(|error| Failure::usage(error.to_string()))
}

/// A built-in scene by its id, a file, or a scene of the user's own folder by its id; and its file, if it has one.
pub(super) fn scene(name: &str) -> Result<(Scene, Option<PathBuf>), Failure> {
    if let Some(known) = find(name) {
        return Ok((known.scene(), None));
    }
    let own = folder().map(|folder| folder.join(format!("{name}.toml")));
    let is_id = !Path::new(name).exists() && !name.contains('/');
    if let Some(file) = own.filter(|file| is_id && file.exists()) {
        return Ok((read(&file)?, Some(file)));
    }
    let ids: Vec<&str> = ALL.iter().map(|each| each.id).collect();
    let text = text_of(name, ("scene", "klever workshop list"), ids.into_iter())?;
    let scene = Scene::parse(name, &text).map_err(|error| Failure::usage(error.to_string()))?;
    Ok((scene, Some(name.into())))
}

/// Reads the file again whenever it changes, and tells the screen, until that is gone.
pub(super) fn watch(file: PathBuf, sink: Sink) {
    let look = move || {
        let text_now = || std::fs::read_to_string(&file).ok();
        let mut known = text_now();
        loop {
            thread::sleep(LOOK);
            let now = text_now();
            if now == known {
                continue;
            }
            known = now;
            let scene = read(&file).and_then(|scene| affordable_scene(&scene).map(|()| scene));
            if !sink.scene(scene.map(Box::new).map_err(|failure| failure.line)) {
                return;
            }
        }
    };
    let spawned = thread::Builder::new().name("scene file".into()).spawn(look);
    debug_assert!(spawned.is_ok(), "a thread can be had");
}

#[cfg(test)]
mod tests {
    use super::folder_in;
    use std::path::PathBuf;

    #[test]
    fn the_folder_is_in_the_users_configuration() {
        let of = |config: Option<&str>, home: Option<&str>| {
            folder_in(config.map(Into::into), home.map(Into::into))
        };
        assert_eq!(of(Some("/etc/own"), Some("/home/ann")), Some(PathBuf::from("/etc/own/klever/scenes")));
        assert_eq!(of(None, Some("/home/ann")), Some(PathBuf::from("/home/ann/.config/klever/scenes")));
        assert_eq!(
            of(Some("own"), Some("/home/ann")),
            Some(PathBuf::from("/home/ann/.config/klever/scenes"))
        );
        assert_eq!(of(None, None), None);
    }
}
