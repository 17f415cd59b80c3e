#!/bin/sh
# Makes reference and rungs of the mini tier from the starting files, one after the other: make.sh [TRAILS]
# About ten minutes of one processor core. With a folder TRAILS, what each solution had on its way is kept there for docs/measure.py.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
rungs=../../rungs/mini
trails=${1:-}
trail() { [ -z "$trails" ] || echo "--trail $trails/$1"; }
rung() { mkdir -p "$rungs/$1" && echo "$rungs/$1/fixed_model.safetensors"; }
export OMP_WAIT_POLICY=PASSIVE MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=268435456

cp ../../start/mini/fixed_model.safetensors "$(rung 01-start)"
$python fold_small.py "$(rung 04-small-model-folded)"
$python repair.py "$(rung 05-reference)" --then 100 $(trail repair)
mkdir -p ../mini && cp "$rungs/05-reference/fixed_model.safetensors" ../mini/
$python fine_tune.py "$(rung 02-first-try)" --steps 150 $(trail fine-tune)
$python adapter.py "$(rung 03-adapter)" --steps 150 --then 50 $(trail adapter)
