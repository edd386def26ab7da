module push

go 1.19

require (
	golang.org/x/net v0.7.0 // its HTTP/2 server, which accepts a connection that reads and adds frames
	golang.org/x/text v0.7.0 // NFC and NFKC, for names
)
