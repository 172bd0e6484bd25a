#!/usr/bin/env bash
# Runs mixed30.yaml with two programs in turn: outputs have to be equal; prints the processor time of each round in seconds.
#
#     benches/mixed30.sh REFERENCE OURS [MESSAGES]
set -euo pipefail
reference=$1 ours=$2 messages=${3:-100000}
config=$(dirname "$0")/mixed30.yaml
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT

awk -v n="$messages" 'BEGIN {
    for (i = 0; i < n; i++) {
        printf "{\"id\":\"evt-%09d\",\"ts\":\"2026-03-%02dT%02d:00:00.000Z\",\"level\":\"warn\",\"service\":\"checkout\",", i, i % 28 + 1, i % 24
        printf "\"user\":{\"id\":%d,\"name\":\"dave\",\"vip\":true},\"latency_ms\":%.3f,\"status\":%d,", i % 1000, i % 977 / 7, 200 + i % 400
        printf "\"path\":\"/api/v1/items/%d\",\"tags\":[\"a\",\"b\",\"edge\"],\"msg\":\"request completed in region eu-west-%d\",", i % 50, i % 5
        printf "\"headers\":{"
        for (h = 0; h < 9; h++) printf "%s\"x-header-%d\":\"value-%d-%d\"", (h ? "," : ""), h, h, i % 10
        printf "},\"items\":["
        for (k = 0; k < 5; k++)
            printf "%s{\"sku\":\"SKU-%05d\",\"qty\":%d,\"price\":3.99,\"desc\":\"A moderately long product text\"}", (k ? "," : ""), k + i % 99, k
        print "],\"geo\":{\"lat\":51.5,\"lon\":-0.12,\"city\":\"London\",\"country\":\"GB\"}}"
    }
}' > "$place/in"

TIMEFORMAT='%U %S'
cost() {
    { time "$1" run "$config" < "$place/in" > "$2"; } 2>&1 | awk '{ printf "%.2f ", $1 + $2 }'
}
for round in 1 2 3; do
    cost "$reference" "$place/reference"
    cost "$ours" "$place/ours"
    echo
    cmp "$place/reference" "$place/ours"
done
