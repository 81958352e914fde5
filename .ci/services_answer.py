"""Exit with a plain message unless PostgreSQL and Redis answer at DATABASE_URL and REDIS_URL."""

import os
import sys

import dj_database_url
import psycopg2
import redis

database = dj_database_url.parse(os.environ["DATABASE_URL"])
try:
    psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"] or None,
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
        connect_timeout=5,
    ).close()
except psycopg2.OperationalError as error:
    sys.exit(
        f"PostgreSQL does not answer at {database['HOST']}:{database['PORT']}: {error}"
        "Start it, or name another one: make test-services DATABASE_URL=postgres://user:password@host:port/name"
    )
try:
    redis.from_url(os.environ["REDIS_URL"], socket_connect_timeout=5).ping()
except redis.RedisError as error:
    sys.exit(
        f"Redis does not answer at {os.environ['REDIS_URL']}: {error}\n"
        "Start it, or name another one: make test-services REDIS_URL=redis://host:port/0"
    )
