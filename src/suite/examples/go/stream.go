package main

// An open response: what its connection allows it, what it writes, and what is done if it takes nothing.

import (
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A connection is what its client may still do, and why its streams end.
type connection struct {
	net.Conn
	wire         *wire // nil over HTTP/1.1
	opens, posts bucket
	streams      int64       // Guarded by the lock of counts.
	leaving      atomic.Bool // The client has sent GOAWAY.

	mu      sync.Mutex
	reason  string             // why the connection has ended, or ""
	endings map[uint32]*ending // of the open streams
}

type connectionKey struct{}

func connectionOf(r *http.Request) *connection {
	return r.Context().Value(connectionKey{}).(*connection)
}

// Notes why the connection ends. The first reason stays.
func (c *connection) end(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason == "" && reason == "tcp" && c.leaving.Load() {
		reason = "goaway"
	}
	if c.reason == "" {
		c.reason = reason
	}
}

// An ending is why an open stream ends, once that is known. Its channel is closed then: of a reset by the server itself, net/http
// tells a handler only when it writes.
type ending struct {
	reason string
	known  chan struct{}
}

func (c *connection) opened(id uint32) *ending {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.endings == nil {
		c.endings = map[uint32]*ending{}
	}
	c.endings[id] = &ending{known: make(chan struct{})}
	return c.endings[id]
}

// Notes why an open stream ends. The first reason stays.
func (c *connection) endStream(id uint32, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.endings[id]; e != nil && e.reason == "" {
		e.reason = reason
		close(e.known)
	}
}

// Counts a stream as closed, for its own reason or that of its connection. If there is none, its client has cancelled it.
func (c *connection) closed(id uint32) {
	c.mu.Lock()
	reason := c.endings[id].reason
	delete(c.endings, id)
	if reason == "" {
		reason = c.reason
	}
	c.mu.Unlock()
	if reason == "" && c.wire == nil {
		reason = "tcp"
	} else if reason == "" {
		reason = "client"
	}
	counts.mu.Lock()
	defer counts.mu.Unlock()
	c.streams--
	counts.open--
	counts.closed[reason]++
}

// A bucket of tokens.
type bucket struct {
	mu     sync.Mutex
	tokens float64
	filled time.Time
}

// Takes a token, or says how many seconds it takes until there is one.
func (b *bucket) take(perSecond, burst int64) int64 {
	return b.takeAll(1, 1, perSecond, burst)
}

// Takes this many tokens if at least some are there, and owes what is missing.
func (b *bucket) takeAll(count, least float64, perSecond, burst int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if perSecond == 0 || burst == 0 {
		return 0
	}
	now := time.Now()
	b.tokens = math.Min(float64(burst), b.tokens+now.Sub(b.filled).Seconds()*float64(perSecond))
	b.filled = now
	if b.tokens >= least {
		b.tokens -= count
		return 0
	}
	return int64(math.Ceil((1 - b.tokens) / float64(perSecond)))
}

func stream(w http.ResponseWriter, r *http.Request, plain *form, query url.Values) *problem {
	f, p := acceptedForm(strings.Join(r.Header["Accept"], ","), plain, ndjson, sse)
	if p != nil {
		return p
	}
	c := connectionOf(r)
	if r.Method == "HEAD" {
		setHeaders(w, f)
		return nil
	}
	if p := admit(c); p != nil {
		if f != sse {
			return p
		}
		// Any status but 200 would end an EventSource for good.
		w.Header().Set("Retry-After", strconv.FormatInt(p.retryAfter, 10))
		return reply(w, 200, sse.contentType, sse.encode(bye{"bye", p.reason, retryMs() + 1_000*(p.retryAfter-1)}))
	}
	id := streamID(r)
	ending := c.opened(id)
	defer streaming.Done()
	defer c.closed(id)
	setHeaders(w, f)
	if r.ContentLength != 0 {
		go func() { _, _ = io.Copy(io.Discard, r.Body) }() // The body of a GET says nothing.
	}
	lastID := query.Get("lastEventId")
	if sent, ok := r.Header["Last-Event-Id"]; ok {
		lastID = sent[0]
	}
	cursor := &cursor{log: messages, form: f, heartbeatMs: settings.heartbeatMs}
	cursor.begin(messages.resume(lastID))
	run(w, r, c, id, ending, cursor)
	return nil
}

// The number of a request's stream, as the wire has told it; 0 over HTTP/1.1, where a connection has one request at a time.
func streamID(r *http.Request) uint32 {
	fields := r.Header[http.CanonicalHeaderKey(streamField)]
	if r.ProtoMajor == 1 || len(fields) == 0 {
		return 0
	}
	id, _ := strconv.ParseUint(fields[len(fields)-1], 10, 32) // The last one is the wire's.
	return uint32(id)
}

func setHeaders(w http.ResponseWriter, f *form) {
	for name, value := range map[string]string{
		"Content-Type": f.contentType, "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
		"X-Content-Type-Options": "nosniff", "Vary": "accept, origin",
	} {
		w.Header().Set(name, value)
	}
}

// Counts a stream in, or as refused.
func admit(c *connection) (refused *problem) {
	counts.mu.Lock()
	defer counts.mu.Unlock()
	defer func() {
		if refused != nil {
			counts.refused++
		}
	}()
	if isDraining() {
		return goingDown()
	}
	if seconds := c.opens.take(settings.opensPerSecond, settings.openBurst); seconds > 0 {
		return refusal(429, "This connection opens streams too fast.").passing("rate", seconds)
	}
	if c.streams >= settings.maxStreamsPerClient {
		return refusal(429, "This connection holds as many streams as it may: close one first.").passing("streams", 1)
	}
	if counts.open >= settings.maxStreams {
		return refusal(503, "The server holds as many streams as it may: try again later.").passing("server", 5)
	}
	c.streams++
	counts.open++
	counts.opened++
	streaming.Add(1)
	return nil
}

// Writes what follows until the client has left or the server goes down.
//
// A Write returns when all of it has gone out, and nothing tells how much has. So the pieces are as small as the client is
// slow: the first has 8 bytes; each one that goes out quickly doubles the next.
func run(w http.ResponseWriter, r *http.Request, c *connection, id uint32, ending *ending, cursor *cursor) {
	piece := firstPieceBytes
	stall := ms(settings.stallMs)
	silence := time.NewTimer(ms(settings.heartbeatMs))
	defer silence.Stop()
	for {
		changed := cursor.advance()
		if len(cursor.rest) == 0 {
			select {
			case <-changed:
			case <-silence.C:
				cursor.beat()
				silence.Reset(ms(settings.heartbeatMs))
			case <-r.Context().Done():
				return
			case <-ending.known:
				return
			case <-draining:
				c.endStream(id, "drain")
				if cursor.form.key == "" {
					goodbye := cursor.form.encode(bye{"bye", "drain", retryMs()})
					_, _ = w.Write(goodbye)
					w.(http.Flusher).Flush()
				}
				streaming.Done() // Said goodbye; the response ends when GOAWAY has been sent.
				<-end
				streaming.Add(1)
				return
			}
			continue
		}
		size := len(cursor.rest)
		if size > piece {
			size = piece
		}
		began := time.Now()
		guard := time.AfterFunc(stall, func() { c.stalled(id) })
		_, err := w.Write(cursor.rest[:size])
		w.(http.Flusher).Flush()
		guard.Stop()
		if err != nil || r.Context().Err() != nil {
			return
		}
		cursor.rest = cursor.rest[size:]
		silence.Reset(ms(settings.heartbeatMs))
		if time.Since(began) > stall/8 {
			piece = (piece + 1) / 2
		} else if piece < batchBytes {
			piece *= 2
		}
	}
}

// Ends a stream that has taken nothing for too long; over HTTP/1.1 that is its connection.
func (c *connection) stalled(id uint32) {
	if c.wire != nil {
		c.wire.reset(id)
		return
	}
	c.end("stalled")
	_ = c.Close()
}
