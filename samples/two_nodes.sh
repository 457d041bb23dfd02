#!/usr/bin/env bash
# Two named nodes on this machine become a cluster; a message published at one is taken at the other. Needs a built tree
# (./dev build) and amqp-tools. Everything happens in a temporary directory, on ports that nobody else uses.
set -euo pipefail
bin=${WARREN_BIN:-$(cd "$(dirname "$0")/.." && pwd)/build/release/bin}
work=$(mktemp -d)
export HOME=$work ERL_EPMD_PORT=${ERL_EPMD_PORT:-4398} RABBITMQ_ERLANG_COOKIE=TWONODESSAMPLE RABBITMQ_CONF_ENV_FILE=/dev/null
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

start() { # NAME PORT
  RABBITMQ_NODE_PORT=$2 RABBITMQ_DIST_PORT=$(($2 + 1000)) RABBITMQ_LOGS=$work/$1.log \
    "$bin/warren-server" --name "$1@localhost" --data-dir "$work/$1" >"$work/$1.out" 2>&1 &
  pids+=($!)
}
answers() { # NAME
  for _ in $(seq 150); do
    "$bin/warrenctl" -n "$1@localhost" --quiet await_startup >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  cat "$work/$1.out" "$work/$1.log" >&2
  return 1
}
start one 5691
start two 5692
answers one
answers two

"$bin/warrenctl" -n two@localhost stop_app
"$bin/warrenctl" -n two@localhost join_cluster one@localhost
"$bin/warrenctl" -n two@localhost start_app
"$bin/warrenctl" -n two@localhost cluster_status

amqp-declare-queue -u amqp://localhost:5691 -q hello -d
amqp-publish -u amqp://localhost:5691 -r hello -p -b 'from node one'
answer=$(amqp-get -u amqp://localhost:5692 -q hello)
echo "taken at node two: $answer"
[ "$answer" = 'from node one' ]
