// A push server in Go (1.19 or newer) that keeps the contract of DESIGN.md. Beside the standard library it uses the Go
// project's own HTTP/2 server, which lets wire.go see its frames, and its normalization of Unicode.
//
// This file is the way in and out: TLS, requests, refusals, going down. The pattern is in push.go and stream.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const maxBodyBytes = 65_536
const postBytes = 2048 // A larger body counts as several POSTs.

var settings = struct {
	heartbeatMs, stallMs, pingMs, pingTimeoutMs, bodyMs          int64
	drainDelayMs, drainMs, idempotencyMs                         int64
	retainMessages, retainBytes, maxStreams, maxStreamsPerClient int64
	postsPerSecond, postBurst, opensPerSecond, openBurst         int64
}{
	setting("PUSH_HEARTBEAT_MS", 15_000, 10, day), setting("PUSH_STALL_MS", 10_000, 10, day),
	setting("PUSH_PING_MS", 20_000, 10, day), setting("PUSH_PING_TIMEOUT_MS", 10_000, 10, day), setting("PUSH_BODY_MS", 10_000, 10, day),
	setting("PUSH_DRAIN_DELAY_MS", 0, 0, day), setting("PUSH_DRAIN_MS", 5_000, 0, day),
	setting("PUSH_IDEMPOTENCY_MS", 300_000, 0, day),
	setting("PUSH_RETAIN_MESSAGES", 8_192, 1, 10_000_000), setting("PUSH_RETAIN_BYTES", 8_388_608, 1, math.MaxInt32),
	setting("PUSH_MAX_STREAMS", 10_000, 1, 10_000_000), setting("PUSH_MAX_STREAMS_PER_CONNECTION", 600, 1, 1_000_000),
	setting("PUSH_POSTS_PER_SECOND", 200, 0, 1_000_000), setting("PUSH_POST_BURST", 2_000, 0, 1_000_000),
	setting("PUSH_OPENS_PER_SECOND", 100, 0, 1_000_000), setting("PUSH_OPEN_BURST", 1_000, 0, 1_000_000),
}

var (
	messages      = newLog(settings.retainMessages, settings.retainBytes)
	known         = &memory{keys: map[string]remembered{}}
	counts        = tally{closed: map[string]int64{}}
	ready         atomic.Bool
	streaming     sync.WaitGroup
	draining, end = make(chan struct{}), make(chan struct{}) // Closed when it begins, and when all may end.
)

