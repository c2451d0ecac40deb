//! A queue of the field beside ours.

use std::collections::HashSet;
use std::error::Error;
use std::sync::{Arc, Mutex};

use apalis_core::backend::TaskSink;
use apalis_core::backend::memory::MemoryStorage;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;

use tagout_batch::Order;

use crate::Result;
use crate::measure::Took;
use crate::ours::{Fleet, burn_down};

/// `apalis` with its storage in memory: no-op tasks pushed, then worked off by one worker on one thread.
pub(crate) fn beside(fleet: &Fleet) -> Result<()> {
    const TASKS: u64 = 1_000_000;
    let (mut ours, mut best) = (None, None);
    for _ in 0..3 {
        let (took, _) = burn_down(fleet, Order::RoundRobin, TASKS as usize, 10)?;
        ours = Some(took.best(ours));
        let mut took = Took::default();
        let seen = Arc::new(Mutex::new(HashSet::with_capacity(TASKS as usize)));
        let noted = seen.clone();
        took.time(|| {
            futures_executor::block_on(async {
                let mut store = MemoryStorage::new();
                for task in 0..TASKS {
                    store.push(task).await?;
                }
                let handler = move |task: u64, worker: WorkerContext| {
                    let noted = noted.clone();
                    async move {
                        if let Ok(mut noted) = noted.lock() {
                            noted.insert(task);
                        }
                        if task == TASKS - 1 {
                            worker.stop()?;
                        }
                        Ok::<_, apalis_core::error::WorkerError>(())
                    }
                };
                WorkerBuilder::new("bench")
                    .backend(store)
                    .build(handler)
                    .run()
                    .await?;
                Ok::<_, Box<dyn Error>>(())
            })
        })?;
        let n = seen.lock().map_err(|_| "no one panicked")?.len();
        assert_eq!(n as u64, TASKS);
        best = Some(took.best(best));
    }
    let [ours, took] = [ours, best].map(Option::unwrap_or_default);
    println!(
        "\napalis-core, storage in memory, 1,000,000 no-op tasks pushed and done by one worker"
    );
    println!("  {}", took.show(TASKS as usize));
    let ratio = took.cpu_ns(TASKS as usize) / ours.cpu_ns(TASKS as usize);
    println!("  an item of ours, in batches of 10, takes 1/{ratio:.2} of that");
    Ok(())
}
