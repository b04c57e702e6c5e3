//! The programs of the servers: named by a variable, or in the `PATH`.

use std::env;
use std::path::PathBuf;

/// A server program that has to be installed.
#[derive(Debug)]
pub(super) struct Program {
    /// A variable that, when set, names the program to use.
    pub(super) variable: &'static str,
    /// Names in the `PATH`, the first that is there is used.
    pub(super) names: &'static [&'static str],
    /// The Debian package that brings it.
    pub(super) debian: &'static str,
}

pub(super) const REDIS: Program = Program {
    variable: "ECACHED_REDIS_SERVER",
    names: &["redis-server", "valkey-server"],
    debian: "redis-server",
};

pub(super) const MEMCACHED: Program =
    Program { variable: "ECACHED_MEMCACHED", names: &["memcached"], debian: "memcached" };

impl Program {
    /// Where it is.
    ///
    /// # Panics
    ///
    /// When it is not there; says how to install it.
    pub(super) fn find(&self) -> PathBuf {
        let named = env::var_os(self.variable).filter(|value| !value.is_empty());
        named.map(PathBuf::from).or_else(|| self.in_path()).unwrap_or_else(|| {
            let Self { variable, names, debian } = self;
            let names = names.join("` or `");
            panic!(
                "the test needs the program `{names}`, which is not installed\n  \
                 on Debian or Ubuntu: apt-get install {debian}\n  \
                 elsewhere: install what brings it, or set {variable} to its path"
            )
        })
    }

    fn in_path(&self) -> Option<PathBuf> {
        let path = env::var_os("PATH")?;
        let files = |name| env::split_paths(&path).map(move |folder| folder.join(name));
        self.names.iter().flat_map(files).find(|file| file.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "apt-get install no-such-package")]
    fn what_is_missing_is_named_with_its_remedy() {
        let variable = "ECACHED_NO_SUCH_VARIABLE";
        Program { variable, names: &["no-such-program"], debian: "no-such-package" }.find();
    }

    #[test]
    fn the_first_name_in_the_path_is_used() {
        let variable = "ECACHED_NO_SUCH_VARIABLE";
        let shell = Program { variable, names: &["no-such-program", "sh"], debian: "dash" };
        assert!(shell.find().ends_with("sh"));
    }
}
