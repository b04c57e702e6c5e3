//! Memcached's text protocol, as much of it as telling where an answer ends takes.
//! <https://github.com/memcached/memcached/blob/master/doc/protocol.txt>

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Asks on a new connection.
pub(super) fn ask(address: SocketAddr, command: &str, timeout: Duration) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    stream.write_all(format!("{command}\r\n").as_bytes())?;
    read_answer(&mut BufReader::new(stream))
}

/// Reads lines, and values between them, up to one that ends an answer.
fn read_answer(from: &mut impl BufRead) -> io::Result<String> {
    let mut answer = Vec::new();
    loop {
        let start = answer.len();
        if from.read_until(b'\n', &mut answer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = String::from_utf8_lossy(&answer[start..]).into_owned();
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words[..] {
            ["VALUE", _, _, length, ..] | ["VA", length, ..] => {
                let length: usize = length.parse().map_err(io::Error::other)?;
                let start = answer.len();
                answer.resize(start + length + 2, 0);
                from.read_exact(&mut answer[start..])?;
                if words[0] == "VALUE" {
                    continue;
                }
            }
            ["STAT" | "ITEM", ..] => continue,
            _ => {}
        }
        return Ok(String::from_utf8_lossy(&answer).into_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of an answer after which the server says no more.
    fn read(text: &str) -> io::Result<String> {
        read_answer(&mut text.as_bytes())
    }

    #[test]
    fn an_answer_is_read_to_its_end() {
        let values = "VALUE a 0 5\r\nEND\r\n\r\nVALUE b 0 1 7\r\n5\r\nEND\r\n";
        for text in ["STORED\r\n", "7\r\n", "STAT pid 7\r\nEND\r\n", values, "VA 2 t-1\r\nok\r\n"] {
            assert_eq!(read(&format!("{text}next\r\n")).unwrap(), text);
        }
    }

    #[test]
    fn an_answer_that_is_cut_short_is_an_error() {
        for text in ["", "STAT pid 7\r\n", "VALUE a 0 5\r\nab", "VALUE a 0 x\r\n"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
