# The server. It runs from its sources: Node 24 strips the types, so only the dashboard is built here.
#
#   docker build -t assay .
#
# BASE may be any Debian or Ubuntu image with Node 24, npm and a user "node", for places that do not
# reach the public registry.
ARG BASE=node:24-bookworm-slim

# The packages are made apart, so that npm's cache and whatever npm brings do not enter the image,
# and a change of the sources does not install them again.
FROM ${BASE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# As in scripts/setup, and for its reasons, not `npm ci`. The versions are the lock file's all the same.
RUN npm install --no-save --omit=dev

# The dashboard is a few files in the end; what built them stays behind.
FROM ${BASE} AS dashboard
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-save
COPY vite.config.ts tsconfig.json ./
COPY src src
RUN node_modules/.bin/vite build

FROM ${BASE}
# git and ssh fetch the repositories. tini is PID 1: it reaps the children that git and PostgreSQL
# leave behind, and hands signals on.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git openssh-client tini \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY migrations migrations
COPY src src
COPY --from=dashboard /app/dist/web dist/web

# Inside a container only the published port is reachable, so listening everywhere exposes nothing.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 ASSAY_DATA_DIR=/var/lib/assay NODE_COMPILE_CACHE=/home/node/.cache/node
RUN mkdir -p /var/lib/assay && chown node:node /var/lib/assay
EXPOSE 8080

# PostgreSQL refuses root, and Docker's seccomp profile forbids the user namespace that would hide it.
# Access to the Docker socket comes from a group given at the start: see compose.yaml.
USER node
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://${process.env.HOST}:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "src/main.ts"]
