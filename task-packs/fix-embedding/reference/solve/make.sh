#!/bin/sh
# Makes start, reference and rungs of the mini tier from the starting files, one after the other: make.sh [TRAILS]
# About eight minutes of one processor core with trails, less without. With a folder TRAILS, what each solution had on its way is kept there for docs/measure.py.
# REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
rungs=../../rungs/mini
trails=${1:-}
trail() { [ -z "$trails" ] || echo "--trail $trails/$1"; }
rung() { mkdir -p "$rungs/$1" && echo "$rungs/$1/fixed_model.safetensors"; }
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
export MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=268435456

$python fold_small.py "$(rung 01-start)"
cp "$rungs/01-start/fixed_model.safetensors" ../../start/mini/
stages=$(mktemp -d)
$python repair.py "$(rung 05-reference)" --stages "$stages" $(trail repair)
cp "$stages/first-try.safetensors" "$(rung 02-first-try)"
cp "$stages/turn-trained.safetensors" "$(rung 03-turn-trained)"
cp "$stages/corrected-halfway.safetensors" "$(rung 04-corrected-halfway)"
rm -r "$stages"
mkdir -p ../mini && cp "$rungs/05-reference/fixed_model.safetensors" ../mini/
if [ -n "$trails" ]; then
  $python fine_tune.py "$trails/fine-tune.safetensors" --steps 150 $(trail fine-tune)
  $python adapter.py "$trails/adapter.safetensors" --steps 150 --then 50 $(trail adapter)
fi
