"""Training: networks are made, fitted, calibrated, scored and exported here, by TensorFlow.

Nothing else in the program loads TensorFlow; reading runs the exported network on LiteRT.
"""
