"""Training: networks are made, fitted, calibrated, scored and exported here, by TensorFlow.

Nothing else in the program loads TensorFlow; reading runs the exported network on LiteRT.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # it would list the features of the CPU
