#!/bin/sh
# Halves the interval that holds π as often as the service answers, in thousandths, then looks what that is worth.
set -eu
low=3000
high=4000
for _ in 1 2 3; do
  middle=$(((low + high) / 2))
  answer=$(service --json compare "{\"value\": $((middle / 1000)).$(printf %03d $((middle % 1000)))}")
  case $answer in
    *above*) low=$middle ;;
    *below*) high=$middle ;;
    *) echo "no answer: $answer" && exit 1 ;;
  esac
done
middle=$(((low + high) / 2))
echo "$((middle / 1000)).$(printf %03d $((middle % 1000)))" >"$REBENCH_SOLUTION/answer.txt"
score
submit
