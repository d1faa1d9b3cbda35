"""Ports and records of the pipeline, and adapters to the libraries that fill them.

Nothing here tells anybody anything. onnxruntime's own packages for Linux have told its maker what they are used for
since 1.29, and keep an id of the machine for that (microsoft/onnxruntime#27379). Only this setting, before the library
is loaded, stops all of it; it stands here because every module that loads the library is in this package.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
