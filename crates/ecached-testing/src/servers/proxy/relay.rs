//! The threads of a proxy: one that accepts, and two for each connection, which carry its bytes.

use super::fault::{Fault, Switch};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Begins as no answer of any server does, with and without TLS, and has an end of line, so that no client waits for more.
/// The same each time: random bytes would be a valid answer now and then.
const GARBAGE: &[u8] = b"\xfe\x00\xc3\x28 garbage \xff\xfe\r\n\x00\x01\x02\r\n\r\n";

/// Takes connections until the proxy ends.
pub(super) fn accept(listener: &TcpListener, target: SocketAddr, switch: &Arc<Switch>) {
    for client in listener.incoming() {
        if switch.is_over() {
            return;
        }
        let Ok(client) = client else { continue };
        let (number, switch) = (switch.count(), Arc::clone(switch));
        thread::spawn(move || {
            // A connection that ends is no news: the client sees it.
            let _ = relay(&client, target, &switch, number);
            let _ = client.shutdown(Shutdown::Both);
        });
    }
}

/// Connects a client to the server, if it is there, and carries bytes until the connection ends.
fn relay(client: &TcpStream, target: SocketAddr, switch: &Switch, number: usize) -> io::Result<()> {
    if switch.wait_while_hung() == Fault::Cut {
        return Ok(());
    }
    let server = TcpStream::connect(target)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    if !switch.open(number, [client.try_clone()?, server.try_clone()?]) {
        return Ok(());
    }
    thread::scope(|scope| {
        scope.spawn(|| carry(&server, client, switch, |_| Ok(())));
        carry(client, &server, switch, |mut client| client.write_all(GARBAGE));
    });
    switch.close(number);
    Ok(())
}

/// Carries bytes in one direction until there are no more. `answer_garbage` is what the fault of that name does to `from`.
fn carry(
    from: &TcpStream,
    to: &TcpStream,
    switch: &Switch,
    answer_garbage: impl Fn(&TcpStream) -> io::Result<()>,
) {
    let (mut reader, mut writer) = (from, to);
    let mut buffer = vec![0; 16 * 1024];
    loop {
        // An end that was reset has no more to say either.
        let count = reader.read(&mut buffer).unwrap_or(0);
        let bytes = &buffer[..count];
        let carried = match switch.hold() {
            Fault::Cut => Err(io::ErrorKind::ConnectionAborted.into()),
            _ if bytes.is_empty() => {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            Fault::Garbage => answer_garbage(from),
            Fault::Trickle => trickle(bytes, to, switch),
            Fault::None | Fault::Delay(_) | Fault::Hang => writer.write_all(bytes),
        };
        if carried.is_err() {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
            return;
        }
    }
}

/// Passes bytes on one by one, until there is another fault.
fn trickle(bytes: &[u8], mut to: &TcpStream, switch: &Switch) -> io::Result<()> {
    for (position, byte) in bytes.iter().enumerate() {
        to.write_all(&[*byte])?;
        match switch.hold() {
            Fault::Trickle => {}
            Fault::Cut => return Err(io::ErrorKind::ConnectionAborted.into()),
            Fault::Garbage => return Ok(()),
            Fault::None | Fault::Delay(_) | Fault::Hang => {
                return to.write_all(&bytes[position + 1..]);
            }
        }
    }
    Ok(())
}
