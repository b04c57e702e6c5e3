//! All schedules of a world, each state once, the shortest way to it first.
//!
//! A world cannot be copied: it holds real flights and machines. So a state is reached again by replaying its schedule from
//! the beginning. States are compared by a digest of everything that decides what happens next.

use ecached_core::clock::Clock;
use std::collections::HashMap;
use std::time::Duration;

/// One step of a schedule: what, of whom, which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "worlds make them")]
pub struct Choice {
    /// What happens.
    pub kind: u8,
    /// To whom.
    pub who: u8,
    /// Which part.
    pub part: u8,
}

/// Something that moves by steps.
pub trait World: Sized {
    /// What it is made from.
    type Setup: Sync;

    /// Its first state.
    fn new(setup: &Self::Setup) -> Self;

    /// What may happen now. The same for each replay.
    fn choices(&self) -> Vec<Choice>;

    /// Lets it happen.
    fn apply(&mut self, choice: Choice);

    /// The number of the state.
    fn digest(&self) -> u128;

    /// Which promise was broken on the way here.
    fn violation(&self) -> Option<String>;

    /// What has happened on the way here, as bits, for those who want to know that it does happen.
    fn marks(&self) -> u32;

    /// In words.
    fn describe(&self, choice: Choice) -> String;
}

/// How far to go.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// States at most.
    pub states: usize,
    /// Steps of a schedule at most.
    pub depth: usize,
    /// Threads.
    pub threads: usize,
    /// Whether states are told apart; if not, every schedule is walked.
    pub merges: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { states: usize::MAX, depth: usize::MAX, threads: 2, merges: true }
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Found {
    /// Different states.
    pub states: usize,
    /// Steps between them.
    pub steps: usize,
    /// Steps of the longest shortest way to a state.
    pub depth: usize,
    /// Schedules from the beginning to an end; `None`: not all were seen, or one goes in circles.
    pub schedules: Option<f64>,
    /// No limit was met.
    pub is_complete: bool,
    /// All that has happened on any way.
    pub marks: u32,
    /// The first broken promise, and the shortest way to it.
    pub violation: Option<(String, Vec<String>)>,
    /// How long it took.
    pub took: Duration,
}

struct Node {
    parent: u32,
    choice: Choice,
}

/// A step that was tried.
struct Tried {
    parent: u32,
    choice: Choice,
    digest: u128,
    marks: u32,
    violation: Option<String>,
}

/// Walks all schedules, breadth first, until a promise is broken.
///
/// # Panics
///
/// When a step of the world does.
pub fn explore<W: World>(setup: &W::Setup, limits: Limits) -> Found {
    let clock = Clock::system();
    let began = clock.now();
    let mut walk = Walk::new(W::new(setup).digest());
    let mut frontier = vec![0];
    while !frontier.is_empty() && walk.found.violation.is_none() {
        if walk.found.depth >= limits.depth || walk.nodes.len() >= limits.states {
            walk.found.is_complete = false;
            break;
        }
        walk.found.depth += 1;
        let size = frontier.len().div_ceil(limits.threads.max(1)).max(1);
        let nodes = &walk.nodes;
        let tried: Vec<Tried> = std::thread::scope(|scope| {
            let expand = |part: &'_ [u32]| {
                let part = part.to_vec();
                scope.spawn(move || {
                    part.iter().flat_map(|id| expand::<W>(setup, nodes, *id)).collect::<Vec<_>>()
                })
            };
            let threads: Vec<_> = frontier.chunks(size).map(expand).collect();
            let joined = threads.into_iter().map(|thread| thread.join().expect("no step panics"));
            joined.flatten().collect()
        });
        frontier = walk.take::<W>(setup, tried, limits.merges);
    }
    let mut found = walk.finish();
    found.took = clock.now().since(began);
    found
}

fn path(nodes: &[Node], mut id: u32) -> Vec<Choice> {
    let mut path = Vec::new();
    while id != 0 {
        let node = &nodes[id as usize];
        path.push(node.choice);
        id = node.parent;
    }
    path.reverse();
    path
}

fn replay<W: World>(setup: &W::Setup, path: &[Choice]) -> W {
    let mut world = W::new(setup);
    path.iter().for_each(|choice| world.apply(*choice));
    world
}

