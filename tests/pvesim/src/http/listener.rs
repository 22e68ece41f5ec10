//! Listens on 127.0.0.1 and gives each connection a thread.

use std::collections::BTreeMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A port that is listened on, until this is dropped.
pub struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    is_stopping: AtomicBool,
    next: AtomicU64,
    /// The connections that are open, to end them when the listener goes.
    open: Mutex<BTreeMap<u64, TcpStream>>,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, TcpStream>> {
        // What a thread that panicked left here is still a list of connections.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens on a port of 127.0.0.1 (0 chooses one); `serve` gets each connection, on a thread of its own.
///
/// # Errors
/// If the port is taken.
pub fn listen(port: u16, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> io::Result<Listener> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let address = listener.local_addr()?;
    let shared = Arc::new(Shared::default());
    let (of_thread, serve) = (Arc::clone(&shared), Arc::new(serve));
    thread::Builder::new().name(format!("pvesim {address}")).spawn(move || {
        for stream in listener.incoming() {
            if of_thread.is_stopping.load(Ordering::SeqCst) {
                return;
            }
            let Ok(stream) = stream else { continue };
            accept(stream, &of_thread, &serve);
        }
    })?;
    Ok(Listener { address, shared })
}

fn accept(stream: TcpStream, shared: &Arc<Shared>, serve: &Arc<impl Fn(TcpStream) + Send + Sync + 'static>) {
    // Answers are small: waiting for more to send would only cost time.
    let is_ready = stream.set_nodelay(true).is_ok();
    let Some(copy) = stream.try_clone().ok().filter(|_| is_ready) else { return };
    let number = shared.next.fetch_add(1, Ordering::SeqCst);
    shared.open().insert(number, copy);
    let (of_thread, serve) = (Arc::clone(shared), Arc::clone(serve));
    // A machine that has no thread left closes the connection; the client sees that.
    let started = thread::Builder::new().name("pvesim connection".to_owned()).spawn(move || {
        serve(stream);
        of_thread.open().remove(&number);
    });
    if started.is_err() {
        shared.open().remove(&number);
    }
}

impl Listener {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.is_stopping.store(true, Ordering::SeqCst);
        for stream in self.shared.open().values() {
            // A connection that has ended already is as good.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread that waits for connections, so that it looks and ends.
        let _ = TcpStream::connect(self.address);
    }
}
