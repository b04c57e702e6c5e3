//! A Redis cluster.

use super::redis::{Redis, RedisBuilder};
use super::{ports, wait};

/// Primaries: the fewest that can agree that one of them is gone.
const PRIMARIES: u16 = 3;

/// The hash slots that they share.
const SLOTS: u16 = 16_384;

/// A Redis cluster of three primaries without replicas, each on a free port of this computer.
///
/// # Examples
///
/// ```no_run
/// use ecached_testing::servers::RedisCluster;
///
/// let cluster = RedisCluster::start();
/// // … a client of `cluster.url()` …
/// cluster.nodes()[2].kill();
/// ```
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Redis>,
}

impl RedisCluster {
    /// Starts the nodes as they are by default; returns when each of them reports that the cluster is well.
    ///
    /// # Panics
    ///
    /// When the program is not installed, or the nodes do not become a cluster.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(Redis::builder())
    }

    /// Starts nodes that are configured alike.
    ///
    /// # Panics
    ///
    /// When the program is not installed, or the nodes do not become a cluster.
    #[must_use]
    pub fn start_with(builder: RedisBuilder) -> Self {
        let builder = builder.cluster();
        let cluster = Self { nodes: (0..PRIMARIES).map(|_| builder.clone().start()).collect() };
        for (number, node) in (0..PRIMARIES).zip(&cluster.nodes) {
            let first = SLOTS / PRIMARIES * number;
            let last = if number + 1 == PRIMARIES { SLOTS } else { first + SLOTS / PRIMARIES } - 1;
            assign(node, first, last);
            order(node, &["CLUSTER", "SET-CONFIG-EPOCH", &(number + 1).to_string()]);
        }
        for node in &cluster.nodes[1..] {
            let port = node.port();
            let (address, bus) = (port.to_string(), (port + ports::CLUSTER_BUS).to_string());
            order(&cluster.nodes[0], &["CLUSTER", "MEET", "127.0.0.1", &address, &bus]);
        }
        cluster.wait_until_well();
        cluster
    }

    /// Where a client finds it: `redis+cluster://127.0.0.1:port,127.0.0.1:port,127.0.0.1:port`, with the password or user
    /// if there is one.
    #[must_use]
    pub fn url(&self) -> String {
        let addresses: Vec<_> = self.nodes.iter().map(|node| node.address().to_string()).collect();
        format!("redis+cluster://{}{}", self.nodes[0].credentials(), addresses.join(","))
    }

    /// The primaries, in the order of their slots.
    #[must_use]
    pub fn nodes(&self) -> &[Redis] {
        &self.nodes
    }

    /// The primary that keeps a key.
    ///
    /// # Panics
    ///
    /// When the nodes do not answer.
    #[must_use]
    pub fn node_of(&self, key: &str) -> &Redis {
        let asked = self.nodes.iter().find_map(|node| {
            node.try_command(&["CLUSTER", "KEYSLOT", key], wait::LIMIT).ok()?.integer()
        });
        let slot = asked.unwrap_or_else(|| panic!("no node of the cluster says where {key:?} is"));
        let width = i64::from(SLOTS / PRIMARIES);
        let number = usize::try_from(slot / width).unwrap_or_default();
        &self.nodes[number.min(self.nodes.len() - 1)]
    }

    /// Waits until each node reports that the cluster is well: after a [`Redis::restart`] of one, for example.
    ///
    /// # Panics
    ///
    /// When that takes more than ten seconds.
    pub fn wait_until_well(&self) {
        let well = wait::until(wait::LIMIT, || self.nodes.iter().all(is_well).then_some(()));
        let state = || self.nodes[0].try_command(&["CLUSTER", "INFO"], wait::LIMIT);
        assert!(well.is_some(), "the nodes do not become a Redis cluster: {:?}", state());
    }
}

/// Gives a node all slots from the first to the last.
fn assign(node: &Redis, first: u16, last: u16) {
    let range = [first, last].map(|slot| slot.to_string());
    let reply = node.command(&["CLUSTER", "ADDSLOTSRANGE", &range[0], &range[1]]);
    if reply.is_error() {
        // Servers before Redis 7 want to be told each.
        let slots: Vec<String> = (first..=last).map(|slot| slot.to_string()).collect();
        let mut words = vec!["CLUSTER", "ADDSLOTS"];
        words.extend(slots.iter().map(String::as_str));
        order(node, &words);
    }
}

/// Whether a node knows all others and reaches them.
fn is_well(node: &Redis) -> bool {
    let Ok(reply) = node.try_command(&["CLUSTER", "INFO"], wait::LIMIT) else { return false };
    let text = reply.text().unwrap_or_default();
    let has = |line: String| text.lines().any(|found| found == line);
    has("cluster_state:ok".into()) && has(format!("cluster_size:{PRIMARIES}"))
}

/// A command that has to succeed.
fn order(node: &Redis, words: &[&str]) {
    let reply = node.command(words);
    assert!(!reply.is_error(), "{:?} of a Redis cluster failed: {reply:?}", &words[..2]);
}