// What GET /status counts. Every stream that was opened is open, or has closed for one reason.
type tally struct {
	mu                            sync.Mutex
	open, opened, refused, posted int64
	closed                        map[string]int64
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func isDraining() bool {
	select {
	case <-draining:
		return true
	default:
		return false
	}
}

// Requests. The raw target counts: net/url would decode it first, and ServeMux clean it.
func handle(w http.ResponseWriter, r *http.Request) {
	path, rawQuery, _ := strings.Cut(r.RequestURI, "?")
	query, _ := url.ParseQuery(rawQuery)
	if p := route(w, r, path, query); p != nil {
		if p.header != "" {
			w.Header().Set(p.header, p.value)
		}
		reply(w, p.Status, "application/problem+json", line(p))
	}
}

func route(w http.ResponseWriter, r *http.Request, path string, query url.Values) *problem {
	isStream := r.Method == "GET" && (path == "/messages" || path == "/msgs") // Which is refused in its own form.
	if isDraining() && path != "/status" && path != "/healthz" && !isStream {
		return goingDown()
	}
	switch path {
	case "/messages", "/msgs":
		if p := sameOrigin(r); p != nil {
			return p
		}
		switch r.Method {
		case "POST":
			return post(w, r)
		case "GET", "HEAD":
			return stream(w, r, map[string]*form{"/messages": plain("messages"), "/msgs": plain("msg")}[path], query)
		}
		return refusal(405, "Use one of: GET, HEAD, POST.").with("Allow", "GET, HEAD, POST")
	case "/history":
		if p := sameOrigin(r); p != nil {
			return p
		}
		return readOnly(r, func() *problem { return olderMessages(w, r, query) })
	case "/status":
		return readOnly(r, func() *problem { return reply(w, 200, "application/json", line(status())) })
	case "/healthz", "/readyz":
		if path == "/readyz" && !ready.Load() {
			return goingDown()
		}
		return readOnly(r, func() *problem { return reply(w, 200, "text/plain; charset=utf-8", []byte("ok\n")) })
	case "/":
		return readOnly(r, func() *problem { return file(w, "index.html", "text/html; charset=utf-8") })
	case "/client.js":
		return readOnly(r, func() *problem { return file(w, "client.js", "text/javascript; charset=utf-8") })
	}
	if m, ok := messages.find(strings.TrimPrefix(path, "/messages/")); ok && strings.HasPrefix(path, "/messages/") {
		return readOnly(r, func() *problem { return reply(w, 200, "application/json", line(m)) })
	}
	return refusal(404, "There is nothing here, or it is no longer kept.")
}

func goingDown() *problem {
	return refusal(503, "The server is going down: try again in a moment.").passing("drain", 1)
}

func readOnly(r *http.Request, answer func() *problem) *problem {
	if r.Method != "GET" && r.Method != "HEAD" {
		return refusal(405, "Use one of: GET, HEAD.").with("Allow", "GET, HEAD")
	}
	return answer()
}

var anOrigin = regexp.MustCompile(`^(https?)://[^/@?#\s]+$`)

// sameOrigin believes the browser, which no page can make lie, and else compares origins.
func sameOrigin(r *http.Request) *problem {
	site := r.Header.Get("Sec-Fetch-Site")
	foreign := site == "cross-site" || site == "same-site"
	lines, named := r.Header["Origin"]
	switch {
	case site == "same-origin" || !named && (!foreign || isLink(r)):
		return nil
	case !named:
		return refusal(403, "The browser says that a page of another origin asks, and not which: use fetch.")
	}
	page, here := strings.Join(lines, ", "), "https://"+r.Host
	if foreign || !anOrigin.MatchString(strings.ToLower(page)) || spelled(page) != spelled(here) {
		return refusal(403, fmt.Sprintf("The page has the origin %q, but the request was sent to %q: open the server's own page.", page, here))
	}
	return nil
}

func isLink(r *http.Request) bool {
	to := r.Header.Get("Sec-Fetch-Dest")
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && (to == "" || to == "document")
}

// spelled is an origin as it is compared: without the port that its scheme means.
func spelled(origin string) string {
	lower := strings.ToLower(origin)
	if strings.HasPrefix(lower, "https:") {
		return strings.TrimSuffix(lower, ":443")
	}
	return strings.TrimSuffix(lower, ":80")
}

func reply(w http.ResponseWriter, status int, contentType string, body []byte) *problem {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // A client that has left needs no answer.
	return nil
}

func file(w http.ResponseWriter, name, contentType string) *problem {
	content, err := os.ReadFile(words("PUSH_PAGE", "lessons/lesson14_browser") + "/" + name)
	if err != nil {
		return refusal(404, "There is no page here.")
	}
	w.Header().Set("Content-Security-Policy",
		"default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'")
	return reply(w, 200, contentType, content)
}

func status() any {
	messages.mu.Lock()
	defer messages.mu.Unlock()
	counts.mu.Lock()
	defer counts.mu.Unlock()
	closed := map[string]int64{}
	for _, reason := range []string{"client", "goaway", "tcp", "stalled", "ping", "drain", "error"} {
		closed[reason] = counts.closed[reason]
	}
	return map[string]any{
		"epoch": messages.epoch, "heartbeatMs": settings.heartbeatMs,
		"streams":  map[string]any{"open": counts.open, "opened": counts.opened, "refused": counts.refused, "closed": closed},
		"messages": map[string]int64{"posted": counts.posted},
		"log":      map[string]any{"first": messages.id(messages.first), "newest": messages.id(messages.newest), "bytes": messages.bytes},
	}
}

func olderMessages(w http.ResponseWriter, r *http.Request, query url.Values) *problem {
	limit := int64(history)
	if given, ok := query["limit"]; ok {
		var err error
		if limit, err = strconv.ParseInt(given[0], 10, 64); err != nil || limit < 1 || limit > 200 || len(given) > 1 {
			return refusal(400, "limit must be a whole number from 1 to 200, given once.")
		}
	}
	position, reason := int64(math.MaxInt64), ""
	if given, ok := query["before"]; ok {
		position, reason = messages.resume(given[0])
		if reason == "malformed" || reason == "new" || len(given) > 1 {
			return refusal(400, "before must be the id of a message, given once.")
		}
	}
	if reason == "epoch" || reason == "future" {
		return refusal(404, "This log has no message with that id.")
	}
	messages.mu.Lock()
	defer messages.mu.Unlock()
	if reason != "" || position > 0 && position < messages.first {
		return refusal(410, "That message is no longer kept, and none before it is.")
	}
	c := connectionOf(r)
	if seconds := c.opens.take(settings.opensPerSecond, settings.openBurst); seconds > 0 {
		return refusal(429, "This connection reads the history too fast.").passing("rate", seconds)
	}
	if position > messages.newest {
		position = messages.newest + 1
	}
	page, bytes := []message{}, 0
	for ; position > messages.first && int64(len(page)) < limit && bytes < 1<<18; position-- {
		e := messages.entries[position-1]
		page, bytes = append([]message{e.message}, page...), bytes+len(e.ndjson)
	}
	return reply(w, 200, "application/json", line(map[string]any{"messages": page, "more": position > messages.first}))
}

// Life.

func main() {
	server := &http.Server{
		Handler:           http.HandlerFunc(handle),
		ReadHeaderTimeout: ms(settings.bodyMs), // A handshake too, and half a head.
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			now := time.Now()
			return context.WithValue(ctx, connectionKey{}, &connection{Conn: c,
				opens: bucket{tokens: float64(settings.openBurst), filled: now},
				posts: bucket{tokens: float64(settings.postBurst), filled: now}})
		},
	}
	if err := serveHTTP2(server); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ready.Store(true)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		drain(server)
	}()
	for _, listener := range listen(words("PUSH_HOST", "localhost"), setting("PUSH_PORT", 8_443, 0, 65_535)) {
		listener := listener
		go func() {
			err := server.ServeTLS(listener, words("PUSH_CERT", "certs/server.crt"), words("PUSH_KEY", "certs/key.pem"))
			if !errors.Is(err, http.ErrServerClosed) {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}()
	}
	<-gone
}

