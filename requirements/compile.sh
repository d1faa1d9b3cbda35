#!/bin/sh
# Writes the lock files from pyproject.toml; needs uv 0.13.9. torch and the CUDA packages that its usual Linux build asks for are
# left out: set_up.py installs the build of torch that suits the machine, and never a CUDA build where there is no GPU.
set -eu
cd "$(dirname "$0")/.."
common="--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q"
cuda=""
for name in triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc nvidia-cuda-runtime \
    nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 \
    nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx; do
    cuda="$cuda --no-emit-package $name"
done
uv pip compile pyproject.toml $common --no-emit-package practice -o requirements/run.lock
uv pip compile pyproject.toml $common --extra evaluate --extra loaders --extra train --extra dev \
    --constraint requirements/run.lock --no-emit-package practice --no-emit-package torch $cuda -o requirements/test.lock
uv pip compile pyproject.toml $common --extra browser --constraint requirements/test.lock --no-emit-package practice \
    -o requirements/browser.lock
