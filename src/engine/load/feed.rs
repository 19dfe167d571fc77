//! Reads the inputs on a thread of its own and hands over batches of records.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::Input;
use super::reader::Reader;
use super::source::{Choice, InputSource};
use crate::engine::Error;
use crate::record::{Batch, Format};

/// Records and bytes of a batch: some chunks for each core.
const BATCH_RECORDS: usize = 4_096;
const BATCH_BYTES: usize = 32 << 20;
/// Batches that wait while the others are worked on.
const BATCHES_AHEAD: usize = 1;

/// A batch, and the input it is from.
pub(super) struct Fed {
    pub(super) input: Arc<str>,
    pub(super) batch: Batch,
    /// How its records are read.
    pub(super) format: Format,
    /// With the first batch of an input: what its records were taken for.
    pub(super) told: Option<InputSource>,
    /// Bytes of all inputs read so far.
    pub(super) bytes: u64,
}

/// Starts reading. After the last batch comes `None`, or an error after which nothing comes.
///
/// The thread is not waited for: when a load stops early it may be blocked in a read, and ends with that read.
pub(super) fn feed(inputs: Vec<Input>, choice: Choice) -> Receiver<Result<Option<Fed>, Error>> {
    let (sender, receiver) = sync_channel(BATCHES_AHEAD);
    std::thread::spawn(move || {
        let mut done = 0;
        for input in inputs {
            match read(input, &choice, &mut done, &sender) {
                Ok(true) => {}
                // The loader has stopped listening.
                Ok(false) => return,
                Err(error) => {
                    let _ = sender.send(Err(error));
                    return;
                }
            }
        }
        let _ = sender.send(Ok(None));
    });
    receiver
}

/// Reads one input; `false` if nobody listens any more.
fn read(
    input: Input,
    choice: &Choice,
    done: &mut u64,
    sender: &SyncSender<Result<Option<Fed>, Error>>,
) -> Result<bool, Error> {
    let before = *done;
    let name: Arc<str> = input.name.as_str().into();
    let mut reader = Reader::open(input)?;
    let mut decided = None;
    loop {
        let batch = reader.next_batch(BATCH_RECORDS, BATCH_BYTES)?;
        let bytes = before + reader.bytes_consumed();
        *done = bytes;
        let Some(batch) = batch else { return Ok(true) };
        let first = decided.is_none();
        let decision = match decided.take() {
            Some(decision) => decision,
            None => choice.decide(&name, &reader, &batch)?,
        };
        let decision = decided.insert(decision);
        let batch = if decision.records.is_empty() { batch } else { batch.unwrapped(&decision.records) };
        let (format, told) = (decision.format.clone(), first.then(|| decision.told.clone()));
        let fed = Fed { input: Arc::clone(&name), batch, format, told, bytes };
        if sender.send(Ok(Some(fed))).is_err() {
            return Ok(false);
        }
    }
}