fn expand<W: World>(setup: &W::Setup, nodes: &[Node], parent: u32) -> Vec<Tried> {
    let path = path(nodes, parent);
    let first: W = replay(setup, &path);
    let choices = first.choices();
    let (mut first, mut tried) = (Some(first), Vec::with_capacity(choices.len()));
    for choice in choices {
        let mut world = first.take().unwrap_or_else(|| replay(setup, &path));
        world.apply(choice);
        let (digest, marks) = (world.digest(), world.marks());
        tried.push(Tried { parent, choice, digest, marks, violation: world.violation() });
    }
    tried
}

struct Walk {
    nodes: Vec<Node>,
    known: HashMap<u128, u32>,
    edges: Vec<(u32, u32)>,
    found: Found,
}

impl Walk {
    fn new(first: u128) -> Self {
        let root = Node { parent: 0, choice: Choice { kind: 0, who: 0, part: 0 } };
        Self {
            nodes: vec![root],
            known: HashMap::from([(first, 0)]),
            edges: Vec::new(),
            found: Found { is_complete: true, ..Found::default() },
        }
    }

    /// Takes in what was tried; gives back the states that are new.
    fn take<W: World>(&mut self, setup: &W::Setup, tried: Vec<Tried>, merges: bool) -> Vec<u32> {
        let mut new = Vec::new();
        for Tried { parent, choice, digest, marks, violation } in tried {
            self.found.marks |= marks;
            self.found.steps += 1;
            if let Some(violation) = violation
                && self.found.violation.is_none()
            {
                let mut way = path(&self.nodes, parent);
                way.push(choice);
                self.found.violation = Some((violation, describe::<W>(setup, &way)));
            }
            let next = u32::try_from(self.nodes.len()).expect("fewer than 2^32 states");
            let id = if merges { *self.known.entry(digest).or_insert(next) } else { next };
            self.edges.push((parent, id));
            if id == next {
                self.nodes.push(Node { parent, choice });
                new.push(id);
            }
        }
        new
    }

    fn finish(mut self) -> Found {
        self.found.states = self.nodes.len();
        if self.found.is_complete && self.found.violation.is_none() {
            self.found.schedules = self.schedules();
        }
        self.found
    }

    /// Ways from the beginning to an end: counted from the ends on. `None` if there is a circle.
    fn schedules(&mut self) -> Option<f64> {
        let count = self.nodes.len();
        self.edges.sort_unstable_by_key(|(_, to)| *to);
        let mut left = vec![0_u32; count];
        self.edges.iter().for_each(|(from, _)| left[*from as usize] += 1);
        let mut into = vec![0; count + 1];
        self.edges.iter().for_each(|(_, to)| into[*to as usize + 1] += 1);
        (0..count).for_each(|id| into[id + 1] += into[id]);
        let mut ways = vec![0.0_f64; count];
        let mut open: Vec<usize> = (0..count).filter(|id| left[*id] == 0).collect();
        open.iter().for_each(|id| ways[*id] = 1.0);
        let mut done = 0;
        while let Some(id) = open.pop() {
            done += 1;
            for (from, _) in &self.edges[into[id]..into[id + 1]] {
                let from = *from as usize;
                ways[from] += ways[id];
                left[from] -= 1;
                if left[from] == 0 {
                    open.push(from);
                }
            }
        }
        (done == count).then(|| ways[0])
    }
}

/// A schedule in words.
fn describe<W: World>(setup: &W::Setup, way: &[Choice]) -> Vec<String> {
    let mut world = W::new(setup);
    let mut words = Vec::new();
    for choice in way {
        words.push(world.describe(*choice));
        world.apply(*choice);
    }
    words
}

/// Walks every schedule without merging states, and looks for two states that were taken for the same and do not go on in the
/// same way. How many states were compared, or what differs.
///
/// # Errors
///
/// When two differ: the digest leaves something out, and the walk cannot be trusted.
pub fn compare_merged<W: World>(setup: &W::Setup) -> Result<usize, String> {
    let (mut known, mut compared) = (HashMap::<u128, Vec<(Choice, u128)>>::new(), 0);
    let mut open = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let world: W = replay(setup, &path);
        let mut next = Vec::new();
        for choice in world.choices() {
            let mut world: W = replay(setup, &path);
            world.apply(choice);
            next.push((choice, world.digest()));
            open.push([&path[..], &[choice]].concat());
        }
        match known.get(&world.digest()) {
            Some(others) if *others == next => compared += 1,
            Some(_) => return Err(describe::<W>(setup, &path).join("; ")),
            None => drop(known.insert(world.digest(), next)),
        }
    }
    Ok(compared)
}
