# The server alone, built and started as README says by hand.
#   docker build -t streaming-push-kit .
#   docker run --rm -p 127.0.0.1:8443:8443 streaming-push-kit
# With the certificate of make certs, which your browser may already trust:
#   docker run --rm -p 127.0.0.1:8443:8443 -v "$PWD/certs:/push/certs:ro" --user "$(id -u)" streaming-push-kit
FROM debian:bookworm-slim AS build
RUN apt-get -q update && apt-get -q -y --no-install-recommends install make
WORKDIR /push
# First what changes seldom: the set-up, which installs a JDK, Maven and openssl.
COPY src/build/setup.sh src/build/progress.sh src/build/
RUN sh src/build/setup.sh run true
COPY . .
RUN make build

FROM debian:bookworm-slim
RUN apt-get -q update && apt-get -q -y --no-install-recommends install openjdk-17-jre-headless openssl \
  && rm -rf /var/lib/apt/lists/* && useradd --system --create-home --home-dir /push push
WORKDIR /push
COPY certs/make-certs.sh ./
COPY src/build/server.flags src/build/
COPY --from=build /push/target/streaming-push-kit.jar target/
RUN mkdir certs && chown push certs
USER push
# In a container localhost is the container: the port that is published leads to its other address.
ENV PUSH_HOST=0.0.0.0
EXPOSE 8443
# A pair in /push/certs that serves is kept; without one it gets its own, which dies with the container. java takes the
# place of the shell, so that docker stop reaches it and drains it.
CMD ["sh", "-c", "sh make-certs.sh certs && exec java @src/build/server.flags -jar target/streaming-push-kit.jar"]
