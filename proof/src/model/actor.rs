//! A caller: the calls it is in, one inside the computation of the other.

use super::request::{Request, Told};
use super::setup::Caller;
use super::{Model, kinds, marks};
use ecached_core::Result;
use ecached_core::proof::{Answer, Call, Mode, Print, Step};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Idle,
    Running,
    Over,
}

/// What a call is doing.
pub(super) enum Doing {
    /// Its request is on its way.
    Asking(Box<Request>),
    /// The answer is there, but not yet with the caller.
    Answered(Result<Answer>),
    Waiting,
    Pausing,
    Computing,
}

/// A call.
pub(super) struct Frame {
    pub(super) call: Call,
    pub(super) doing: Doing,
    /// Invalidations that it must see.
    pub(super) required: u64,
    /// Invalidations that had been called when its computation began.
    pub(super) began: u64,
    /// The call inside its computation is over.
    pub(super) has_called: bool,
    pub(super) has_waited: bool,
    /// For mutants: what was read last, and what was put aside.
    pub(super) keys: Vec<String>,
    pub(super) memo: Option<Option<Vec<u8>>>,
}

#[derive(Default)]
pub(super) struct Actor {
    pub(super) state: State,
    pub(super) frames: Vec<Frame>,
}

impl Caller {
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.specs.len() == other.specs.len()
            && self.specs.iter().zip(&other.specs).all(|(mine, theirs)| {
                mine.mode == theirs.mode && mine.key == theirs.key && mine.names == theirs.names
            })
    }
}

impl Actor {
    /// What it can do, in how many ways.
    pub(super) fn next_step(&self) -> (u8, usize) {
        let Some(frame) = self.frames.last() else { return (kinds::EFFECT, 0) };
        match &frame.doing {
            Doing::Asking(request) => (kinds::EFFECT, request.ways()),
            Doing::Answered(_) => (kinds::DELIVER, 1),
            Doing::Waiting => (kinds::WAKE, usize::from(frame.call.wait_is_over())),
            Doing::Pausing => (kinds::RESUME, 1),
            Doing::Computing => (kinds::RETURN, 1),
        }
    }

    pub(super) fn print(&self, out: &mut Print) {
        out.number(self.state as u64);
        out.number(self.frames.len() as u64);
        for frame in &self.frames {
            match &frame.doing {
                Doing::Asking(request) => {
                    out.number(0);
                    request.print(out);
                }
                Doing::Answered(answer) => {
                    out.number(1);
                    print_answer(answer, out);
                }
                Doing::Waiting => out.number(2),
                Doing::Pausing => out.number(3),
                Doing::Computing => out.number(4),
            }
            [frame.required, frame.began].iter().for_each(|mask| out.number(*mask));
            out.flag(frame.has_called);
            out.flag(frame.memo.is_some());
            frame.memo.iter().flatten().for_each(|bytes| out.bytes(bytes));
            frame.call.print(out);
        }
    }
}

fn print_answer(answer: &Result<Answer>, out: &mut Print) {
    match answer {
        Ok(Answer::Read(values)) => values.iter().for_each(|value| {
            out.flag(value.is_some());
            value.iter().for_each(|bytes| out.bytes(bytes));
        }),
        Ok(Answer::Opened(versions)) => versions.iter().for_each(|version| out.version(*version)),
        Ok(Answer::Written(written)) => out.number(*written as u64),
        Ok(Answer::Released) => out.number(7),
        Err(_) => out.number(8),
    }
}

impl Model {
    /// The call on top.
    fn top(&mut self, who: usize) -> &mut Frame {
        self.actors[who].frames.last_mut().expect("a caller that is running is in a call")
    }

    pub(super) fn start(&mut self, who: usize) {
        self.actors[who].state = State::Running;
        self.call(who);
    }

    /// Begins the next call, inside of the one that is there.
    fn call(&mut self, who: usize) {
        let depth = self.actors[who].frames.len();
        let caller = &self.setup.callers[who];
        let cache = &self.processes[caller.process].cache;
        let around = self.actors[who].frames.last().map(|frame| &frame.call);
        let (call, step) = Call::begin(cache, &caller.specs[depth], around, self.joins_all());
        let frame = Frame {
            call,
            doing: Doing::Pausing,
            required: self.required(who, depth),
            began: 0,
            has_called: depth + 1 == caller.specs.len(),
            has_waited: false,
            keys: Vec::new(),
            memo: None,
        };
        self.actors[who].frames.push(frame);
        self.go(who, step);
    }

