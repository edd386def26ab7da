package main

// The frames of HTTP/2 that net/http hides from its handlers. A wire stands between TLS and the HTTP/2 server, reads each frame
// that passes, and adds a few of its own: PING, RST_STREAM, and one field that tells a handler the number of its stream.

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

const (
	frameHead       = 9
	maxFrame        = 16_384
	maxHeaderFrames = 64 // of one block: without a limit, CONTINUATION never ends
	streamField     = "x-stream-id"
	opaque          = "are you?" // the eight bytes of a PING
)

type wire struct {
	*tls.Conn
	connection *connection
	answered   chan struct{} // a PING was answered
	done       chan struct{} // the connection has ended
	fromClient *io.PipeReader

	in       sync.Mutex // held while frames are handed to the server
	toServer *io.PipeWriter
	inBlock  bool   // a header block has begun, into which no other frame may come (RFC 9113, 4.3)
	later    []byte // frames of our own that wait for its end

	out  sync.Mutex // held while a frame is sent to the client
	head []byte     // what has been written of a frame's head
	rest int        // what is still to be written of a frame's payload
	own  []byte     // frames of our own that wait for the end of the frame being written
}

// Serves HTTP/2 on connections whose frames pass a wire.
func serveHTTP2(server *http.Server) error {
	h2 := &http2.Server{MaxReadFrameSize: maxFrame, MaxConcurrentStreams: uint32(settings.maxStreamsPerClient + 28)}
	if err := http2.ConfigureServer(server, h2); err != nil {
		return err
	}
	server.TLSNextProto[http2.NextProtoTLS] = func(server *http.Server, c *tls.Conn, handler http.Handler) {
		ctx := handler.(interface{ BaseContext() context.Context }).BaseContext() // as http2 gets it from net/http
		w := &wire{Conn: c, connection: ctx.Value(connectionKey{}).(*connection),
			answered: make(chan struct{}, 1), done: make(chan struct{})}
		w.fromClient, w.toServer = io.Pipe()
		w.connection.wire = w
		go w.pump()
		go w.keepAlive()
		h2.ServeConn(w, &http2.ServeConnOpts{Context: ctx, BaseConfig: server, Handler: handler})
	}
	return nil
}

func (w *wire) Read(p []byte) (int, error) { return w.fromClient.Read(p) }

// Close is called by the server if it gives the connection up, and when all is over.
func (w *wire) Close() error {
	w.connection.end("error") // unless another reason came first
	_ = w.fromClient.Close()
	return w.Conn.Close()
}

// Hands the client's frames to the server until the connection ends.
func (w *wire) pump() {
	defer close(w.done)
	preface := make([]byte, len(http2.ClientPreface))
	_, err := io.ReadFull(w.Conn, preface)
	if err == nil {
		_, err = w.toServer.Write(preface)
	}
	for headers := 0; err == nil; {
		frame := make([]byte, frameHead, 64)
		if _, err = io.ReadFull(w.Conn, frame); err != nil {
			break
		}
		length := lengthOf(frame)
		if length > maxFrame { // The server answers the head with an error; what follows it is dropped.
			_ = w.hand(frame, false)
			_, err = io.Copy(io.Discard, w.Conn)
			break
		}
		frame = append(frame, make([]byte, length)...)
		if _, err = io.ReadFull(w.Conn, frame[frameHead:]); err != nil {
			break
		}
		if headers++; http2.FrameType(frame[3]) != http2.FrameContinuation {
			headers = 1
		}
		if headers > maxHeaderFrames {
			_ = w.SetWriteDeadline(time.Now().Add(time.Second))
			w.send(frameOf(http2.FrameGoAway, 0, 0, binary.BigEndian.AppendUint32(make([]byte, 4), uint32(http2.ErrCodeEnhanceYourCalm))))
			_ = w.Close()
			break
		}
		err = w.hand(w.look(frame))
	}
	w.connection.end("tcp")
	_ = w.toServer.CloseWithError(io.EOF)
}

