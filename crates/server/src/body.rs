//! The bodies of requests and answers: how long they may take, and how much of them is on its way.

use crate::limits::{PROGRESS, SEND_BUFFER};
use crate::stream::RequestPart;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Buf, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};
use web::body::TooSlow;

/// The body of a request, which must not take too long.
pub(crate) struct RequestBody {
    incoming: Incoming,
    request: RequestPart,
    timeout: Duration,
    /// When enough more must have come; none while nothing is waited for.
    deadline: Option<Pin<Box<Sleep>>>,
    /// What has come of that.
    moved: usize,
    /// When it is read on, while there is no memory for more of it.
    pause: Option<Pin<Box<Sleep>>>,
    /// Whether all of it has come, or is not wanted.
    ended: bool,
}

/// How long a body is not read that there is no memory for.
const PAUSE: Duration = Duration::from_millis(100);

impl RequestBody {
    pub(crate) fn new(incoming: Incoming, request: RequestPart, timeout: Duration) -> Self {
        request.begin_body();
        Self { incoming, request, timeout, deadline: None, moved: 0, pause: None, ended: false }
    }

    fn end(&mut self) {
        if !std::mem::replace(&mut self.ended, true) {
            self.request.end_body();
        }
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl RequestBody {
    /// Waits until there is memory for more. The client is not waited for meanwhile.
    fn poll_memory(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while !self.request.may_receive() {
            self.request.pause();
            self.deadline = None;
            let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(PAUSE)));
            ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        self.pause = None;
        self.request.resume();
        Poll::Ready(())
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.request.is_late() {
            return Poll::Ready(Some(Err(TooSlow.into())));
        }
        ready!(self.poll_memory(context));
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) {
            let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len);
            self.request.receive(bytes);
            self.moved += bytes;
            let done = !matches!(frame, Some(Ok(_))) || self.incoming.is_end_stream();
            if done || self.moved >= PROGRESS {
                self.deadline = None;
                self.moved = 0;
            }
            if done {
                self.end();
                self.request.proceed();
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        self.request.wait();
        let timeout = self.timeout;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(timeout)));
        if deadline.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.request.set_late();
        self.request.proceed();
        Poll::Ready(Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.end();
    }
}

/// The body of an answer. Its request has ended when the last byte of it has left.
pub(crate) struct ResponseBody {
    body: Body,
    request: RequestPart,
    /// What is left of a piece that is longer than may be handed on at once.
    rest: Bytes,
    /// As much is handed on at once.
    most: usize,
    /// Whether the bytes are nobody's own, but those of a document that is kept anyway.
    shared: bool,
}

impl ResponseBody {
    pub(crate) fn new(body: Body, request: RequestPart, http2: bool, shared: bool) -> Self {
        let length = body.size_hint().lower();
        request.answer(if shared { 0 } else { usize::try_from(length).unwrap_or(usize::MAX) });
        // On HTTP/1.1 the connection itself is what is slow; a stream of HTTP/2 can be ended while some of its answer
        // has not been handed on.
        Self { body, request, rest: Bytes::new(), most: if http2 { SEND_BUFFER } else { usize::MAX }, shared }
    }
}

impl HttpBody for ResponseBody {
    type Data = Piece;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, Self::Error>>> {
        if self.rest.is_empty() {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else { return Poll::Pending };
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                // Trailers are none of ours.
                Some(Ok(Err(_))) | None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            }
        }
        let length = self.rest.len().min(self.most);
        let bytes = self.rest.split_to(length);
        self.request.wait();
        let held = if self.shared { 0 } else { length };
        Poll::Ready(Some(Ok(Frame::data(Piece { bytes, held, request: self.request.clone() }))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower() + rest);
        if let Some(upper) = hint.upper() {
            whole.set_upper(upper + rest);
        }
        whole
    }
}

/// A piece of an answer on its way.
pub(crate) struct Piece {
    bytes: Bytes,
    held: usize,
    request: RequestPart,
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.request.sent(count);
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.request.release(self.held);
    }
}
