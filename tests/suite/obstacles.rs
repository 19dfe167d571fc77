//! What a system puts in the way: a full disk, missing rights, a file that others replace or remove. Each is a clear error, loses nothing,
//! and the next command works.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rolo::{Database, Key};

use super::common::{SAMPLE, folder, load};

/// A user without rights of any kind, for tests that run as root: root may do everything.
const NOBODY: u32 = 65_534;

/// Runs the script on a disk of its own of so many KiB, mounted at `$DISK`, with `$ROLO` and `$FROM`; `None` where the system does not let
/// us mount one.
fn on_a_disk(kib: u64, from: &Path, script: &str) -> Option<Output> {
    let disk = tempfile::tempdir().expect("a folder");
    let mount = format!(
        "mount -t tmpfs -o size={kib}k tmpfs \"$DISK\" || exit 99\n\
         room() {{ mount -o remount,size=256m \"$DISK\"; }}\n{script}"
    );
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount])
        .env("DISK", disk.path())
        .env("FROM", from)
        .env("ROLO", env!("CARGO_BIN_EXE_rolo"))
        .output()
        .ok()?;
    let refused =
        output.status.code() == Some(99) || String::from_utf8_lossy(&output.stderr).contains("unshare:");
    (!refused).then_some(output)
}

#[test]
fn a_full_disk_is_said_and_the_next_command_works() {
    let (from, path) = folder();
    load(&path, &SAMPLE[..200]);
    load(&path, &SAMPLE[200..250]);
    fs::write(from.path().join("more.jsonl"), SAMPLE[240..300].join("\n")).expect("an input");
    let emails = "profile@example.com\n".repeat(2_000);
    fs::write(from.path().join("list.txt"), emails).expect("a list");
    let size = fs::metadata(&path).expect("a file").len() / 1024 + 1;
    let input = fs::metadata(from.path().join("more.jsonl")).expect("a file").len() / 1024 + 1;
    let id = Database::open(&path).expect("opens").person_ids().expect("ids")[0].to_string();
    // The command, and what it does to the number of people if it succeeds.
    let commands: [(String, i64); 6] = [
        ("load db more.jsonl --on-duplicate keep".to_string(), 50),
        ("load db more.jsonl --on-duplicate replace".to_string(), 50),
        ("compact db".to_string(), 0),
        (format!("forget db {id} --wait 0 --receipt receipt.json"), -1),
        ("backup db copy".to_string(), 0),
        ("jobs submit enrich db -i list.txt --wait".to_string(), 0),
    ];
    let (mut failed, mut done) = (0, 0);
    for (command, change) in &commands {
        for spare in [8, 40, 150, 400, 700, 1_000, 4_000] {
            let script = format!(
                "cp \"$FROM\"/people.parquet \"$DISK\"/db && cp \"$FROM\"/more.jsonl \"$FROM\"/list.txt \"$DISK\" || exit 98\n\
                 cd \"$DISK\"\n\
                 \"$ROLO\" {command} --quiet > /dev/null; echo $?\n\
                 \"$ROLO\" verify db --quiet > /dev/null; echo $?\n\
                 \"$ROLO\" info db --format json | tr -d '\\n'; echo\n\
                 room; rm -f copy copy.jobs receipt.json\n\
                 \"$ROLO\" {command} --quiet > /dev/null; echo $?\n\
                 ls -A | tr '\\n' ' '"
            );
            let Some(output) = on_a_disk(size + input + 80 + spare, from.path(), &script) else {
                eprintln!("not tried: this system lets nobody mount a disk");
                return;
            };
            let (out, said) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            let about = format!("{command}, {spare} KiB to spare:\n{out}\n{said}");
            let [first, verified, info, second, names] = out.lines().collect::<Vec<_>>()[..] else {
                panic!("{about}")
            };
            let info: serde_json::Value = serde_json::from_str(info).unwrap_or_else(|_| panic!("{about}"));
            let expected = if first == "0" { 250 + change } else { 250 };
            assert_eq!((verified, info["people"].as_i64()), ("0", Some(expected)), "{about}");
            assert_eq!(second, "0", "{about}");
            assert!(!names.contains(".staging") && !names.contains(".partial"), "{about}");
            match first {
                "0" => done += 1,
                _ => {
                    failed += 1;
                    assert!(["1", "3"].contains(&first), "{about}");
                    let said = said.to_lowercase();
                    assert!(
                        said.contains("room") || said.contains("space") || said.contains("full"),
                        "{about}"
                    );
                    assert!(!said.contains("panicked") && !said.contains("internal error"), "{about}");
                }
            }
        }
    }
    eprintln!("{failed} commands failed for want of room, {done} did not");
    assert!(failed >= 6 && done >= 6, "{failed} failed, {done} did not");
}

