//! Breaks things: workers, servers and the network, one or two at a time, with calm between.

use crate::chance::Chance;
use crate::crew::Crew;
use crate::record::{Record, Span};
use crate::servers::{Server, Servers};
use crate::world::{now, pause};
use std::io;
use std::time::Duration;

/// How long nothing is broken, milliseconds.
const CALM: (u64, u64) = (300, 700);

/// How long it takes after a fault until callers have noticed that it is over: longer than a breaker's pause.
const RECOVERY: Duration = Duration::from_millis(250);

/// What may happen to a server.
#[derive(Clone, Copy, Debug)]
enum ServerFault {
    Freeze,
    Kill,
    Restart,
    Flush,
    Evict,
}

/// What may happen to a network.
#[derive(Clone, Copy, Debug)]
enum NetworkFault {
    Delay,
    Cut,
    Hang,
    Trickle,
}

/// What may happen to a worker.
#[derive(Clone, Copy, Debug)]
enum WorkerFault {
    Freeze,
    Kill,
}

/// The one that breaks things.
pub(crate) struct Nemesis<'a> {
    servers: &'a dyn Servers,
    crew: &'a mut Crew,
    chance: Chance,
    records: Vec<Record>,
}

impl<'a> Nemesis<'a> {
    /// Against these.
    pub(crate) fn new(servers: &'a dyn Servers, crew: &'a mut Crew, chance: Chance) -> Self {
        Self { servers, crew, chance, records: Vec::new() }
    }

    /// Breaks things until that time; gives back what it did.
    pub(crate) fn rage(mut self, until: u64) -> io::Result<Vec<Record>> {
        while now() < until {
            self.calm();
            if now() >= until {
                break;
            }
            let network = !self.servers.networks().is_empty();
            let server = !self.servers.list().is_empty();
            let worker = !(network || server) || self.chance.percent(40);
            let frozen = if worker { self.break_worker()? } else { None };
            match self.chance.percent(30) {
                true if network => self.break_network(),
                _ if server => self.break_server(),
                _ => self.wait(50, 500),
            }
            if let Some(index) = frozen {
                self.crew.thaw(index);
            }
            pause(RECOVERY);
        }
        self.calm();
        Ok(self.records)
    }

    fn calm(&mut self) {
        let start = now();
        self.wait(CALM.0, CALM.1);
        self.records.push(Record::Calm(Span { start, end: now() }));
    }

    fn wait(&mut self, from: u64, to: u64) {
        pause(self.chance.micros(from * 1000, to * 1000));
    }

    fn note(&mut self, what: String) {
        self.records.push(Record::Fault { time: now(), what });
    }

    /// Gives back which one is frozen.
    fn break_worker(&mut self) -> io::Result<Option<usize>> {
        let index = self.chance.index(self.crew.count());
        let faults = [WorkerFault::Freeze, WorkerFault::Freeze, WorkerFault::Kill];
        let fault = faults[self.chance.index(faults.len())];
        self.note(format!("worker {index}: {fault:?} worker"));
        match fault {
            WorkerFault::Freeze => {
                self.crew.freeze(index);
                Ok(Some(index))
            }
            WorkerFault::Kill => {
                self.crew.replace(index)?;
                Ok(None)
            }
        }
    }

    fn break_server(&mut self) {
        use ServerFault::{Evict, Flush, Freeze, Kill, Restart};
        let servers = self.servers;
        let list = servers.list();
        let index = self.chance.index(list.len());
        let server: &dyn Server = list[index];
        let faults = [Freeze, Freeze, Kill, Restart, Flush, Evict];
        let fault = faults[self.chance.index(faults.len())];
        self.note(format!("server {index}: {fault:?} server"));
        match fault {
            Freeze => {
                server.freeze();
                self.wait(50, 400);
                server.thaw();
            }
            Kill => {
                server.kill();
                self.wait(20, 300);
                server.restart();
                servers.settle();
            }
            Restart => {
                server.restart();
                servers.settle();
            }
            Flush => {
                for _ in 0..5 {
                    server.flush();
                    self.wait(5, 50);
                }
            }
            Evict => {
                let before = server.evicted();
                server.fill();
                let evicted = server.evicted().saturating_sub(before);
                self.note(format!("server {index}: {evicted} evicted"));
            }
        }
    }

    fn break_network(&mut self) {
        use NetworkFault::{Cut, Delay, Hang, Trickle};
        let networks = self.servers.networks();
        let index = self.chance.index(networks.len());
        let network = networks[index];
        let fault = [Delay, Cut, Hang, Trickle][self.chance.index(4)];
        self.note(format!("network {index}: {fault:?} network"));
        match fault {
            Delay => network.delay(self.chance.micros(1_000, 80_000)),
            Cut => network.cut(),
            Hang => network.hang(),
            Trickle => network.trickle(),
        }
        self.wait(50, 400);
        network.pass();
    }
}
