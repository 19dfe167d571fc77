//! Who holds a file that has no name any more: what the system tells of other processes.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// The processes that have a file open or mapped, as far as this process may see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders {
    /// Their ids, ascending; without this process.
    pub processes: Vec<u32>,
    /// Processes that could not be looked at: somebody else's. `None`: the system tells of none.
    pub unseen: Option<u64>,
}

impl Holders {
    /// Looks at every process for the file with this device and inode, under whatever name. Once a file is gone its inode may get
    /// another one's: with `nameless` only a file without a name counts. Cost: a few milliseconds for a hundred processes.
    pub fn of(file: (u64, u64), nameless: bool) -> Self {
        let Ok(processes) = fs::read_dir("/proc") else { return Self::default() };
        let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let mut holders = Self { processes: Vec::new(), unseen: Some(0) };
        for id in ids.filter(|id| *id != std::process::id()) {
            let folder = Path::new("/proc").join(id.to_string());
            match is_open(&folder, file, nameless) {
                Ok(false) if !is_mapped(&folder, file, nameless) => {}
                Ok(_) => holders.processes.push(id),
                // One that has ended meanwhile holds nothing.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(_) => holders.unseen = holders.unseen.map(|unseen| unseen + 1),
            }
        }
        holders.processes.sort_unstable();
        holders
    }
}

fn is_open(process: &Path, file: (u64, u64), nameless: bool) -> std::io::Result<bool> {
    for descriptor in fs::read_dir(process.join("fd"))? {
        // A descriptor that is closed meanwhile, or is none of a file.
        let Ok(found) = fs::metadata(descriptor?.path()) else { continue };
        if (found.dev(), found.ino()) == file && !(nameless && found.nlink() > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `begin-end rights offset major:minor inode name`; the name of a file that has none ends with `(deleted)`.
fn is_mapped(process: &Path, (device, inode): (u64, u64), nameless: bool) -> bool {
    let maps = fs::read_to_string(process.join("maps")).unwrap_or_default();
    let device = format!("{:02x}:{:02x}", rustix::fs::major(device), rustix::fs::minor(device));
    maps.lines().any(|line| {
        let mut parts = line.split_ascii_whitespace().skip(3);
        let same =
            parts.next() == Some(&device) && parts.next().and_then(|text| text.parse().ok()) == Some(inode);
        same && (!nameless || line.ends_with(" (deleted)"))
    })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_that_holds_a_nameless_file_is_found_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old");
        fs::write(&path, "text").unwrap();
        let found = fs::metadata(&path).unwrap();
        let id = (found.dev(), found.ino());
        let mut reader = Command::new("sleep")
            .arg("60")
            .stdin(Stdio::from(fs::File::open(&path).unwrap()))
            .spawn()
            .unwrap();
        assert!(Holders::of(id, true).processes.is_empty());
        assert_eq!(Holders::of(id, false).processes, [reader.id()]);
        fs::remove_file(&path).unwrap();
        let holders = Holders::of(id, true);
        assert_eq!(holders.processes, [reader.id()]);
        assert!(holders.unseen.is_some());
        reader.kill().unwrap();
        reader.wait().unwrap();
        assert!(Holders::of(id, true).processes.is_empty());
    }
}
