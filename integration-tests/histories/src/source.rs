//! The source of truth that all processes share: a counter per row, each in a file of its own.
//!
//! It is linearizable: an operation takes effect at a moment between its begin and its end, in all processes alike. Every
//! operation holds an advisory lock of the row's file while it reads or writes, exclusive for writers, so of two that
//! conflict one ends before the other begins; and what is written to a file is what the next `read` of the same kernel's page
//! cache returns. A file is opened anew for each operation, because such a lock belongs to the open file: threads that
//! shared one would share the lock too. A process that dies gives its locks back; one that dies while it writes has written
//! all eight bytes or none, since one `write` of so few is not interrupted.
//!
//! A file per row, so that a process that is frozen while it holds a lock stops the others at one row only.

use crate::model::ROWS;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The rows' files.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    folder: PathBuf,
}

impl Source {
    /// Creates it, with all rows at version 0.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let source = Self::open(folder);
        for row in 0..ROWS {
            fs::write(source.path(row), 0_u64.to_le_bytes())?;
        }
        Ok(source)
    }

    /// The one in that folder.
    pub(crate) fn open(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// A row's version.
    pub(crate) fn read(&self, row: u8) -> io::Result<u64> {
        let file = File::open(self.path(row))?;
        file.lock_shared()?;
        version(&file)
    }

    /// Commits a row's next version.
    pub(crate) fn bump(&self, row: u8) -> io::Result<u64> {
        let file = OpenOptions::new().read(true).write(true).open(self.path(row))?;
        file.lock()?;
        let next = version(&file)? + 1;
        file.write_all_at(&next.to_le_bytes(), 0)?;
        Ok(next)
    }

    fn path(&self, row: u8) -> PathBuf {
        self.folder.join(format!("row-{row}"))
    }
}

fn version(file: &File) -> io::Result<u64> {
    let mut bytes = [0; 8];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_commit_is_lost() {
        let folder = std::env::temp_dir().join(format!("ecached-source-{}", std::process::id()));
        let source = Source::create(&folder).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..250).for_each(|_| assert!(source.bump(3).unwrap() > 0)));
            }
        });
        assert_eq!((source.read(3).unwrap(), source.read(4).unwrap()), (1000, 0));
        fs::remove_dir_all(folder).unwrap();
    }
}
