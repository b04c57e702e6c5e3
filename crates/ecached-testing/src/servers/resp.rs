//! What Redis speaks, as much of it as asking a server from a test takes.
//! <https://redis.io/docs/latest/develop/reference/protocol-spec/>

use std::io::{self, BufRead, Write};

/// An answer of a Redis server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// A simple string, such as `OK`.
    Status(String),
    /// An error, as the server words it: `ERR unknown command …`.
    Error(String),
    /// A number.
    Integer(i64),
    /// Bytes.
    Bulk(Vec<u8>),
    /// Neither bytes nor an array: what was asked for is absent.
    Nil,
    /// Several answers.
    Array(Vec<Self>),
}

impl Reply {
    /// A status or bytes as text; `None` for other answers and for bytes that are not UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Status(text) => Some(text),
            Self::Bulk(bytes) => str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    /// The answers of an array; none for other answers.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Self::Array(items) = self { items } else { &[] }
    }

    /// Whether the server refused.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }

    /// Reads one answer.
    pub(super) fn read(from: &mut impl BufRead) -> io::Result<Self> {
        let line = line(from)?;
        let (kind, rest) = line.split_at_checked(1).ok_or_else(|| malformed(&line))?;
        Ok(match kind {
            "+" => Self::Status(rest.to_owned()),
            "-" => Self::Error(rest.to_owned()),
            ":" => Self::Integer(number(rest)?),
            "$" => match usize::try_from(number(rest)?) {
                Ok(length) => Self::Bulk(bytes(from, length)?),
                Err(_) => Self::Nil,
            },
            "*" => match usize::try_from(number(rest)?) {
                Ok(count) => {
                    Self::Array((0..count).map(|_| Self::read(from)).collect::<Result<_, _>>()?)
                }
                Err(_) => Self::Nil,
            },
            _ => return Err(malformed(&line)),
        })
    }
}

/// Writes a command and its arguments.
pub(super) fn write(to: &mut impl Write, words: &[&str]) -> io::Result<()> {
    let mut message = format!("*{}\r\n", words.len());
    for word in words {
        message += &format!("${}\r\n{word}\r\n", word.len());
    }
    to.write_all(message.as_bytes())
}

/// A line without its end.
fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    match line.strip_suffix("\r\n") {
        Some(line) => Ok(line.to_owned()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn bytes(from: &mut impl BufRead, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length + 2];
    from.read_exact(&mut bytes)?;
    bytes.truncate(length);
    Ok(bytes)
}

fn number(text: &str) -> io::Result<i64> {
    text.parse().map_err(|_| malformed(text))
}

fn malformed(line: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not an answer of Redis: {line:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Reply> {
        Reply::read(&mut text.as_bytes())
    }

    #[test]
    fn every_kind_of_answer_is_read() {
        assert_eq!(read("+OK\r\n").unwrap().text(), Some("OK"));
        assert!(read("-ERR no\r\n").unwrap().is_error());
        assert_eq!(read(":-7\r\n").unwrap().integer(), Some(-7));
        assert_eq!(read("$4\r\na\r\nb\r\n").unwrap().text(), Some("a\r\nb"));
        assert_eq!(read("$-1\r\n").unwrap(), Reply::Nil);
        assert_eq!(read("*-1\r\n").unwrap(), Reply::Nil);
        let nested = read("*2\r\n*1\r\n:1\r\n$0\r\n\r\n").unwrap();
        assert_eq!(nested.items()[0].items(), [Reply::Integer(1)]);
        assert_eq!(nested.items()[1], Reply::Bulk(Vec::new()));
    }

    #[test]
    fn what_is_cut_short_or_no_answer_is_an_error() {
        for text in ["", "+OK", "$4\r\nab", "*2\r\n:1\r\n", "HTTP/1.1 400\r\n", ":x\r\n", "\r\n"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_command_is_an_array_of_bulks() {
        let mut message = Vec::new();
        write(&mut message, &["GET", "ключ"]).unwrap();
        assert_eq!(message, "*2\r\n$3\r\nGET\r\n$8\r\nключ\r\n".as_bytes());
    }
}
