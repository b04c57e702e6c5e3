//! The commands: the same as those of `peers/worker.py`, answered in the same way.

use super::system::System;
use crate::machine;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::error::Error;
use std::time::{Duration, Instant};

/// Entries that are there while hits are measured.
const RESIDENT: u32 = 10_000;

/// Calls between two looks at the clock.
const CHUNK: usize = 250;

/// Does what the commands say.
pub struct Worker {
    system: System,
    resident: Vec<u32>,
    tagged: Vec<u32>,
    /// Used by this process while the clock ran.
    processor: Duration,
}

type Answer = Result<Value, Box<dyn Error>>;

impl Worker {
    /// `opening`: what the process is started with.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or the store does not open.
    pub fn open(opening: &Value) -> Result<Self, Box<dyn Error>> {
        let place = &opening["place"];
        let number = |value: &Value| value.as_u64().ok_or("a number is missing");
        let server = match place["store"].as_str() {
            Some("redis") => {
                Some((number(&place["port"])?.try_into()?, number(&place["database"])?))
            }
            _ => None,
        };
        let system = System::open(server, number(&opening["value_size"])?.try_into()?)?;
        let resident = shuffled(RESIDENT);
        Ok(Self { system, resident, tagged: Vec::new(), processor: Duration::ZERO })
    }

    /// What a command answers.
    ///
    /// # Errors
    ///
    /// When it cannot be done.
    pub fn answer(&mut self, command: &Value) -> Answer {
        let is_tagged = command["tagged"].as_bool().unwrap_or_default();
        let seconds = command["seconds"].as_f64().unwrap_or_default();
        match command["do"].as_str().unwrap_or_default() {
            "open" => Ok(json!({"version": machine::version("ecached"), "note": ""})),
            "resident" => self.resident(),
            "hit" => self.hit(is_tagged, seconds),
            "miss" => self.miss(is_tagged, seconds),
            "fill" => self.fill(command["entries"].as_u64().ok_or("no entries")?.try_into()?),
            "invalidate" => self.invalidate(),
            "survivors" => Ok(self.survivors()),
            "close" => Ok(json!({})),
            other => Err(format!("there is no command {other}").into()),
        }
    }

    fn resident(&mut self) -> Answer {
        self.system.clear()?;
        [false, true].iter().for_each(|is_tagged| System::call(*is_tagged, &self.resident));
        Ok(json!({"plain": RESIDENT, "tagged": RESIDENT}))
    }

    fn hit(&mut self, is_tagged: bool, seconds: f64) -> Answer {
        let before = System::asked();
        let (mut calls, mut taken) = (0, 0.0);
        for chunk in self.resident.clone().chunks(CHUNK).cycle() {
            taken += self.timed(|| System::call(is_tagged, chunk));
            calls += chunk.len();
            if taken >= seconds {
                break;
            }
        }
        match System::asked() - before {
            0 => Ok(json!({"rate": calls as f64 / taken, "share": self.share(taken)})),
            misses => Err(format!("{misses} of {calls} calls were no hits").into()),
        }
    }

    fn miss(&mut self, is_tagged: bool, seconds: f64) -> Answer {
        let before = System::asked();
        let (mut calls, mut taken) = (0, 0.0);
        let all = self.resident.clone();
        let count = all.len().div_ceil(CHUNK);
        for (number, chunk) in all.chunks(CHUNK).cycle().enumerate() {
            if number % count == 0 {
                self.system.clear()?;
            }
            taken += self.timed(|| System::call(is_tagged, chunk));
            calls += chunk.len();
            if taken >= seconds {
                break;
            }
        }
        let misses = System::asked() - before;
        if misses == calls as u64 {
            return Ok(json!({"rate": calls as f64 / taken, "share": self.share(taken)}));
        }
        Err(format!("{misses} of {calls} calls were misses").into())
    }

    fn fill(&mut self, entries: u32) -> Answer {
        self.system.clear()?;
        self.tagged = shuffled(entries);
        System::call(true, &self.tagged);
        self.system.snapshot()?;
        Ok(json!({"filled": entries}))
    }

    fn invalidate(&mut self) -> Answer {
        self.system.restore(&self.tagged)?;
        let before = System::asked();
        let ends = [self.tagged.chunks(CHUNK).next(), self.tagged.chunks(CHUNK).next_back()];
        ends.iter().flatten().for_each(|chunk| System::call(true, chunk));
        if System::asked() != before {
            return Err("the entries were not there before the invalidation".into());
        }
        let mut outcome = Ok(());
        let taken = self.timed(|| outcome = System::invalidate_tag());
        outcome?;
        Ok(json!({"seconds": taken, "share": self.share(taken)}))
    }

    fn survivors(&self) -> Value {
        let before = System::asked();
        System::call(true, &self.tagged);
        let looked_at = self.tagged.len() as u64;
        json!({"looked_at": looked_at, "survivors": looked_at - (System::asked() - before)})
    }

    /// Seconds.
    fn timed(&mut self, work: impl FnOnce()) -> f64 {
        let (processor, start) = (processor(), Instant::now());
        work();
        let taken = start.elapsed().as_secs_f64();
        self.processor += self::processor() - processor;
        taken
    }

    /// The part of that time in which this process had a processor, since the last question.
    fn share(&mut self, taken: f64) -> f64 {
        (std::mem::take(&mut self.processor).as_secs_f64() / taken).min(1.0)
    }
}

fn processor() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.try_into().unwrap_or_default())
}

/// All numbers below `count`, in an order that is random and always the same: Fisher and Yates, with numbers of a linear
/// congruential generator.
fn shuffled(count: u32) -> Vec<u32> {
    let mut ids: Vec<u32> = (0..count).collect();
    let mut state = 20_240_607_u64;
    for index in (1..ids.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ids.swap(index, (state >> 33) as usize % (index + 1));
    }
    ids
}
