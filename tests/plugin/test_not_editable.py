"""A GIMP that does not know the operation of `as-filter`.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from harness import case, new_image, paint, refuse, run, style_file


@case
def test_refused():
    """An editable filter is refused with a message that says what is missing; all else works."""
    image, layer = new_image(60, 40)
    refuse(image, [layer], ["adain:style-transfer", "as-filter"], styles=[style_file()], as_filter=True)
    assert not layer.get_filters()
    paint(image, [layer], styles=[style_file()], as_filter=False)


run()
