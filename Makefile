.DEFAULT_GOAL := help
JAR := target/streaming-push-kit.jar
SUITE := target/push-suite.jar
WITH := sh src/build/setup.sh
# make passes the variables of its command line to every recipe, in the environment: make run PUSH_HEARTBEAT_MS=1000.

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 } \
	  /^## / { printf "%22s%s\n", "", substr($$0, 4) }' $(MAKEFILE_LIST)

run: certs $(if $(STEP),,$(JAR)) ## Start the server; Ctrl-C drains it
## PORT=9443, or any PUSH_ variable: PUSH_HEARTBEAT_MS=1000
## STEP=05: the server at the end of lesson 05; STEP=workshop: yours
	@$(WITH) run sh src/build/run.sh

test: certs ## Run the tests, except those through real proxies, of several servers and on scale
## TEST=Lesson05*: some; WITHOUT="browser clients": without these groups
## COVERAGE=1: report which lines they reach; TLS=openssl: judge the server with PUSH_TLS=openssl
	@$(WITH) test sh src/build/test.sh

test-proxies: certs ## Run the tests through nginx, HAProxy, Caddy and Apache (TEST=ProxyNginxTest: some)
	@$(WITH) proxies sh src/build/test.sh proxies

test-cluster: certs ## Run the tests of several servers with real NATS servers, which need no installation
	@$(WITH) run sh src/build/test.sh cluster

test-scale: certs ## Run the tests of a server with little memory under thousands of requests
	@$(WITH) run sh src/build/test.sh scale

storm-cluster: certs ## Let one after the other of a cluster fail while it is used, and judge what its clients saw
## STORM=600: for so many seconds; SEED=42: those faults again
	@$(WITH) run sh src/build/cluster-storm.sh

run-cluster: certs $(JAR) ## Start NATS and several servers on this machine, and a page that shows and kills them
## NODES=3 SERVERS=2: so many
	@sh src/build/nats.sh >/dev/null && $(WITH) run sh src/build/cluster.sh

build: certs $(JAR) ## Build target/streaming-push-kit.jar, which java -jar starts
## and an archive of its classes, with which make run starts sooner
	@$(WITH) run sh src/build/progress.sh "Keeping what the JVM loads" sh src/build/archive.sh
	@echo "$(JAR) is built. Start it here: java @src/build/server.flags -jar $(JAR)"

$(JAR): pom.xml src/server/pom.xml src/nats/pom.xml $(shell find src/server/main src/nats/main -type f 2>/dev/null)
	@$(WITH) run sh src/build/jar.sh nats $(@F) -Dsuite.jar.skip

suite: $(SUITE) ## Build target/push-suite.jar, which judges any server: java -jar target/push-suite.jar --help
	@echo "$(SUITE) is built. It judges any server: java -jar $(SUITE) https://localhost:9000"

$(SUITE): pom.xml src/suite/pom.xml $(shell find src/suite/main -type f 2>/dev/null)
	@$(WITH) run sh src/build/jar.sh suite $(@F)

certs: ## Make certs/key.pem, csr.pem and server.crt, unless the present ones are usable
	@$(WITH) run sh certs/make-certs.sh

learn: ## Judge lessons/workshop/Server.java at each save, and say what to do next
## CMD="go run lessons/workshop/server.go": a server in another language; LESSON=05: begin there
learn-times: ## Measure how long learn takes from a save to its verdict, red and green, in each lesson
check: ## Judge the workshop's server, from the first lesson to the first that is red
## URL=https://localhost:9000 PID=…, CMD="node server.js" or STEP=05: another server
## LESSON=05: that lesson only; KEEP_GOING=1: also after what is red
debug: ## Judge the workshop's server in a JVM that waits for a debugger, and say how to attach
## LESSON=05; TEST=: that test first; DEBUG_PORT=5005
wire: ## Show the frames between the workshop's server and one client; type a line, and it is posted
## STEP=05, CMD= or URL=: another server; FORM=sse: server-sent events
hint: ## Show the next hint for the current lesson: a nudge, then where, then nearly the code
solution: ## Show what a lesson changes in the step before it (LESSON=05)
catch-up: ## Put the workshop at the end of a lesson (LESSON=05), and keep your own work aside
reset: ## Put the workshop back to the start of the current lesson, and keep your own work aside
cost: ## Measure what a message costs in the workshop's Mine.java, for lesson 10 (STEP=10: in all steps)
agenda: ## Print the timetable of a class (START=09:00; PLAN=half-day, 1d or 2d)

matrix: ## Prove that each step is green up to its own lesson and red at the next; draw lessons/matrix.svg
## STEP=04 LESSON=05: only these
mutants: ## Prove that each lesson's tests catch its wrong answers (LESSON=05: only that lesson)
## RUNS=20: each so many times; every run must catch it
docs: ## Weave code and output into the .md files at the top level and under lessons
## DOC=lesson05: only files with that in their path; DOC=README.md: that file alone
docs-check: ## Prove that the files already contain what docs would weave
stress: ## Run the tests many times (RUNS=100); every run must be green

check-examples: certs ## Judge the servers in Node and in Go by the whole contract (ONLY=08: by a part)
	@$(WITH) examples sh src/build/examples.sh

learn learn-times check debug wire hint solution catch-up reset cost agenda:
	@$(WITH) run sh src/build/coach.sh $@
docs docs-check: $(JAR)
	@$(WITH) docs sh src/build/coach.sh $@
matrix mutants stress:
	@$(WITH) test sh src/build/coach.sh $@

offline: ## Fill Maven's cache, so that these commands work without a network
	@$(WITH) run sh src/build/offline.sh

bench: certs $(JAR) ## Measure what a broadcast costs, beside its peers; write benchmarks/REPORT.md (some 45 min, on an idle machine)
## ROUNDS=1: once instead of three times; ONLY="^kit|NATS": these servers and parts again
	@$(WITH) run sh src/build/bench.sh full

bench-quick: certs $(JAR) ## Measure the same roughly, in a few minutes
	@$(WITH) run sh src/build/bench.sh quick

simulate: ## Run the pattern with thousands of streams in virtual time, for 30 s
## SEED=42 STEPS=1017: one world again; FAULTS=1: plant faults, and see each found
	@$(WITH) run sh src/build/simulate.sh

format: ## Format all Java
	@$(WITH) run sh src/build/progress.sh "Formatting" mvn -B -N spotless:apply

verify: certs ## Run all that CI checks: lines, format, Error Prone, NullAway, simulation, faults, packages
## and also: jar, docs, matrix, examples, mutants, stress, tests, tests through proxies, JDK 17 and 25
	@$(WITH) verify sh src/build/verify.sh

screenshot: certs ## Take the picture of the page for README again
	@$(WITH) test sh src/build/coach.sh screenshot

doctor: ## Check this machine, and say how to mend what is wrong
	@sh src/build/doctor.sh

clean: ## Remove what was built, but not the certificates
	@rm -rf target */target src/*/target

.PHONY: help run test simulate test-proxies test-cluster test-scale storm-cluster run-cluster build suite certs learn learn-times check debug wire hint solution catch-up reset cost agenda \
  matrix mutants docs docs-check check-examples stress offline bench bench-quick format verify screenshot doctor clean
