# One image for web, worker, beat and migrate; docker-compose.yml gives each its command.
FROM python:3.11-slim-trixie AS build
COPY locks/production.txt /build/
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r /build/production.txt \
 && /venv/bin/pip uninstall --yes setuptools pip

FROM python:3.11-slim-trixie
# pg_dump and pg_restore for `manage.py backup`, of the version that docker-compose.yml runs.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin leukplatform \
 && install --directory --owner leukplatform --group leukplatform --mode 0700 /pictures /anchor /models
COPY --from=build /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LEUKPLATFORM_ENV=production \
    VAR_DIR=/tmp/leukplatform \
    STATIC_ROOT=/app/static-files \
    PRIVATE_ROOT=/pictures \
    INSTALLED_MODELS_DIR=/models \
    AUDIT_ANCHOR_FILE=/anchor/audit-anchor.jsonl \
    ERASED_FILE=/anchor/erased.jsonl
# The values are only there to load the settings; none of them stays in the image.
RUN SECRET_KEY=build SITE_URL=https://build.invalid ALLOWED_HOSTS=build.invalid \
    DATABASE_URL=postgres://build.invalid/build REDIS_URL=redis://build.invalid/0 VAR_DIR=/tmp/build \
    python manage.py collectstatic --noinput \
 && python -m compileall -q /app \
 && rm -rf /tmp/build
USER leukplatform
VOLUME ["/pictures", "/anchor", "/models"]
EXPOSE 8000
CMD ["gunicorn", "leukplatform.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8"]
