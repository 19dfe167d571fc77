//! Who holds files that have no name any more: what the system tells of other processes.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::header::FileId;
use super::locate::read_header;
use super::medium::FileMedium;

/// The processes that have some file open, as far as this process may see. (Readers of rolo's keep what they map open, too.)
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders {
    /// Their ids, ascending; without this process.
    pub processes: Vec<u32>,
    /// Processes that could not be looked at: somebody else's. `None`: the system tells of none.
    pub unseen: Option<u64>,
}

impl Holders {
    /// Those who hold the file with this device and inode. Cost: a few milliseconds for a hundred processes.
    pub fn of(file: (u64, u64)) -> Self {
        Self::who(|_, found| (found.dev(), found.ino()) == file)
    }

    /// Those who hold any earlier file of a database: one of its uuid, or with this device and inode, that has no name.
    pub fn of_earlier(file: FileId, last: (u64, u64)) -> Self {
        Self::who(|path, found| {
            let is_nameless = found.is_file() && found.nlink() == 0;
            is_nameless && ((found.dev(), found.ino()) == last || open_id(path) == Some(file))
        })
    }

    fn who(is: impl Fn(&Path, &fs::Metadata) -> bool) -> Self {
        let Ok(processes) = fs::read_dir("/proc") else { return Self::default() };
        let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let mut holders = Self { processes: Vec::new(), unseen: Some(0) };
        for id in ids.filter(|id| *id != std::process::id()) {
            let folder = Path::new("/proc").join(id.to_string());
            match holds(&folder, &is) {
                Ok(false) => {}
                Ok(true) => holders.processes.push(id),
                // One that has ended meanwhile holds nothing.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(_) => holders.unseen = holders.unseen.map(|unseen| unseen + 1),
            }
        }
        holders.processes.sort_unstable();
        holders
    }
}

fn holds(process: &Path, is: impl Fn(&Path, &fs::Metadata) -> bool) -> std::io::Result<bool> {
    for descriptor in fs::read_dir(process.join("fd"))? {
        let path = descriptor?.path();
        // One that is closed meanwhile, or is none of a file, leads nowhere.
        if fs::metadata(&path).is_ok_and(|found| is(&path, &found)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The uuid of the database that a descriptor leads to.
fn open_id(descriptor: &Path) -> Option<FileId> {
    let file = fs::File::open(descriptor).ok()?;
    Some(read_header(&FileMedium::new(file, descriptor.to_path_buf())).ok()?.file)
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
        let file = FileId([7; 16]);
        assert!(Holders::of_earlier(file, id).processes.is_empty());
        assert_eq!(Holders::of(id).processes, [reader.id()]);
        fs::remove_file(&path).unwrap();
        let holders = Holders::of_earlier(file, id);
        assert_eq!(holders.processes, [reader.id()]);
        assert!(holders.unseen.is_some());
        reader.kill().unwrap();
        reader.wait().unwrap();
        assert!(Holders::of_earlier(file, id).processes.is_empty());
    }
}
