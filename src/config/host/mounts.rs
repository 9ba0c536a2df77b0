//! `mountinfo`: what each folder of a process stands on.

use crate::model::Mount;
use std::path::Path;

/// The mounts that a process sees, in their order: a later one covers an earlier one at the same place.
pub(super) struct Mounts(Vec<Mount>);

impl Mounts {
    /// Reads `mountinfo`; `None` where no line has its form.
    pub(super) fn parse(text: &str) -> Option<Mounts> {
        let mut mounts: Vec<Mount> = text.lines().filter_map(mount).collect();
        let root = mounts.iter().rfind(|mount| mount.point == "/").map(|mount| mount.device.clone());
        for mount in &mut mounts {
            mount.is_of_root = root.as_ref() == Some(&mount.device);
        }
        (!mounts.is_empty()).then_some(Mounts(mounts))
    }

    /// What a folder stands on: the nearest mount above it.
    pub(super) fn of(&self, folder: &str) -> Option<Mount> {
        let above = self.0.iter().filter(|mount| Path::new(folder).starts_with(&mount.point));
        above.max_by_key(|mount| mount.point.len()).cloned()
    }
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`, as proc(5) has it.
fn mount(line: &str) -> Option<Mount> {
    let (left, right) = line.split_once(" - ")?;
    let fields: Vec<&str> = left.split(' ').collect();
    let options = fields.get(5)?;
    let spares = |option: &str| matches!(option, "noatime" | "relatime" | "ro");
    Some(Mount {
        point: unescaped(fields.get(4)?),
        device: (*fields.get(2)?).to_string(),
        file_system: right.split(' ').next()?.to_string(),
        keeps_access_times: !options.split(',').any(spares),
        is_of_root: false,
    })
}

/// Spaces, tabs, line ends and backslashes stand as octal numbers.
fn unescaped(text: &str) -> String {
    let places = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    places.iter().fold(text.to_string(), |text, (code, letter)| text.replace(code, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 8:16 / /data rw,noatime shared:2 - xfs /dev/sdb rw,attr2
31 22 8:32 / /data/my\\040logs rw shared:3 - btrfs /dev/sdc rw
32 22 8:48 / /old rw,noatime - ext4 /dev/sdd rw
33 22 0:44 / /old rw,relatime - nfs4 filer:/old rw
";

    #[test]
    fn the_nearest_mount_above_counts_and_a_later_one_covers() {
        let mounts = Mounts::parse(MOUNTS).unwrap();
        let of = |folder: &str| {
            let mount = mounts.of(folder).unwrap();
            (mount.point, mount.file_system, mount.keeps_access_times, mount.is_of_root)
        };
        assert_eq!(of("/data/kafka"), ("/data".into(), "xfs".into(), false, false));
        assert_eq!(of("/data/my logs/a"), ("/data/my logs".into(), "btrfs".into(), true, false));
        assert_eq!(of("/database"), ("/".into(), "ext4".into(), false, true));
        assert_eq!(of("/old/kafka").1, "nfs4");
        assert!(Mounts::parse("no mounts\n").is_none());
    }
}
