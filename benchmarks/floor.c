// The floor of a fan-out over TLS: the CPU time of one OpenSSL write of so many bytes to each of so many connections on
// loopback, whose peers read what they get in another process. No server that gives each client its own TLS record can
// spend less on this machine, and the floor grows with the connections, because their state falls out of the caches.
// usage: floor CERT KEY CONNECTIONS ROUNDS BYTES; prints microseconds per write. cc -O2 -o floor floor.c -lssl -lcrypto
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double cpu_micros(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

// Connects, shakes hands, and from then on reads and discards; ends when its parent does.
static void read_all(struct sockaddr_in *address, int connections) {
  static char sink[1 << 16];
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  int poll = epoll_create1(0);
  for (int i = 0; i < connections; i++) {
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    if (socket_ < 0 || connect(socket_, (struct sockaddr *)address, sizeof *address)) fail("connect");
    SSL *tls = SSL_new(context);
    SSL_set_fd(tls, socket_);
    if (SSL_connect(tls) != 1) fail("handshake");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = tls};
    epoll_ctl(poll, EPOLL_CTL_ADD, socket_, &event);
  }
  struct epoll_event events[256];
  for (;;) {
    int count = epoll_wait(poll, events, 256, 5000);
    if (count <= 0) _exit(0);
    for (int i = 0; i < count; i++) {
      int got = SSL_read(events[i].data.ptr, sink, sizeof sink);
      while (got > 0 && SSL_pending(events[i].data.ptr)) got = SSL_read(events[i].data.ptr, sink, sizeof sink);
      if (got <= 0) _exit(0);
    }
  }
}

int main(int count, char **argument) {
  if (count != 6) return fprintf(stderr, "usage: floor CERT KEY CONNECTIONS ROUNDS BYTES\n"), 2;
  int connections = atoi(argument[3]), rounds = atoi(argument[4]), bytes = atoi(argument[5]);
  signal(SIGPIPE, SIG_IGN);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  pid_t reader = fork();
  if (reader == 0) read_all(&address, connections);
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_file(context, argument[1], SSL_FILETYPE_PEM) != 1) fail(argument[1]);
  if (SSL_CTX_use_PrivateKey_file(context, argument[2], SSL_FILETYPE_PEM) != 1) fail(argument[2]);
  SSL **all = calloc(connections, sizeof *all);
  for (int i = 0; i < connections; i++) {
    int socket_ = accept(listener, NULL, NULL), on = 1;
    if (socket_ < 0) fail("accept");
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    all[i] = SSL_new(context);
    SSL_set_fd(all[i], socket_);
    if (SSL_accept(all[i]) != 1) fail("handshake");
  }
  char *record = malloc(bytes);
  memset(record, 'x', bytes);
  double before = cpu_micros();
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < connections; i++)
      if (SSL_write(all[i], record, bytes) != bytes) fail("write");
    usleep(2000); // The readers catch up, as they do between messages.
  }
  printf("%.3f\n", (cpu_micros() - before) / ((double)connections * rounds));
  kill(reader, SIGKILL);
  waitpid(reader, NULL, 0);
  return 0;
}
