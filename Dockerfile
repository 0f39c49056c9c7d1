# One image for all services; docker-compose.yml says which one a container runs.
FROM node:20-bookworm-slim AS build
WORKDIR /verbatim
COPY . .
RUN npm ci --no-audit --no-fund && npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim AS service
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /verbatim
COPY --from=build /verbatim .
RUN install --directory --owner=node --group=node /var/lib/verbatim/anchors /var/lib/verbatim/exports
USER node
EXPOSE 8080
CMD ["node", "--enable-source-maps", "command-api/dist/main.js"]

# The one origin that browsers see: the built page, and the services behind it.
FROM caddy:2.10 AS proxy
COPY docker/Caddyfile /etc/caddy/Caddyfile
COPY --from=build /verbatim/web/dist /srv