    /// Does what the machine says, up to where others may come in between.
    pub(super) fn go(&mut self, who: usize, step: Step) {
        match step {
            Step::Ask(ask) => {
                let ask = self.alter_ask(who, ask);
                let request = Request::ask(ask, self.setup.kind);
                self.top(who).doing = Doing::Asking(Box::new(request));
                self.collect(who);
            }
            Step::Wait => {
                let frame = self.top(who);
                (frame.doing, frame.has_waited) = (Doing::Waiting, true);
            }
            Step::Pause => self.top(who).doing = Doing::Pausing,
            Step::Compute => {
                let called = self.called;
                let is_put = self.mode(who) == Mode::Put;
                let frame = self.top(who);
                frame.doing = Doing::Computing;
                // A value that is given counts as computed when the versions have been captured.
                frame.began = called;
                if is_put {
                    self.computed(who);
                }
            }
            Step::Done(value) => self.end(who, Ok(value)),
            Step::Absent => self.end(who, Err(())),
        }
    }

    fn mode(&self, who: usize) -> Mode {
        self.setup.callers[who].specs[self.actors[who].frames.len() - 1].mode
    }

    fn end(&mut self, who: usize, value: std::result::Result<Option<u64>, ()>) {
        let mode = self.mode(who);
        let Some(frame) = self.actors[who].frames.pop() else { return };
        match value {
            Ok(Some(value)) => {
                self.marks |= if frame.has_waited { marks::SHARED } else { marks::HIT };
                self.judge(&frame, value);
            }
            Ok(None) if mode == Mode::Put => {}
            Ok(None) => self.judge(&frame, frame.began),
            Err(()) if mode == Mode::Peek => {}
            Err(()) => self.violation = Some(String::from("P4: a call got no value")),
        }
        match self.actors[who].frames.last_mut() {
            Some(outer) => outer.has_called = true,
            None => self.actors[who].state = State::Over,
        }
    }

    pub(super) fn effect(&mut self, who: usize, part: usize) {
        let Self { actors, store, .. } = self;
        if let Some(Frame { doing: Doing::Asking(request), .. }) = actors[who].frames.last_mut() {
            request.step(part, store);
        }
        self.collect(who);
    }

    /// Takes the answer of a request that is done.
    pub(super) fn collect(&mut self, who: usize) {
        let Doing::Asking(request) = &mut self.top(who).doing else { return };
        match request.told() {
            Some(Told::Answer(answer)) => self.answer(who, Ok(answer)),
            Some(Told::Invalidated) | None => {}
        }
    }

    /// The answer is there. Where nobody else could see the difference, the caller has it at once.
    pub(super) fn answer(&mut self, who: usize, answer: Result<Answer>) {
        self.top(who).doing = Doing::Answered(answer);
        if self.processes[self.setup.callers[who].process].is_single {
            self.deliver(who);
        }
    }

    pub(super) fn deliver(&mut self, who: usize) {
        let doing = std::mem::replace(&mut self.top(who).doing, Doing::Pausing);
        if let Doing::Answered(answer) = doing {
            let answer = self.alter_answer(who, answer);
            let step = self.top(who).call.answered(answer);
            self.go(who, step);
        }
    }

    pub(super) fn wake(&mut self, who: usize) {
        let step = self.top(who).call.waited();
        self.go(who, step);
    }

    pub(super) fn resume(&mut self, who: usize) {
        let step = self.top(who).call.paused();
        self.go(who, step);
    }

    /// The computation goes on: into the call inside it, or to its end.
    pub(super) fn computed(&mut self, who: usize) {
        let depth = self.actors[who].frames.len() - 1;
        if !self.top(who).has_called {
            return self.call(who);
        }
        let tags = self.setup.callers[who].specs[depth].value_tags.clone();
        let frame = self.top(who);
        let step = frame.call.computed(frame.began, &tags);
        self.go(who, step);
    }
}
