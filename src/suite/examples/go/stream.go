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

// A connection is what its client may still do, and how many of its streams take nothing.
type connection struct {
	net.Conn
	opens, posts     bucket
	streams, stalled atomic.Int64
}

type connectionKey struct{}

func connectionOf(r *http.Request) *connection {
	return r.Context().Value(connectionKey{}).(*connection)
}

// A bucket of tokens.
type bucket struct {
	mu     sync.Mutex
	tokens float64
	filled time.Time
}

// Takes a token, or says how many seconds it takes until there is one.
func (b *bucket) take(perSecond, burst int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if perSecond == 0 || burst == 0 {
		return 0
	}
	now := time.Now()
	b.tokens = math.Min(float64(burst), b.tokens+now.Sub(b.filled).Seconds()*float64(perSecond))
	b.filled = now
	if b.tokens >= 1 {
		b.tokens--
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
		refused.Add(1)
		if f != sse {
			return p
		}
		// Any status but 200 would end an EventSource for good.
		w.Header().Set("Retry-After", strconv.FormatInt(p.retryAfter, 10))
		return reply(w, 200, sse.contentType, sse.encode(bye{"bye", p.reason, retryMs() + 1_000*(p.retryAfter-1)}))
	}
	defer streaming.Done()
	defer open.Add(-1)
	defer c.streams.Add(-1)
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
	run(w, r, c, cursor)
	return nil
}

func setHeaders(w http.ResponseWriter, f *form) {
	for name, value := range map[string]string{
		"Content-Type": f.contentType, "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
		"X-Content-Type-Options": "nosniff", "Vary": "accept, origin",
	} {
		w.Header().Set(name, value)
	}
}

func admit(c *connection) *problem {
	if isDraining() {
		return goingDown()
	}
	if seconds := c.opens.take(settings.opensPerSecond, settings.openBurst); seconds > 0 {
		return refusal(429, "This connection opens streams too fast.").passing("rate", seconds)
	}
	if c.streams.Add(1) > settings.maxStreamsPerClient {
		c.streams.Add(-1)
		return refusal(429, "This connection holds as many streams as it may: close one first.").passing("streams", 1)
	}
	if open.Add(1) > settings.maxStreams {
		open.Add(-1)
		c.streams.Add(-1)
		return refusal(503, "The server holds as many streams as it may: try again later.").passing("server", 5)
	}
	streaming.Add(1)
	return nil
}

// Writes what follows until the client has left or the server goes down.
//
// A Write returns when all of it has gone out, and nothing tells how much has. So the pieces are as small as the client is
// slow: the first has 8 bytes; each one that goes out quickly doubles the next.
func run(w http.ResponseWriter, r *http.Request, c *connection, cursor *cursor) {
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
			case <-draining:
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
		guard := guardOf(c, stall)
		_, err := w.Write(cursor.rest[:size])
		w.(http.Flusher).Flush()
		guard.stop()
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

// A guard stands beside a Write that may not return. net/http cannot reset a stream whose data wait for a window: the reset
// would wait behind them. So a stalled stream stays, with the piece that it has begun, while another stream of its connection
// is well. When none is, the connection is closed.
type guard struct {
	mu      sync.Mutex
	timer   *time.Timer
	stalled bool
	over    bool
	c       *connection
}

func guardOf(c *connection, stall time.Duration) *guard {
	g := &guard{c: c}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.timer = time.AfterFunc(stall, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.over {
			return
		}
		if !g.stalled {
			g.stalled = true
			c.stalled.Add(1)
		}
		if c.stalled.Load() >= c.streams.Load() {
			_ = c.Close()
		}
		g.timer.Reset(stall) // The other streams may leave.
	})
	return g
}

func (g *guard) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	g.timer.Stop()
	if g.stalled {
		g.c.stalled.Add(-1)
	}
}