/// A folder of somebody without rights, with a database and a program that they may run.
struct Room {
    _folder: tempfile::TempDir,
    inside: PathBuf,
    program: PathBuf,
    user: Option<u32>,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("rights");
        let (inside, program) = (folder.path().join("inside"), folder.path().join("rolo"));
        fs::create_dir(&inside).expect("a folder");
        let built = env!("CARGO_BIN_EXE_rolo");
        fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(drop)).expect("the program");
        load(&inside.join("db"), &SAMPLE[..20]);
        fs::write(inside.join("more.jsonl"), SAMPLE[20..30].join("\n")).expect("an input");
        let is_root = fs::metadata(&inside).expect("a folder").uid() == 0;
        let user = is_root.then_some(NOBODY);
        if user.is_some() {
            for path in [inside.clone(), inside.join("db"), inside.join("more.jsonl")] {
                chown(path, user, user).expect("an owner");
            }
        }
        Self { _folder: folder, inside, program, user }
    }

    fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.inside.join(name), Permissions::from_mode(mode)).expect("rights");
    }

    fn run(&self, command: &str) -> (Option<i32>, String) {
        let mut process = Command::new(&self.program);
        process.args(command.split(' ')).current_dir(&self.inside);
        if let Some(user) = self.user {
            process.uid(user).gid(user);
        }
        let output = process.output().expect("rolo runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// These commands are refused with a reason, and these work.
    fn assert_refused(&self, refused: &[&str], work: &[&str]) {
        for command in refused {
            let (code, said) = self.run(command);
            assert_eq!(code, Some(1), "{command}: {said}");
            assert!(said.contains("ermission denied") || said.contains("ead-only"), "{command}: {said}");
            assert!(said.contains("inside") || said.contains("copy"), "{command} does not say where: {said}");
        }
        for command in work {
            let (code, said) = self.run(command);
            assert_eq!(code, Some(0), "{command}: {said}");
        }
    }
}

const CHANGES: [&str; 3] = ["load db more.jsonl", "compact db", "forget db 99 --wait 0"];

#[test]
fn a_read_only_file_is_read_and_not_written() {
    let room = Room::new();
    room.set_mode("db", 0o400);
    room.assert_refused(&CHANGES, &["info db", "get db 99", "verify db", "backup db copy"]);
    room.set_mode("db", 0o600);
    room.assert_refused(&[], &CHANGES);
}

#[test]
fn in_a_read_only_folder_nothing_is_changed() {
    let room = Room::new();
    room.set_mode("", 0o500);
    room.assert_refused(&CHANGES, &["info db", "get db 99", "verify db"]);
    room.assert_refused(&["backup db copy", "jobs submit enrich db 99"], &[]);
    room.set_mode("", 0o700);
    room.assert_refused(&[], &CHANGES);
}

#[test]
fn a_file_that_may_not_be_read_is_said_so() {
    let room = Room::new();
    room.set_mode("db", 0);
    room.assert_refused(&CHANGES, &[]);
    room.assert_refused(&["info db", "get db 99", "backup db copy", "verify db"], &[]);
    room.set_mode("db", 0o600);
    room.assert_refused(&[], &CHANGES);
}

#[test]
fn a_file_that_is_removed_or_replaced_is_read_to_the_end_and_then_told() {
    let (folder, path) = folder();
    load(&path, &SAMPLE[..20]);
    let mut open = Database::open(&path).expect("opens");
    let ids = open.person_ids().expect("ids");
    let reads_on = |open: &Database| {
        for &id in &ids {
            assert_eq!(open.get(&Key::person_id(id)).expect("a lookup").len(), 1);
        }
    };
    fs::remove_file(&path).expect("a file");
    reads_on(&open);
    let gone = open.refresh().expect_err("no file");
    assert!(gone.to_string().contains("people.parquet"), "{gone}");
    reads_on(&open);
    // Another database in its place is what is newest there.
    let other = folder.path().join("other.parquet");
    load(&other, &SAMPLE[20..50]);
    fs::rename(&other, &path).expect("a new name");
    reads_on(&open);
    assert!(open.refresh().expect("a refresh"));
    assert_eq!(open.people(), 30);
    // Something else is none.
    fs::write(&path, "no database").expect("a file");
    assert!(open.refresh().is_err());
    assert_eq!(open.people(), 30);
}
