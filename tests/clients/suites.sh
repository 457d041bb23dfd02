#!/bin/bash
# suites.sh SUITE…: runs other people's client suites (../shared/tools/suites, where that exists) against a broker
# started for each, and compares what passed with what passes on RabbitMQ 3.10.8. Without names: all that need no HTTP.
# Exit: 0 as on RabbitMQ, 1 something else, 77 the suites are not here.
set -u
here=$(cd "$(dirname "$0")" && pwd)
suites=${WARREN_SUITES:-$(cd "$here/../.." && pwd)/../shared/tools/suites}
[ -x "$suites/lib.sh" ] || { echo "skipped: no suites at $suites"; exit 77; }
export SUITES_WORK=${SUITES_WORK:-$here/../../build/suites}
mkdir -p "$SUITES_WORK"; SUITES_WORK=$(cd "$SUITES_WORK" && pwd)

# How many pass on RabbitMQ, from the suites' own README: | name … | P passed … or | P, F, S
wanted() { sed -nE "s/^\| $1 \([^|]*\| ([0-9]+)( passed)?,.*/\1/p" "$suites/README.md"; }

[ $# -gt 0 ] || set -- amqplib pika py-amqp amqp-tools
worst=0
for suite; do
  # The broker runs as long as the pipe to it is open.
  coproc BROKER { exec /usr/bin/python3 "$here/serve.py"; }
  read -r port <&"${BROKER[0]}" || { echo "$suite: the broker does not start"; exit 1; }
  began=$SECONDS
  last=$("$suites/run-$suite.sh" 127.0.0.1 "$port" 0 2>&1 | tail -n 1)
  code=$?
  alive=$(kill -0 "$BROKER_PID" 2>/dev/null && echo yes)
  exec {BROKER[1]}>&-
  wait "$BROKER_PID" 2>/dev/null; ended=$?
  passed=$(sed -nE 's/.*: ([0-9]+) passed.*/\1/p' <<< "$last")
  want=$(wanted "$suite")
  echo "$last (RabbitMQ 3.10.8: $want passed; $((SECONDS - began)) s)"
  if [ "$code" != 0 ] || [ -z "$passed" ] || [ "$passed" -lt "${want:-1}" ] || [ -z "$alive" ] || [ "$ended" != 0 ]; then
    echo "$suite: broker alive at the end: ${alive:-no}, its exit: $ended; not passed:"
    cat "$SUITES_WORK/results/$suite.failed" 2>/dev/null
    worst=1
  fi
done
exit $worst