// Listens on every address of the name, on one port, and says so.
func listen(host string, port int64) (listeners []net.Listener) {
	addresses, err := net.LookupHost(host)
	for _, address := range addresses {
		listener, failed := net.Listen("tcp", net.JoinHostPort(address, strconv.FormatInt(port, 10)))
		if failed != nil {
			err = failed
			continue
		}
		port = int64(listener.Addr().(*net.TCPAddr).Port)
		listeners = append(listeners, listener)
	}
	if len(listeners) == 0 {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Printf("Serving https://localhost:%d/\n", port)
	return listeners
}

// Waits for a signal, lets load balancers look elsewhere, tells each stream when to come back, says GOAWAY on each connection,
// and ends the streams. A second signal ends the process.
func drain(server *http.Server) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	<-signals
	go func() {
		os.Exit(128 + int((<-signals).(syscall.Signal)))
	}()
	ready.Store(false)
	time.Sleep(ms(settings.drainDelayMs))
	close(draining)
	told := make(chan struct{})
	go func() {
		streaming.Wait()
		close(told)
	}()
	select {
	case <-told:
	case <-time.After(ms(settings.drainMs)):
	}
	deadline, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	go func() {
		time.Sleep(50 * time.Millisecond) // Shutdown queues GOAWAY on connections that have a stream; others it closes.
		close(end)
	}()
	_ = server.Shutdown(deadline)
}
