//! Asynchronous calls of librdkafka's admin interface: one queue, one thread that parses answers to owned values.
#![allow(unsafe_code)]

use super::ffi;
use super::handle::Handle;
use super::text::text;
use crate::kafka::{CallError, ConnectError};
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::oneshot;

/// Takes the event, still owned by the queue's thread, or the error of the whole call.
type Done = Box<dyn FnOnce(Result<*mut ffi::Event, CallError>) + Send>;

struct Shared {
    pending: Mutex<HashMap<usize, Done>>,
    next: AtomicUsize,
    stop: AtomicBool,
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, HashMap<usize, Done>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one call is given to start itself with.
pub(super) struct Start {
    pub(super) rk: *mut ffi::Rk,
    /// Timeout, target broker and correlation id, already set.
    pub(super) options: *mut ffi::Options,
    /// Where the answer goes.
    pub(super) queue: *mut ffi::Queue,
}

/// How long a call may take and which broker it goes to (`None`: librdkafka chooses).
#[derive(Clone, Copy)]
pub(crate) struct CallLimits {
    /// Until librdkafka answers with a timeout by itself.
    pub timeout: Duration,
    /// The broker to ask.
    pub broker: Option<i32>,
}

/// The answer of a call that was started; dropping it discards the answer.
pub(crate) struct Pending<T>(oneshot::Receiver<Result<T, CallError>>);

impl<T> Future for Pending<T> {
    type Output = Result<T, CallError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = Pin::new(&mut self.0).poll(context);
        answer.map(|answer| answer.unwrap_or_else(|_| Err(CallError::closed())))
    }
}

/// The queue. The handle is its last field: it must outlive the queue.
pub(crate) struct AdminQueue {
    queue: *mut ffi::Queue,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    handle: Arc<Handle>,
}

// SAFETY: librdkafka's handles and queues may be used from any thread (rdkafka.h, "Thread-safety");
// the pointer itself never changes after `new`.
unsafe impl Send for AdminQueue {}
// SAFETY: as above.
unsafe impl Sync for AdminQueue {}

struct QueuePointer(*mut ffi::Queue);
// SAFETY: the queue is destroyed only after the thread that receives this pointer was joined.
unsafe impl Send for QueuePointer {}

impl AdminQueue {
    /// A queue on this handle, and its thread.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn new(handle: Arc<Handle>) -> Result<AdminQueue, ConnectError> {
        // SAFETY: the handle is alive; it is kept in the value that owns the queue.
        let queue = unsafe { ffi::rd_kafka_queue_new(handle.rk()) };
        let shared = Arc::new(Shared {
            pending: Mutex::default(),
            next: AtomicUsize::new(1),
            stop: AtomicBool::new(false),
        });
        let (pointer, seen) = (QueuePointer(queue), shared.clone());
        let work = move || serve(&pointer, &seen);
        let thread = thread::Builder::new().name("kafka-admin".into()).spawn(work);
        let started = thread.map_err(|error| ConnectError::new(format!("cannot start a thread: {error}")));
        let mut admin = AdminQueue { queue, shared, thread: None, handle };
        admin.thread = Some(started?);
        Ok(admin)
    }

    /// The handle that this queue belongs to.
    pub(crate) fn handle(&self) -> &Arc<Handle> {
        &self.handle
    }

    /// Starts one call and hands its answer back. `start` must issue exactly one admin call with what it is
    /// given; `parse` runs on the queue's thread and must copy what it needs out of the event.
    pub(super) fn call<T, S, P>(&self, limits: CallLimits, start: S, parse: P) -> Pending<T>
    where
        T: Send + 'static,
        S: FnOnce(&Start),
        P: FnOnce(*mut ffi::Event) -> T + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let id = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let done: Done = Box::new(move |event| {
            let _ = sender.send(event.map(parse));
        });
        self.shared.pending().insert(id, done);
        self.issue(id, limits, start);
        Pending(receiver)
    }

    fn issue(&self, id: usize, limits: CallLimits, start: impl FnOnce(&Start)) {
        let timeout_ms = c_int::try_from(limits.timeout.as_millis()).unwrap_or(c_int::MAX);
        let rk = self.handle.rk();
        // SAFETY: handle and queue are alive; librdkafka copies options and arguments before a call
        // returns, so the options may be freed at once; the opaque is an integer and is never followed.
        unsafe {
            let options = ffi::rd_kafka_AdminOptions_new(rk, 0);
            ffi::rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, null_mut(), 0);
            if let Some(broker) = limits.broker {
                ffi::rd_kafka_AdminOptions_set_broker(options, broker, null_mut(), 0);
            }
            ffi::rd_kafka_AdminOptions_set_opaque(options, id as *mut c_void);
            start(&Start { rk, options, queue: self.queue });
            ffi::rd_kafka_AdminOptions_destroy(options);
        }
    }
}

fn serve(queue: &QueuePointer, shared: &Shared) {
    loop {
        // SAFETY: the queue lives until this thread is joined.
        let event = unsafe { ffi::rd_kafka_queue_poll(queue.0, 1000) };
        if event.is_null() {
            if shared.stop.load(Ordering::Acquire) {
                return;
            }
            continue;
        }
        answer(event, shared);
        // SAFETY: the event is ours, and everything was copied out of it.
        unsafe { ffi::rd_kafka_event_destroy(event) };
    }
}

fn answer(event: *mut ffi::Event, shared: &Shared) {
    // SAFETY: a live event; its opaque is the integer that `issue` set.
    let id = unsafe { ffi::rd_kafka_event_opaque(event) } as usize;
    let Some(done) = shared.pending().remove(&id) else { return };
    // A panic while parsing must not unwind into C or end the thread: the caller sees a closed call.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: a live event.
        let code = unsafe { ffi::rd_kafka_event_error(event) };
        if code == 0 {
            return done(Ok(event));
        }
        // SAFETY: a live event; the string belongs to it and is copied.
        let message = unsafe { text(ffi::rd_kafka_event_error_string(event)) };
        done(Err(CallError { code, message }));
    }));
}

impl Drop for AdminQueue {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        // SAFETY: the queue is alive; yielding makes the thread's poll return at once. It is destroyed
        // only after the thread ended; librdkafka drops answers that arrive later.
        unsafe { ffi::rd_kafka_queue_yield(self.queue) };
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        // SAFETY: nobody uses the queue any more.
        unsafe { ffi::rd_kafka_queue_destroy(self.queue) };
        self.shared.pending().clear();
    }
}
