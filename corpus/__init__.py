"""What may be cited: sources become Documents. No machine learning, and no import of the other layers.

The shipped documents lie in `documents/`; README.md in this folder says how they are written.
"""
