"""Line networks: what is drawn to train them on, and how they are trained."""
