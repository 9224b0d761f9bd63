#!/bin/bash
# scripts/run-integration-tests.sh
set -e

TEST_INSTANCE_ID=$(./scripts/get-test-instance-id.sh)
export TEST_INSTANCE_ID
export TEST_COMPOSE_PROJECT=${COMPOSE_PROJECT_NAME:-test}

# Start the full stack
cd deploy/test
docker compose up -d --build --wait

# Discover ports: a call a port
API_PORT=$(docker compose port api 8000 | cut -d: -f2)
export TEST_API_URL="http://localhost:${API_PORT}"
DB_PORT=$(docker compose port database 5432 | cut -d: -f2)
export TEST_DATABASE_URL="postgresql://test:test@localhost:${DB_PORT}/testdb"
RATES_PORT=$(docker compose port rates 8000 | cut -d: -f2)
export TEST_RATES_URL="http://localhost:${RATES_PORT}"
FRONTEND_PORT=$(docker compose port frontend 8080 | cut -d: -f2)
export TEST_FRONTEND_URL="http://localhost:${FRONTEND_PORT}"

# Run tests
cd ../..
.venv/bin/python -m pytest tests/integration/ --integration -v
TEST_EXIT=$?

# Cleanup
cd deploy/test
docker compose down -v

exit $TEST_EXIT
