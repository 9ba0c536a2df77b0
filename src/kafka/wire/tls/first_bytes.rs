//! A stream that remembers the first bytes that came: they tell who answers where nobody speaks TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Enough to know TLS, HTTP and SSH by.
const REMEMBERED: usize = 4;

/// A stream and the first bytes that were read from it.
pub(in crate::kafka::wire) struct FirstBytes<S> {
    stream: S,
    first: Vec<u8>,
}

impl<S> FirstBytes<S> {
    pub(super) fn new(stream: S) -> Self {
        FirstBytes { stream, first: Vec::with_capacity(REMEMBERED) }
    }

    pub(super) fn first(&self) -> &[u8] {
        &self.first
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstBytes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        let missing = REMEMBERED - self.first.len();
        let come = &buffer.filled()[before..];
        self.first.extend(&come[..come.len().min(missing)]);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstBytes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
