//! Kill -9, again and again: clients write to the real service, the service dies at a random moment,
//! and afterwards everything it had acknowledged must be there, exactly once.

mod clients;

use crate::service::Service;
use crate::shell::{self, Workspace};
use clients::{Act, People};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often the service is killed unless said otherwise.
pub const TIMES: u32 = 100;
/// How many clients write at once.
const CLIENTS: u64 = 4;
/// The shortest and the longest life of a service under writers, in milliseconds.
const LIFE_MS: (u64, u64) = (20, 400);
/// After how many kills the store is checked as a whole.
const FSCK_EVERY: u32 = 10;
/// The longest a run may take for each kill, on average.
const PATIENCE_PER_KILL: Duration = Duration::from_secs(20);

/// One run.
struct Run<'w> {
    workspace: &'w Workspace,
    data: PathBuf,
    log: PathBuf,
    seed: u64,
    acts: Vec<Act>,
    /// How many acts got no answer and were done or repeated after the restart.
    unanswered: usize,
}

/// Kills the service `times` times and says what was lost.
///
/// # Errors
/// Anything acknowledged is gone or there twice, the store is damaged, or the service cannot be run.
/// The message names the seed.
pub fn run(workspace: &Workspace, times: u32, seed: Option<u64>) -> Result<(), String> {
    let seed = seed.unwrap_or_else(fresh_seed);
    let scratch = workspace.fresh("kill")?;
    let mut run = Run {
        workspace,
        data: scratch.join("data"),
        log: scratch.join("service.log"),
        seed,
        acts: Vec::new(),
        unanswered: 0,
    };
    println!("kill: seed {seed}");
    run.rounds(times).map_err(|reason| format!("seed {seed}: {reason}"))?;
    println!(
        "kill: {times} kills, {} acknowledged, {} unanswered and settled, 0 lost, seed {seed}",
        run.acts.len() - run.unanswered,
        run.unanswered
    );
    Ok(())
}

impl Run<'_> {
    fn rounds(&mut self, times: u32) -> Result<(), String> {
        let begun = Instant::now();
        let mut random = Random(self.seed);
        let mut service = Service::start(self.workspace, &self.data, &self.log)?;
        let mut people = self.people()?;
        for round in 1..=times {
            if begun.elapsed() > PATIENCE_PER_KILL * times {
                return Err(format!("too slow: only {round} of {times} kills were done in time"));
            }
            let life = LIFE_MS.0 + random.below(LIFE_MS.1 - LIFE_MS.0 + 1);
            let mut acts = self.live(service, &people, round, Duration::from_millis(life))?;
            if round % FSCK_EVERY == 0 {
                self.fsck(false)?;
            }
            service = Service::start(self.workspace, &self.data, &self.log)?;
            if round % FSCK_EVERY == 0 {
                people = self.people()?;
            }
            self.unanswered += acts.iter().filter(|act| act.answer.is_none()).count();
            check(&service, &people, &mut acts)?;
            self.acts.append(&mut acts);
        }
        if self.acts.is_empty() {
            return Err("no client got anything done".into());
        }
        println!("kill: reading everything back");
        check(&service, &people, &mut self.acts)?;
        service.stop()?;
        self.fsck(true)
    }

    /// Lets clients write until the service is killed; answers what they did.
    fn live(
        &self,
        service: Service,
        people: &People,
        round: u32,
        life: Duration,
    ) -> Result<Vec<Act>, String> {
        let (port, stop) = (service.port(), AtomicBool::new(false));
        let stop = &stop;
        thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    let name = format!("{}-{round}-{client}", self.seed);
                    scope.spawn(move || clients::write(port, people, &name, stop))
                })
                .collect();
            thread::sleep(life);
            let killed = service.kill();
            stop.store(true, Ordering::SeqCst);
            let mut acts = Vec::new();
            for client in clients {
                acts.extend(client.join().map_err(|_| "a client panicked")??);
            }
            killed.map(|()| acts)
        })
    }

    fn people(&self) -> Result<People, String> {
        People::sign_in(|person| {
            let mut cli = self.workspace.command(self.workspace.program("continuity"));
            shell::output(cli.args(["token", "--as", person, "--data"]).arg(&self.data))
        })
    }

    fn fsck(&self, deep: bool) -> Result<(), String> {
        fsck(self.workspace, &self.data, deep)
    }
}

fn fsck(workspace: &Workspace, data: &Path, deep: bool) -> Result<(), String> {
    let mut cli = workspace.command(workspace.program("continuity"));
    cli.arg("fsck").args(deep.then_some("--deep")).arg("--data").arg(data);
    shell::output(&mut cli).map(drop)
}

/// Checks every act against the service, with several clients at once.
fn check(service: &Service, people: &People, acts: &mut [Act]) -> Result<(), String> {
    let port = service.port();
    let share = acts.len().div_ceil(usize::try_from(CLIENTS).unwrap_or(1)).max(1);
    let lost: Vec<String> = thread::scope(|scope| {
        let checkers: Vec<_> = acts
            .chunks_mut(share)
            .map(|acts| {
                scope.spawn(move || {
                    acts.iter_mut().filter_map(|act| act.settle(port, people).err()).collect()
                })
            })
            .collect();
        let found = checkers.into_iter().map(|checker| {
            checker.join().unwrap_or_else(|_| vec!["a checker panicked".to_owned()])
        });
        found.flat_map(|lost: Vec<String>| lost).collect()
    });
    if lost.is_empty() {
        return Ok(());
    }
    let shown = lost.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n");
    Err(service.failed(&format!("{} lost:\n{shown}", lost.len())))
}

fn fresh_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() ^ (u64::from(since.subsec_nanos()) << 32)
}

/// Numbers that a seed repeats: `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end` − 1.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_numbers_within_their_limits() {
        let draw = |seed| {
            let mut random = Random(seed);
            std::iter::from_fn(|| Some(random.below(381))).take(1_000).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(7).iter().all(|n| *n < 381) && draw(7).contains(&0) && draw(7).contains(&380));
    }
}
