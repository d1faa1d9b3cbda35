# Stands for python:3.11-slim-bookworm where no hub of images can be reached: Debian's own Python 3.11 in Debian 12.
FROM practice-stand-in-debian:12
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python-is-python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
