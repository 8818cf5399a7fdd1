# syntax=docker/dockerfile:1
# The bot in a container, its page at 127.0.0.1:8264: docker compose up bot

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/ai-news

# What we depend on changes seldom: this layer is built again only when pyproject.toml changes.
COPY pyproject.toml ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
        > requirements.txt \
    && /opt/ai-news/bin/pip install -r requirements.txt

COPY README.md ./
COPY bot ./bot
COPY adapters ./adapters
COPY seeds ./seeds
RUN /opt/ai-news/bin/pip install --no-deps .


FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home ai-news \
    && install -d -o ai-news -g ai-news /data
COPY --from=build /opt/ai-news /opt/ai-news
ENV PATH="/opt/ai-news/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LANG=C.UTF-8 \
    AI_NEWS_DATA_DIR=/data
USER ai-news
WORKDIR /data
VOLUME /data
EXPOSE 8264

# Looks at settings, folder, seeds and database; its exit status is 1 where one of them is broken.
HEALTHCHECK --interval=5m --timeout=30s --start-period=1m CMD ["ai-news", "doctor"]
ENTRYPOINT ["ai-news"]
CMD ["run"]
