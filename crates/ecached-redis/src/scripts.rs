//! The steps that plain commands cannot do at once, as Lua scripts (`EVAL`).
//!
//! They are sent whole: they run on misses only, are a few hundred bytes long, and a server that restarted or failed over
//! needs no second round trip to learn them, as it would with `EVALSHA`.

/// Stores an entry if its lease still stands.
///
/// `KEYS`: lease, entry. `ARGV`: the lease's version, the entry, its life in ms or nothing, how long the lease goes on
/// living in ms or nothing for not at all. Answers 1 if the entry was stored.
///
/// The lease outlives the store for a moment, so that others who computed with it may store too; it need not live long
/// after it, because who misses the entry from now on begins a new computation.
pub(crate) const STORE: &str = "\
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[2], ARGV[2]) else redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
if ARGV[4] == '' then redis.call('DEL', KEYS[1])
elseif redis.call('PTTL', KEYS[1]) > tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1";

/// Lets versions live at least as long as an entry that cites them. Never shortens a life.
///
/// `KEYS`: versions. `ARGV`: the life of the entry in ms or nothing, the life to give to a version that has less, in ms or
/// nothing for ever.
pub(crate) const EXTEND: &str = "\
for _, key in ipairs(KEYS) do
  local left = redis.call('PTTL', key)
  if left >= 0 and (ARGV[1] == '' or left < tonumber(ARGV[1])) then
    if ARGV[2] == '' then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ARGV[2]) end
  end
end
return 1";

/// Gives a lock back, unless it has become another's.
///
/// `KEYS`: the lock. `ARGV`: the token.
pub(crate) const RELEASE: &str = "\
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1";
