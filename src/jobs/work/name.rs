//! Names of workers, which tell whether one is dead before its lease ends.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names a worker of one process: the machine's start, the process's name space, its id and its start, and a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerName(String);

impl WorkerName {
    /// A new name for a worker of this process.
    pub fn of_this_process() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let (pid, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let started = started_at(pid).unwrap_or_default();
        // Where the system does not tell, the name must be unique all the same.
        let boot = boot().unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
        Self(format!("{boot} {} {pid} {started} {number}", name_space().unwrap_or_default()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the worker of this name is dead beyond doubt: its process ran on this machine, and has ended.
    pub fn is_known_dead(name: &str) -> bool {
        let parts: Vec<&str> = name.split(' ').collect();
        let [its_boot, its_space, pid, started, _] = parts.as_slice() else { return false };
        let (Some(boot), Some(space)) = (boot(), name_space()) else { return false };
        // A ledger is used by one machine at a time: SQLite's log in shared memory cannot be shared between machines.
        if *its_boot != boot {
            return its_boot.len() == boot.len() && its_boot.contains('-');
        }
        if *its_space != space || started.is_empty() {
            return false;
        }
        pid.parse().is_ok_and(|pid| started_at(pid).as_deref() != Some(started))
    }
}

/// An id that the machine got when it started.
fn boot() -> Option<String> {
    Some(fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_string())
}

/// The space in which process ids mean something.
fn name_space() -> Option<String> {
    Some(fs::read_link("/proc/self/ns/pid").ok()?.to_string_lossy().replace(' ', ""))
}

/// When a process started, in ticks since the machine did: its id may be used again, but not that soon.
fn started_at(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may have blanks; the state behind it tells zombies, which are dead already.
    let behind: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let running = behind.first().is_some_and(|state| !matches!(*state, "Z" | "X"));
    behind.get(19).filter(|_| running).map(|ticks| ticks.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_living_are_not_dead_and_the_dead_are() {
        let own = WorkerName::of_this_process();
        assert!(!WorkerName::is_known_dead(own.as_str()));
        assert_ne!(own, WorkerName::of_this_process());
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let started = started_at(child.id()).unwrap();
        let name = format!("{} {} {} {started} 1", boot().unwrap(), name_space().unwrap(), child.id());
        assert!(!WorkerName::is_known_dead(&name));
        child.kill().unwrap();
        while started_at(child.id()).is_some() {
            std::thread::yield_now();
        }
        assert!(WorkerName::is_known_dead(&name));
        child.wait().unwrap();
        assert!(WorkerName::is_known_dead(&name));
    }

    #[test]
    fn who_cannot_be_seen_is_not_called_dead() {
        for name in ["", "somebody else", "a b c d e", "x pid:[1] 1 1 1"] {
            assert!(!WorkerName::is_known_dead(name), "{name}");
        }
        let elsewhere = format!("{} pid:[1] 1 1 1", boot().unwrap());
        assert!(!WorkerName::is_known_dead(&elsewhere));
    }
}
