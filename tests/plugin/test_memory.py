"""Run with a memory budget of 1 MiB (ADAIN_MEMORY_MIB): an error, not a crash.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from harness import EXECUTION_ERROR, case, new_image, refuse, run, style_file


@case
def test_memory():
    """Not enough memory for the picture."""
    image, layer = new_image(2000, 1500)
    refuse(image, [layer], ["emory"], EXECUTION_ERROR, styles=[style_file()])


run()
