#!/bin/sh
# Writes the lock files from pyproject.toml; needs uv 0.13.9. torch and the CUDA packages that its usual Linux build asks for are
# left out: set_up.py installs the build of torch that suits the machine, and never a CUDA build where there is no GPU.
set -eu
cd "$(dirname "$0")/.."
common="--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q"
# botocore, under the S3-compatible server of the tests, cannot do with a newer python-dateutil; the locks of running and testing agree.
older=$(mktemp)
trap 'rm -f "$older"' EXIT
echo "python-dateutil<3" > "$older"
common="$common --constraint $older"
cuda=""
for name in triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cccl nvidia-cuda-cupti nvidia-cuda-nvrtc nvidia-cuda-runtime \
    nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 \
    nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx; do
    cuda="$cuda --no-emit-package $name"
done
uv pip compile pyproject.toml $common --no-emit-package practice -o requirements/run.lock
uv pip compile pyproject.toml $common --extra evaluate --extra loaders --extra train --extra dev \
    --constraint requirements/run.lock --no-emit-package practice --no-emit-package torch $cuda -o requirements/test.lock
# What the container images install: the web process without the model libraries that it never imports; a worker; a worker on a GPU, with
# the loaders but without torch, torchaudio and torchcodec, which come from PyTorch's own source of CUDA 12 wheels; and what builds this project.
models=""
for name in av ctranslate2 faster-whisper flatbuffers hf-xet huggingface-hub moonshine-voice onnxruntime sounddevice tokenizers; do
    models="$models --no-emit-package $name"
done
uv pip compile pyproject.toml $common --extra s3 --constraint requirements/test.lock --no-emit-package practice $models \
    -o requirements/web.lock
uv pip compile pyproject.toml $common --extra s3 --constraint requirements/test.lock --no-emit-package practice \
    -o requirements/worker.lock
uv pip compile pyproject.toml $common --extra s3 --extra loaders --constraint requirements/test.lock --no-emit-package practice \
    --no-emit-package torch --no-emit-package torchaudio --no-emit-package torchcodec $cuda -o requirements/gpu.lock
echo "hatchling==1.33.0" | uv pip compile - $common --constraint requirements/test.lock -o requirements/build.lock
uv pip compile pyproject.toml $common --extra browser --constraint requirements/test.lock --no-emit-package practice \
    -o requirements/browser.lock
uv pip compile pyproject.toml $common --extra docs --constraint requirements/test.lock --no-emit-package practice -o requirements/docs.lock
