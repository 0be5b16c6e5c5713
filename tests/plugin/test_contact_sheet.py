"""The contact sheet that ./try --gallery makes.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os

from harness import SUCCESS, WORK, Gimp, Gio, case, new_image, pixels, run

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "env", "contact-sheet.scm")
NAMES = ["gallery:munch--the-scream", "gallery:van-gogh--the-starry-night",
         "gallery:hokusai--the-great-wave-off-kanagawa"]
PHOTO = os.path.join(WORK, "photo.png")
SHEET = os.path.join(WORK, "sheet.png")


def make_sheet(names):
    """The sheet's pixels."""
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-script-fu-eval")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("script", f"""
        (load "{SCRIPT}")
        (define (paint image layer name)
          (plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image
                                        #:drawables (vector layer) #:styles (list name)))
        (gimp-file-save RUN-NONINTERACTIVE
                        (contact-sheet "{PHOTO}" (list {" ".join(f'"{name}"' for name in names)}) paint)
                        "{SHEET}")""")
    status = procedure.run(config).index(0)
    assert status == SUCCESS, Gimp.get_pdb().get_last_error()
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(SHEET))
    return pixels(image.get_layers()[0])


def save_photo(width, height):
    image, _ = new_image(width, height)
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(PHOTO), None)


@case
def test_row():
    """Tiles beside each other, of the photo's shape, all different, with their names under them."""
    save_photo(700, 350)
    sheet = make_sheet(NAMES)
    assert sheet.shape[:2] == (12 + 160 + 24 + 12, 12 + 3 * (320 + 12)), sheet.shape
    tiles = [sheet[12:172, x:x + 320] for x in (12, 344, 676)]
    captions = [sheet[172:196, x:x + 320] for x in (12, 344, 676)]
    for i, tile in enumerate(tiles):
        assert tile[..., :3].std() > 0.05
        assert captions[i].min() < 0.3 and captions[i].max() > 0.99
        for other in tiles[:i]:
            assert abs(tile - other).mean() > 0.02
    assert sheet[196:].min() > 0.99 and sheet[:12].min() > 0.99


@case
def test_rows():
    """After eight tiles another row; a small photo stays as it is."""
    save_photo(20, 40)
    sheet = make_sheet(3 * NAMES)
    assert sheet.shape[:2] == (12 + 2 * (40 + 24 + 12), 12 + 8 * (20 + 12)), sheet.shape
    assert sheet[88:128, 12:32].min() < 0.9, "there is a ninth tile"
    assert sheet[88:128, 44:].min() > 0.99, "there is no tenth one"


run()
