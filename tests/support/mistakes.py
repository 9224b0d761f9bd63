"""A flat project whose test stack has all of the pattern's mistakes that a test stack can have."""

from __future__ import annotations

from tests.support.projects import single

PATH = "deploy/test/docker-compose.yml"
STACK = """\
version: "3.8"  # from the tutorial
name: shop

services:
  database:
    image: postgres:17-alpine
    container_name: shop-db   # easy to find
    restart: always
    environment:
      POSTGRES_PASSWORD: test   # no secret
    # the data of yesterday
    volumes:
      - data:/var/lib/postgresql/data
    ports:
      - "55432:5432"

  web:
    build: ../..   # the whole repo
    init: true
    command: sh -c "sleep 1; exec python -m http.server 8000"
    depends_on:
      - database
    ports:
      - target: 8000
        published: 58000
    healthcheck:
      test: ["CMD", "python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000')"]
      interval: 30s
    mem_limit: 512m
    networks: [shop]

networks:
  default:
  shop:
    name: shop-test

volumes:
  data:
    name: shop-data
"""
FIXED = """\
# from the tutorial

services:
  database:
    image: postgres:17-alpine
    # easy to find
    environment:
      POSTGRES_PASSWORD: test   # no secret
    # the data of yesterday
    tmpfs:
      - /var/lib/postgresql/data
    ports:
      - "127.0.0.1::5432"
    command: postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -q -h 127.0.0.1 -U $${POSTGRES_USER:-postgres} -d \
$${POSTGRES_DB:-$${POSTGRES_USER:-postgres}}"]
      interval: 5s
      timeout: 5s
      retries: 10
      start_period: 30s
      start_interval: 200ms

  web:
    build: ../..   # the whole repo
    init: true
    command: sh -c "sleep 1; exec python -m http.server 8000"
    depends_on:
      database:
        condition: service_healthy
    ports:
      - target: 8000
        host_ip: 127.0.0.1
    healthcheck:
      test: ["CMD", "python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000')"]
      interval: 5s
      start_period: 30s
      start_interval: 200ms
    mem_limit: 512m
    networks: [shop]

networks:
  default:
  shop:
"""
LEFT = """\
Dockerfile:1:1: warning TL603 what it runs, it runs as root
    suggestion: RUN useradd … and USER …, at the end of the last stage
deploy/test/docker-compose.yml:26:14: warning TL305 `sleep 1` waits for a time, not for what is \
needed
    suggestion: wait for a condition: a healthcheck with service_healthy, `up --wait`, a loop \
that asks
deploy/test/docker-compose.yml:38:5: info TL508 web: `mem_limit` is production's
    suggestion: leave it to deploy/prod
2 warnings, 1 info in 2 files
"""


def mistaken() -> dict[str, str]:
    """Return the project's files."""
    return single(**{PATH: STACK})
