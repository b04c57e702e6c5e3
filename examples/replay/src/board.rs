//! Numbers that all processes see: a file in the run's folder, read and written by position.
//!
//! A number is written by one process only, at any time, and read by all. What a write has put into the system's page
//! cache every later read finds there, in whatever process: so a floor that is read was written before, after its
//! invalidation had returned. Whether a read that *overlaps* a write gets the old number, the new one or a mixture, no
//! system promises. Therefore each number stands there with a product of itself that a mixture does not have: a torn read
//! is noticed, and read again.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Numbers that each process has for its figures.
pub(crate) const FIGURES: usize = 13;

/// A number and its product.
const RECORD: usize = 16;
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// See the module. At first all numbers are 0.
#[derive(Debug)]
pub(crate) struct Board {
    file: File,
    processes: usize,
}

impl Board {
    pub(crate) fn create(folder: &Path, processes: usize, rows: usize) -> io::Result<Self> {
        let file = options().create(true).truncate(true).open(folder.join("board"))?;
        file.set_len(((processes * FIGURES + rows) * RECORD) as u64)?;
        Ok(Self { file, processes })
    }

    pub(crate) fn open(folder: &Path, processes: usize) -> io::Result<Self> {
        Ok(Self { file: options().open(folder.join("board"))?, processes })
    }

    /// The version that a row has at least in what is read from now on.
    pub(crate) fn floor(&self, slot: u32) -> io::Result<u32> {
        let number = self.get(self.processes * FIGURES + slot as usize)?;
        u32::try_from(number).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    pub(crate) fn set_floor(&self, slot: u32, version: u32) -> io::Result<()> {
        self.set(self.processes * FIGURES + slot as usize, version.into())
    }

    /// What a process has published, field by field.
    pub(crate) fn figures(&self, process: usize) -> io::Result<[u64; FIGURES]> {
        let mut figures = [0; FIGURES];
        for (field, figure) in figures.iter_mut().enumerate() {
            *figure = self.get(process * FIGURES + field)?;
        }
        Ok(figures)
    }

    pub(crate) fn set_figures(&self, process: usize, figures: [u64; FIGURES]) -> io::Result<()> {
        let mut fields = figures.into_iter().enumerate();
        fields.try_for_each(|(field, figure)| self.set(process * FIGURES + field, figure))
    }

    fn get(&self, index: usize) -> io::Result<u64> {
        loop {
            let mut record = [0; RECORD];
            read_at(&self.file, &mut record, (index * RECORD) as u64)?;
            let words = record.as_chunks::<8>().0;
            let number = u64::from_ne_bytes(words[0]);
            if u64::from_ne_bytes(words[1]) == number.wrapping_mul(FACTOR) {
                return Ok(number);
            }
        }
    }

    fn set(&self, index: usize, number: u64) -> io::Result<()> {
        let mut record = [0; RECORD];
        record[..8].copy_from_slice(&number.to_ne_bytes());
        record[8..].copy_from_slice(&number.wrapping_mul(FACTOR).to_ne_bytes());
        write_at(&self.file, &record, (index * RECORD) as u64)
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    options
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
    if read == bytes.len() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
    if written == bytes.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn what_one_sets_another_sees() {
        let folder = tempfile::tempdir().unwrap();
        let board = Board::create(folder.path(), 3, 10).unwrap();
        let other = Board::open(folder.path(), 3).unwrap();
        let figures = std::array::from_fn(|field| field as u64);
        board.set_figures(2, figures).unwrap();
        board.set_floor(0, 7).unwrap();
        board.set_floor(9, 8).unwrap();
        assert_eq!(other.figures(2).unwrap(), figures);
        assert_eq!(other.figures(1).unwrap(), [0; FIGURES]);
        assert_eq!([0, 1, 9].map(|slot| other.floor(slot).unwrap()), [7, 0, 8]);
    }

    #[test]
    fn what_is_read_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let board = Board::create(folder.path(), 0, 1).unwrap();
        let other = Board::open(folder.path(), 0).unwrap();
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                (0..20_000).for_each(|round| board.set_floor(0, round * 0x0001_0101).unwrap());
            });
            let mut last = 0;
            while !writer.is_finished() {
                let seen = other.floor(0).unwrap();
                assert!(seen >= last && seen.is_multiple_of(0x0001_0101), "{last:x}, {seen:x}");
                last = seen;
            }
        });
    }
}
