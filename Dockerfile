# One stage, no compiler: Node strips the types itself. Run with DATABASE_URL and DATA_KEY; the embedded database is left
# out together with the second copy of Node (both are optional packages).
FROM node:24-slim

ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app

COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

COPY LICENSE ./
COPY flows flows
COPY locales locales
COPY src src

# Papers and photos, unless they go to a bucket: a volume that all containers share.
RUN install -d -o node -g node -m 0700 data
VOLUME /app/data

USER node
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "src/main.ts"]
