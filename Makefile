.DEFAULT_GOAL := help
JAR := target/streaming-push-kit.jar
SUITE := target/push-suite.jar
WITH := sh src/build/setup.sh
# An environment that a command line sets goes on to every recipe: make run PUSH_HEARTBEAT_MS=1000.

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: certs $(if $(STEP),,$(JAR)) ## Start the server (PORT=9443, or any PUSH_ variable: PUSH_HEARTBEAT_MS=1000); Ctrl-C drains it (STEP=05: that of a lesson; STEP=workshop: yours)
	@$(WITH) run sh src/build/run.sh

test: certs ## Run all tests (TEST=Lesson05*: some; WITHOUT="browser clients": leave groups out; COVERAGE=1: say which lines they reach)
	@$(WITH) test sh src/build/test.sh

test-proxies: certs ## Run the tests through real proxies: nginx, HAProxy, Caddy and Apache (TEST=ProxyNginxTest: some)
	@$(WITH) proxies sh src/build/test.sh proxies

build: certs $(JAR) ## Build target/streaming-push-kit.jar, which runs with java -jar
	@echo "$(JAR) is built. Start it here: java @src/build/server.flags -jar $(JAR)"

$(JAR): pom.xml src/server/pom.xml $(shell find src/server/main -type f 2>/dev/null)
	@$(WITH) run sh src/build/progress.sh "Building $@" mvn -B -Dmaven.test.skip=true -Dsuite.jar.skip -pl src/server -am package && touch $@

suite: $(SUITE) ## Build target/push-suite.jar, which judges any server: java -jar target/push-suite.jar --help
	@echo "$(SUITE) is built. It judges any server: java -jar $(SUITE) https://localhost:9000"

$(SUITE): pom.xml src/suite/pom.xml $(shell find src/suite/main -type f 2>/dev/null)
	@$(WITH) run sh src/build/progress.sh "Building $@" mvn -B -Dmaven.test.skip=true -pl src/suite package && touch $@

certs: ## Make certs/key.pem, csr.pem and server.crt, unless they still serve
	@$(WITH) run sh certs/make-certs.sh

learn: ## Learn by doing: judges lessons/workshop/Server.java at each save, and says what to do next
check: ## Judge the workshop's server (or URL=https://localhost:9000 PID=…, CMD="node server.js", STEP=05; LESSON=05: that one only; KEEP_GOING=1: past what is red)
hint: ## A nudge for the current lesson, then where, then nearly the code
solution: ## What a lesson changes in the step before it (LESSON=05)
catch-up: ## Put the workshop at the end of a lesson (LESSON=05); your own work is kept aside
reset: ## Put the workshop back to where the current lesson starts; your own work is kept aside
cost: ## Measure what a message costs in the workshop's Mine.java, for lesson 12 (STEP=12: in the ways of all steps)
agenda: ## Print the day of a class (START=09:00 PLAN=half-day, 1d or 2d)

matrix: ## Prove that each step is green up to its own lesson and red at the next; draw lessons/matrix.svg (STEP=04 LESSON=05: only these)
mutants: ## Prove that each lesson's tests catch its wrong answers (LESSON=05: that one only)
docs: ## Weave code and output into the .md files here and of the lessons (DOC=lesson05: where the path has that in it; DOC=README.md: that file alone)
docs-check: ## Prove that what docs would weave is what stands there
stress: ## Run the suite many times (RUNS=100); each run must be green

check-examples: certs ## Judge the servers in Node and in Go: each must be just what its expected.txt says
	@$(WITH) examples sh src/build/examples.sh

learn check hint solution catch-up reset cost agenda:
	@$(WITH) run sh src/build/coach.sh $@
docs docs-check: $(JAR)
	@$(WITH) docs sh src/build/coach.sh $@
matrix mutants stress:
	@$(WITH) test sh src/build/coach.sh $@

offline: ## Fill Maven's cache, so that all of this works without a network
	@$(WITH) run sh src/build/offline.sh

bench: certs ## Measure what a broadcast costs, against its peers, and write benchmarks/REPORT.md (about 25 minutes)
	@$(WITH) run sh src/build/bench.sh full

bench-quick: certs ## The same, brief and rough (under 90 s)
	@$(WITH) run sh src/build/bench.sh quick

simulate: ## Run the pattern with thousands of streams in virtual time for 30 s (SEED= STEPS=: one world again; FAULTS=1: with faults planted)
	@$(WITH) run sh src/build/simulate.sh

format: ## Format all Java
	@$(WITH) run sh src/build/progress.sh "Formatting" mvn -B -N spotless:apply

verify: certs ## All that CI checks: format, Error Prone, NullAway, lines, jar, docs, matrix, examples, mutants, stress, tests, proxies, JDK 17 and 25
	@$(WITH) verify sh src/build/verify.sh

screenshot: certs ## Take the README's picture of the page again
	@$(WITH) test sh src/build/coach.sh screenshot

doctor: ## Look over this machine, and say how to mend what is wrong
	@sh src/build/doctor.sh

clean: ## Remove what was built; certificates stay
	@rm -rf target */target src/*/target

.PHONY: help run test simulate test-proxies build suite certs learn check hint solution catch-up reset cost agenda matrix mutants docs docs-check stress offline bench bench-quick format verify screenshot doctor clean
