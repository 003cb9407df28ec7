# syntax=docker/dockerfile:1
# Node 24 comes with the lock file (npm package `node`); the base image only brings npm.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts codegen.ts schema.graphql tsconfig.json ./
COPY prisma prisma
COPY src src
COPY test test
COPY docs docs
COPY scripts scripts
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=4000
WORKDIR /app
COPY --from=build --chown=node:node /app/node_modules node_modules
COPY --from=build --chown=node:node /app/package.json package.json
COPY --from=build --chown=node:node /app/prisma prisma
COPY --from=build --chown=node:node /app/src src
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# No npm in between: signals reach the process that handles them.
CMD ["node", "--import", "./src/process/compile-cache.mjs", "--max-semi-space-size=16", "--heap-growing-percent=50", "src/main.ts"]
