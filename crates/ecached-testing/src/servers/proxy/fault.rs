//! The fault that a proxy has, and the connections that it applies to.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What happens to bytes on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fault {
    #[default]
    None,
    Delay(Duration),
    Cut,
    Hang,
    Garbage,
    Trickle,
}

/// Both ends of a connection.
pub(super) type Ends = [TcpStream; 2];

/// Switches between faults.
#[derive(Debug, Default)]
pub(super) struct Switch {
    state: Mutex<State>,
    /// Told of each other fault.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    fault: Fault,
    is_over: bool,
    accepted: usize,
    /// The connections that are open, by number, to close them from here.
    open: HashMap<usize, Ends>,
}

impl Switch {
    /// Changes to another fault.
    pub(super) fn set(&self, fault: Fault) {
        let mut state = self.state();
        state.fault = fault;
        if fault == Fault::Cut {
            for end in state.open.drain().flat_map(|(_, ends)| ends) {
                let _ = end.shutdown(Shutdown::Both);
            }
        }
        self.changed.notify_all();
    }

    /// Closes everything for good.
    pub(super) fn end(&self) {
        self.state().is_over = true;
        self.set(Fault::Cut);
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().is_over
    }

    pub(super) fn accepted(&self) -> usize {
        self.state().accepted
    }

    /// Counts a connection; its number.
    pub(super) fn count(&self) -> usize {
        let mut state = self.state();
        state.accepted += 1;
        state.accepted
    }

    /// Takes a connection into those that can be cut; `false` when it is to be closed, because they are cut already.
    pub(super) fn open(&self, number: usize, ends: Ends) -> bool {
        let mut state = self.state();
        if state.fault == Fault::Cut {
            return false;
        }
        state.open.insert(number, ends);
        true
    }

    /// Forgets a connection that has ended.
    pub(super) fn close(&self, number: usize) {
        self.state().open.remove(&number);
    }

    /// Waits while nothing gets through; says what applies then.
    pub(super) fn wait_while_hung(&self) -> Fault {
        let hung = |state: &mut State| state.fault == Fault::Hang;
        let waiting = self.changed.wait_while(self.state(), hung);
        waiting.unwrap_or_else(PoisonError::into_inner).fault
    }

    /// Waits for as long as bytes on their way are held back; says what applies to them then.
    pub(super) fn hold(&self) -> Fault {
        let fault = self.wait_while_hung();
        let late_by = match fault {
            Fault::Delay(by) => by,
            Fault::Trickle => Duration::from_millis(1),
            _ => return fault,
        };
        let same = |state: &mut State| state.fault == fault;
        drop(self.changed.wait_timeout_while(self.state(), late_by, same));
        self.wait_while_hung()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