// Notes what a frame means for the connection. Returns what the server reads instead, and whether a header block goes on after it.
func (w *wire) look(frame []byte) ([]byte, bool) {
	id := binary.BigEndian.Uint32(frame[5:frameHead])
	payload := frame[frameHead:]
	switch http2.FrameType(frame[3]) {
	case http2.FrameHeaders, http2.FrameContinuation:
		if flags := http2.Flags(frame[4]); flags.Has(http2.FlagHeadersEndHeaders) {
			// One more fragment of the header block: a literal field, which leaves the table of HPACK as it is.
			frame[4] = byte(flags &^ http2.FlagHeadersEndHeaders)
			number := strconv.FormatUint(uint64(id), 10)
			field := "\x00" + string(rune(len(streamField))) + streamField + string(rune(len(number))) + number
			return append(frame, frameOf(http2.FrameContinuation, http2.FlagContinuationEndHeaders, id, []byte(field))...), false
		}
		return frame, true
	case http2.FrameRSTStream:
		if len(payload) == 4 {
			code := http2.ErrCode(binary.BigEndian.Uint32(payload))
			if code != http2.ErrCodeCancel && code != http2.ErrCodeNo {
				w.connection.endStream(id, "error")
			}
		}
	case http2.FramePing:
		if http2.Flags(frame[4]).Has(http2.FlagPingAck) && string(payload) == opaque {
			select {
			case w.answered <- struct{}{}:
			default:
			}
		}
	case http2.FrameGoAway:
		w.connection.leaving.Store(true)
	}
	return frame, false
}

func (w *wire) hand(frame []byte, inBlock bool) error {
	w.in.Lock()
	defer w.in.Unlock()
	if w.inBlock = inBlock; !inBlock {
		frame, w.later = append(frame, w.later...), nil
	}
	_, err := w.toServer.Write(frame)
	return err
}

// Hands the server a frame that its client has not sent.
func (w *wire) inject(frame []byte) {
	w.in.Lock()
	defer w.in.Unlock()
	if w.inBlock {
		w.later = append(w.later, frame...)
	} else {
		_, _ = w.toServer.Write(frame) // It fails if the connection has ended.
	}
}

// Write follows the frames that the server writes, which may be cut anywhere, and sends our own between two of them. A stream that
// the server resets has broken the protocol.
func (w *wire) Write(p []byte) (int, error) {
	w.out.Lock()
	defer w.out.Unlock()
	for left := p; len(left) > 0; {
		n := len(left)
		if w.rest > 0 {
			if n > w.rest {
				n = w.rest
			}
			w.rest -= n
		} else {
			if n > frameHead-len(w.head) {
				n = frameHead - len(w.head)
			}
			if w.head = append(w.head, left[:n]...); len(w.head) == frameHead {
				if http2.FrameType(w.head[3]) == http2.FrameRSTStream {
					w.connection.endStream(binary.BigEndian.Uint32(w.head[5:]), "error")
				}
				w.rest, w.head = lengthOf(w.head), w.head[:0]
			}
		}
		left = left[n:]
	}
	n, err := w.Conn.Write(p)
	if err == nil {
		err = w.sendOwn()
	}
	return n, err
}

func (w *wire) send(frame []byte) {
	w.out.Lock()
	defer w.out.Unlock()
	w.own = append(w.own, frame...)
	_ = w.sendOwn() // A connection that has failed is noticed by its reader.
}

func (w *wire) sendOwn() error {
	if w.rest > 0 || len(w.head) > 0 || len(w.own) == 0 {
		return nil
	}
	_, err := w.Conn.Write(w.own)
	w.own = nil
	return err
}

// Asks by PING whether the client is alive, and ends the connection if it does not answer.
func (w *wire) keepAlive() {
	for {
		select {
		case <-time.After(ms(settings.pingMs)):
		case <-w.done:
			return
		}
		late := time.AfterFunc(ms(settings.pingTimeoutMs), func() {
			w.connection.end("ping")
			_ = w.Close()
		})
		w.send(frameOf(http2.FramePing, 0, 0, []byte(opaque)))
		select {
		case <-w.answered:
			late.Stop()
		case <-w.done:
			late.Stop()
			return
		}
	}
}

// Resets a stream that takes nothing. The server would queue a reset behind the data that cannot go out, so it is told that the
// client has reset the stream, and the client that the server has.
func (w *wire) reset(id uint32) {
	w.connection.endStream(id, "stalled")
	w.inject(resetOf(id, http2.ErrCodeCancel))
	w.send(resetOf(id, http2.ErrCodeStreamClosed))
}

func resetOf(id uint32, code http2.ErrCode) []byte {
	return frameOf(http2.FrameRSTStream, 0, id, binary.BigEndian.AppendUint32(nil, uint32(code)))
}

func frameOf(kind http2.FrameType, flags http2.Flags, id uint32, payload []byte) []byte {
	n := len(payload)
	frame := []byte{byte(n >> 16), byte(n >> 8), byte(n), byte(kind), byte(flags)}
	return append(binary.BigEndian.AppendUint32(frame, id), payload...)
}

func lengthOf(head []byte) int { return int(head[0])<<16 | int(head[1])<<8 | int(head[2]) }
