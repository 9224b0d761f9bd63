#!/bin/bash
# scripts/test-service.sh
set -e

SERVICE=$1
TEST_INSTANCE_ID=$(./scripts/get-test-instance-id.sh)
export TEST_INSTANCE_ID
export TEST_COMPOSE_PROJECT=${COMPOSE_PROJECT_NAME:-test}

# Start service-specific containers
cd "services/${SERVICE}/deploy/test"
docker compose up -d --build --wait

# Discover ports: a call a port
case "$SERVICE" in
api)
  API_PORT=$(docker compose port api 8000 | cut -d: -f2)
  export TEST_API_URL="http://localhost:${API_PORT}"
  DB_PORT=$(docker compose port database 5432 | cut -d: -f2)
  export TEST_DATABASE_URL="postgresql://test:test@localhost:${DB_PORT}/testdb"
  ;;
worker)
  DB_PORT=$(docker compose port database 5432 | cut -d: -f2)
  export TEST_DATABASE_URL="postgresql://test:test@localhost:${DB_PORT}/testdb"
  RATES_PORT=$(docker compose port rates 8000 | cut -d: -f2)
  export TEST_RATES_URL="http://localhost:${RATES_PORT}"
  ;;
frontend)
  FRONTEND_PORT=$(docker compose port frontend 8080 | cut -d: -f2)
  export TEST_FRONTEND_URL="http://localhost:${FRONTEND_PORT}"
  ;;
esac

# Run tests
cd "../.."
if [ -f package.json ]; then
  node_modules/.bin/vitest run tests/integration/
else
  .venv/bin/python -m pytest tests/integration/ --integration -v
fi
TEST_EXIT=$?

# Cleanup
cd "deploy/test"
docker compose down -v

exit $TEST_EXIT
