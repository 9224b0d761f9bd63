# taskslib: image postgres:17-alpine
#
# Stand-in for postgres:17-alpine, on Debian trixie's PostgreSQL 17: the same variables
# (POSTGRES_USER, POSTGRES_PASSWORD or its _FILE, POSTGRES_DB), data directory, port and entrypoint.
FROM python:3.13-slim
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends postgresql-17 >/dev/null \
 && rm -rf /var/lib/apt/lists/*
ENV PATH=/usr/lib/postgresql/17/bin:$PATH PGDATA=/var/lib/postgresql/data
COPY --chmod=755 postgres-entrypoint /usr/local/bin/docker-entrypoint.sh
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
