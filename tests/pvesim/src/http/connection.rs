//! One connection: reads heads and bodies, sends replies whole or in the ways in which networks break them.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How long an idle connection is kept; the real server's value.
const IDLE: Duration = Duration::from_secs(5);
/// A head that is larger than this is no head.
const MOST_HEAD: usize = 64 * 1024;

/// How a reply is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// A reset, and nothing of the reply.
    Reset,
    /// The first half of the reply's bytes, then the end.
    Half,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.write(buffer),
            Stream::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}

/// A connection of a client.
pub struct Connection {
    stream: Stream,
    /// What was read and not used yet.
    buffer: Vec<u8>,
}

impl Connection {
    /// A connection over a socket, with TLS where there is a configuration for it.
    ///
    /// # Errors
    /// If the socket or TLS cannot be set up.
    pub fn new(socket: TcpStream, tls: Option<Arc<ServerConfig>>) -> io::Result<Connection> {
        socket.set_read_timeout(Some(IDLE))?;
        let stream = match tls {
            None => Stream::Plain(socket),
            Some(config) => {
                let tls = ServerConnection::new(config).map_err(io::Error::other)?;
                Stream::Tls(Box::new(StreamOwned::new(tls, socket)))
            }
        };
        Ok(Connection { stream, buffer: Vec::new() })
    }

    /// The text of the next head, without the empty line at its end; none when the client is done, or was silent for too long.
    pub fn read_head(&mut self) -> Option<String> {
        loop {
            // Empty lines before a request are overlooked.
            let start = self.buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let end = |mark: &[u8]| {
                let found = self.buffer[start..].windows(mark.len()).position(|window| window == mark);
                found.map(|at| (start + at, start + at + mark.len()))
            };
            if let Some((end, next)) = end(b"\r\n\r\n").or_else(|| end(b"\n\n")) {
                let head = String::from_utf8_lossy(&self.buffer[start..end]).into_owned();
                self.buffer.drain(..next);
                return Some(head);
            }
            if self.buffer.len() > MOST_HEAD || !self.fill() {
                return None;
            }
        }
    }

    /// The body of this many bytes; none if the client ends before.
    pub fn read_body(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < length {
            if !self.fill() {
                return None;
            }
        }
        Some(self.buffer.drain(..length).collect())
    }

    /// Reads more; whether there was more.
    fn fill(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(count) => {
                self.buffer.extend_from_slice(&bytes[..count]);
                count > 0
            }
            Err(_) => false,
        }
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// If the client has gone.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// Ends the connection in order: what the client still sends is read for a moment, for a close with unread bytes would
    /// reset the connection and take the reply with it.
    pub fn close(mut self) {
        if let Stream::Tls(stream) = &mut self.stream {
            stream.conn.send_close_notify();
            // A client that has gone needs no goodbye.
            let _ = stream.flush();
        }
        let socket = self.stream.socket();
        let is_closing = socket.shutdown(Shutdown::Write).is_ok()
            && socket.set_read_timeout(Some(Duration::from_millis(200))).is_ok();
        let until = Instant::now() + Duration::from_secs(1);
        while is_closing && Instant::now() < until && self.fill() {
            self.buffer.clear();
        }
    }

    /// Ends the connection as a broken network does.
    pub fn cut(mut self, cut: Cut, reply: &[u8]) {
        match cut {
            Cut::Reset => reset(self.stream.socket()),
            Cut::Half => {
                // Whether it arrives is the point of the exercise, not ours to know.
                let _ = self.send(&reply[..reply.len() / 2]);
                let _ = self.stream.socket().shutdown(Shutdown::Both);
            }
        }
    }

    /// Says nothing for a while, and then resets: for a client that waits at most so long, a server that hangs.
    pub fn hang(self, time: Duration) {
        std::thread::sleep(time);
        reset(self.stream.socket());
    }
}

/// Makes the close of a socket a reset.
pub(super) fn reset(socket: &TcpStream) {
    let socket = socket2::SockRef::from(socket);
    // If it has gone already, the client sees an end in any case.
    let _ = socket.set_linger(Some(Duration::ZERO));
}
