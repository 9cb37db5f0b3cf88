#!/usr/bin/env bash
# The card in Chromium: web-eid.js, the agent's window and a virtual card. Needs node, chromium and dev/browser's node_modules; exits 77
# without them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd); root=$(cd "$here/../.." && pwd)
command -v node >/dev/null && [ -d "$root/dev/browser/node_modules/playwright-core" ] || { echo "card: node or playwright-core is missing"; exit 77; }
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || { echo "card: chromium is missing"; exit 77; }
cd "$root"; cargo build --quiet -p agent --example try-card
target=$(cargo metadata --format-version 1 --no-deps | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
page=${PAGE_PORT:-18480}; agent=${AGENT_PORT:-18482}
"$target/debug/examples/try-card" "$page" "$agent" >/dev/null & server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$page") 2>/dev/null && break; sleep 0.1; done
node "$here/browser.mjs" "http://127.0.0.1:$page" "http://127.0.0.1:$agent"
