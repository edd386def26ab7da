# The server alone. It is built and started by the two commands that README gives for doing it by hand.
#   docker build -t streaming-push-kit .
#   docker run --rm -p 127.0.0.1:8443:8443 streaming-push-kit
# With the certificate of make certs, which your browser may trust already:
#   docker run --rm -p 127.0.0.1:8443:8443 -v "$PWD/certs:/push/certs:ro" --user "$(id -u)" streaming-push-kit
FROM debian:bookworm-slim AS build
RUN apt-get -q update && apt-get -q -y --no-install-recommends install make
WORKDIR /push
# The set-up, which installs a JDK, Maven and openssl, comes first because it seldom changes: Docker keeps its layer.
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
# Docker forwards the published port to the container's own address, where a server on localhost would not listen.
ENV PUSH_HOST=0.0.0.0
EXPOSE 8443
# A usable pair in /push/certs is kept. Without one the container makes its own, which is lost with the container.
# exec replaces the shell by java, so that the SIGTERM of docker stop reaches the server and drains it.
CMD ["sh", "-c", "sh make-certs.sh certs && exec java @src/build/server.flags -jar target/streaming-push-kit.jar"]
