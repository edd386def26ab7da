.DEFAULT_GOAL := help
JAR := target/streaming-push-kit.jar

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## Run all tests
	@mvn test

build: $(JAR) ## Build target/streaming-push-kit.jar

$(JAR): pom.xml $(shell find src/main -type f 2>/dev/null)
	@mvn -q -Dmaven.test.skip=true package

format: ## Format all Java
	@mvn -q spotless:apply

clean: ## Remove what was built
	@rm -rf target

.PHONY: help test build format clean
